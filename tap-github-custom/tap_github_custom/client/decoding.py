"""Decodes the JSON of an answer."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def decode(body: bytes) -> Any:  # noqa: ANN401 - decoded JSON
    """Return the value, or raise `ValueError` where it is no JSON.

    Bytes that are no UTF-8, and halves of surrogate pairs that somebody's emoji was cut into, become
    replacement characters: what is wrong with one text must not cost the whole page.
    """
    try:
        return msgspec.json.decode(body)
    except ValueError:
        value = json.loads(body.decode("utf-8", "replace"))
        return msgspec.json.decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
