"""Lines of the input, read so that a tap that is silent does not keep everything else waiting."""

from __future__ import annotations

import io
import os
import select
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Lines:
    """Splits what is read into lines."""

    def __init__(self, read: Callable[[int], bytes], descriptor: int | None = None) -> None:
        """Take what reads so many bytes at most, and what tells when there are some; without it, always."""
        self._read = read
        self._descriptor = descriptor
        self._whole: list[bytes] = []
        self._begun: list[bytes] = []
        self._has_ended = False
        self._is_first = True

    def take(self, patience_seconds: float) -> list[bytes] | None:
        """Return the next lines, none at the end, or None when nothing has come for so long."""
        while not self._whole:
            if self._has_ended:
                return []
            if self._descriptor is not None:
                readable, _, _ = select.select([self._descriptor], [], [], patience_seconds)
                if not readable:
                    return None
            self._split(self._read(CHUNK_BYTES))
        whole, self._whole = self._whole, []
        return whole

    def _split(self, chunk: bytes) -> None:
        """Take note of the lines that a chunk ends; the beginning of the next one waits for more."""
        self._has_ended = not chunk
        first, *others = chunk.split(b"\n") if chunk else (b"", b"")
        self._begun.append(first)
        if others:
            line = b"".join(self._begun)
            others.insert(0, line.removeprefix(BYTE_ORDER_MARK) if self._is_first else line)
            self._is_first = False
            self._begun = [others.pop()]
        if self._has_ended and others == [b""]:
            return  # the last line had an end
        self._whole += others


def lines_of(file: IO[Any]) -> Lines:
    """Return the lines of a file; one that is no file of the system is never silent."""
    if isinstance(file, io.StringIO):
        file = io.BytesIO(file.read().encode())
    binary: IO[bytes] = getattr(file, "buffer", file)
    try:
        descriptor = binary.fileno()
    except io.UnsupportedOperation:
        return Lines(binary.read)
    return Lines(lambda size: os.read(binary.fileno(), size), descriptor)
