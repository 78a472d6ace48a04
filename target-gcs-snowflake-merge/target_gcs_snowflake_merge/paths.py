"""Where in the lake the files of a batch lie."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MAX_STEP_BYTES = 300
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.")


def file_name(stream: str, organisation: str | None, began_at: datetime, batch_id: str, part: int) -> str:
    """Return the name of a file, relative to the folder of the lake.

    The date is the day on which the batch began, in UTC. Records that do not say which organisation they
    were read from leave `org=` out.
    """
    folders = [safe(stream)]
    if organisation is not None:
        folders.append(f"org={safe(organisation)}")
    folders.append(f"date={began_at:%Y-%m-%d}")
    return "/".join([*folders, f"{batch_id}-{part:04d}.parquet"])


def safe(text: str) -> str:
    """Return text for one step of a path; other than plain characters are spelled `~` and hexadecimal.

    What is too long is cut and gets a digest: the name of an object has 1,024 bytes at most.
    """
    if text in ("", ".", ".."):
        return "".join(f"~{ord(character):02X}" for character in text) or "~"
    step = "".join(
        character if character in _PLAIN else "".join(f"~{byte:02X}" for byte in character.encode())
        for character in text
    )
    if len(step) <= MAX_STEP_BYTES:
        return step
    return f"{step[:MAX_STEP_BYTES]}~{blake2b(text.encode(), digest_size=16).hexdigest()}"
