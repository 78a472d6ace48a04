"""The state that the command is given: checked before anybody builds on it."""

from __future__ import annotations

import io
import json
from typing import IO, Any

from tap_github_custom.errors import ConfigurationError

WAY_OUT = "mend it, or begin without a state: then all is read again"


def checked(file: IO[str]) -> IO[str]:
    """Return the text of a state file, or raise `ConfigurationError` where it is no state."""
    text = file.read()
    try:
        saved = json.loads(text)
    except (ValueError, RecursionError) as error:
        message = f"The state ({file.name}) is no JSON, {error}: {WAY_OUT}."
        raise ConfigurationError(message) from None
    if isinstance(saved, dict) and saved.get("type") == "STATE":
        message = f"The state ({file.name}) is a whole STATE message: only its value is a state."
        raise ConfigurationError(message)
    if saved is not None and not isinstance(saved, dict):  # null is none
        message = f"The state ({file.name}) is no JSON object: {WAY_OUT}."
        raise ConfigurationError(message)
    return io.StringIO(text)


def stream_state(saved: dict[str, Any], stream: str) -> dict[str, Any]:
    """Return what a state holds of a stream, or raise `ConfigurationError` where it is no object."""
    found: Any = saved
    for name in ("bookmarks", stream):
        found = {} if found.get(name) is None else found[name]
        if not isinstance(found, dict):
            message = f"The state holds no object as {name!r}: {WAY_OUT}."
            raise ConfigurationError(message)
    return dict(found)
