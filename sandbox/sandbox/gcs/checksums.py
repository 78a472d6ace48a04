"""The checksums of an object: those of its bytes, and those that an upload states."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import google_crc32c

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORDS = {"crc32c": "CRC32C", "md5Hash": "MD5 hash"}
_IN_HEADER = {"crc32c": "crc32c", "md5": "md5Hash"}


class ChecksumError(Exception):
    """An upload states a checksum that its bytes do not have."""


def hashes(pieces: Iterable[bytes]) -> dict[str, str]:
    """Return size and checksums of bytes as the metadata has them."""
    md5 = hashlib.md5(usedforsecurity=False)
    crc32c, size = 0, 0
    for piece in pieces:
        md5.update(piece)
        crc32c = google_crc32c.extend(crc32c, piece)
        size += len(piece)
    return {
        "size": str(size),
        "md5Hash": base64.b64encode(md5.digest()).decode(),
        "crc32c": base64.b64encode(crc32c.to_bytes(4, "big")).decode(),
    }


def stated_by(given: Mapping[str, Any], header: str) -> dict[str, str]:
    """Return what the metadata of an upload and its `x-goog-hash` state, by their names in the metadata."""
    pairs = (part.strip().partition("=") for part in header.split(","))
    in_header = {_IN_HEADER[name]: value for name, _, value in pairs if name in _IN_HEADER}
    return {**{name: given[name] for name in _WORDS if name in given}, **in_header}


def compare(given: Mapping[str, Any], found: Mapping[str, str]) -> None:
    """Raise where a checksum that is given is not that of the bytes; of several, for the first."""
    for name, words in _WORDS.items():
        if name in given and given[name] != found[name]:
            message = f'Provided {words} "{given[name]}" doesn\'t match calculated {words} "{found[name]}".'
            raise ChecksumError(message)
