"""The JSON schemas of the streams: a file each in `schemas/`."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def schema_of(stream: str) -> dict[str, Any]:
    """Return the JSON schema of a stream."""
    text = resources.files(__package__).joinpath("schemas", f"{stream}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
