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
    _, is_newer, newer = node_id.partition("_")
    try:
        packed = base64.urlsafe_b64decode((newer if is_newer else node_id) + "==")
        value: Any = msgspec.msgpack.decode(packed) if is_newer else _OLDER.fullmatch(packed)
    except (binascii.Error, ValueError):
        return None
    if not is_newer:
        return int(value[2]) if value and value[1] == type_name.encode() else None
    is_known = isinstance(value, list) and len(value) == len("0rn") and value[:2] == [0, repository_id]
    return value[2] if is_known and isinstance(value[2], int) else None
