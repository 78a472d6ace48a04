"""The parts of a resumable upload: which bytes of the object each one has, and how many of them are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

PART_BYTES = 256 * 1024
_RANGE = re.compile(r"bytes (?:\*|(?P<first>\d+)-(?P<last>\d+))/(?P<total>\*|\d+)")


class PartError(ValueError):
    """A part does not say which bytes it has, or may not have just those."""


class GapError(Exception):
    """A part begins behind the bytes that have arrived."""


@dataclass(frozen=True)
class Part:
    """What a request says of its bytes: where they begin and end, and how many the object has."""

    first: int | None
    last: int | None
    total: int | None

    @classmethod
    def of(cls, content_range: str, body_bytes: int) -> Self:
        """Return the part that a `Content-Range` names, which has to be that of the body."""
        found = _RANGE.fullmatch(content_range)
        if found is None:
            message = "Failed to parse Content-Range header."
            raise PartError(message)
        first, last, total = (
            int(found[name]) if (found[name] or "*") != "*" else None for name in ("first", "last", "total")
        )
        stated = last + 1 - first if first is not None and last is not None else 0
        if stated != body_bytes or (last is not None and total is not None and last >= total):
            message = (
                f"Invalid request.  There were {body_bytes} byte(s) in the request body.  There should have "
                f"been {stated} byte(s) according to the Content-Range header ({content_range})."
            )
            raise PartError(message)
        return cls(first, last, total)

    def kept(self, held_bytes: int) -> slice:
        """Return which of its bytes are kept behind those that have arrived.

        What has arrived before is ignored, whatever it is now; of a part that is not the last one, whole
        multiples of `PART_BYTES` are kept.
        """
        if self.total is not None and self.total < held_bytes:
            message = f"Invalid request.  More than {self.total} byte(s) have been uploaded already."
            raise PartError(message)
        if self.first is None or self.last is None:
            return slice(0)
        if self.first > held_bytes:
            message = (
                f"Invalid request.  According to the Content-Range header, the upload offset is {self.first} "
                f"byte(s), which exceeds already uploaded size of {held_bytes} byte(s)."
            )
            raise GapError(message)
        size = self.last + 1 - self.first
        if self.total is not None and self.last + 1 == self.total:
            return slice(held_bytes - self.first, size)
        if size < PART_BYTES:
            message = (
                "Invalid request.  The number of bytes uploaded is required to be equal or greater than "
                f"{PART_BYTES}, except for the final request (it's recommended to be the exact multiple of "
                f"{PART_BYTES}).  The received request contained {size} bytes, which does not meet this "
                "requirement."
            )
            raise PartError(message)
        return slice(held_bytes - self.first, size - size % PART_BYTES)
