"""Files of JSON lines, plain or gzipped."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Json = dict[str, Any]

_decode = msgspec.json.Decoder(Json).decode


def read_lines(folder: Path, name: str) -> list[Json]:
    """Return the objects of NAME.jsonl.gz or NAME.jsonl, or none where there is no such file."""
    plain = folder / f"{name}.jsonl"
    packed = folder / f"{name}.jsonl.gz"
    if packed.exists():
        content = gzip.decompress(packed.read_bytes())
    elif plain.exists():
        content = plain.read_bytes()
    else:
        return []
    return [_decode(line) for line in content.split(b"\n") if line]


def write_lines(path: Path, rows: Iterable[object]) -> None:
    """Write a file of JSON lines, whole or not at all."""
    write_bytes(path, b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in a way that a reader sees the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
