"""The numbers inside GitHub's node ids.

GraphQL knows some things by node id only, while their rows are keyed by REST's number. By contract node
ids are opaque: whoever takes a number out of them has to prove that REST tells the same.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec

_OLDER = re.compile(rb"0[0-9]+:([A-Za-z]+)([0-9]+)")


def number_in(node_id: str, type_name: str, repository_id: int) -> int | None:
    """Return the number of a thing that belongs to a repository; None where the id is not of a known form.

    The newer form is a prefix and MessagePack: `[0, repository, number]`. The older one is `0`, the length
    of the type's name, a colon, the name, the number.
    """
    if "_" in node_id:
        found_in, number = _newer(node_id)
        return number if found_in == repository_id else None
    try:
        value = _OLDER.fullmatch(base64.urlsafe_b64decode(node_id + "=="))
    except (binascii.Error, ValueError):
        return None
    return int(value[2]) if value and value[1] == type_name.encode() else None


def repository_in(node_id: str, number: int) -> int | None:
    """Return the repository that the thing with a NUMBER belongs to; None where the id does not say."""
    repository_id, found = _newer(node_id)
    return repository_id if found == number else None


def _newer(node_id: str) -> tuple[int | None, int | None]:
    """Return repository and number of an id in the newer form; None and None of any other."""
    try:
        value: Any = msgspec.msgpack.decode(base64.urlsafe_b64decode(node_id.partition("_")[2] + "=="))
    except (binascii.Error, ValueError):
        return None, None
    is_known = isinstance(value, list) and len(value) == len("0rn") and value[0] == 0
    is_known = is_known and isinstance(value[1], int) and isinstance(value[2], int)
    return (value[1], value[2]) if is_known else (None, None)
