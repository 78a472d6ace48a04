"""Settings from environment variables, and what an empty one means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import parse_environment_config

from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping


def without_empty(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration less the settings that are empty: Meltano passes unset ones so."""
    return {name: value for name, value in config.items() if value is not None and value != ""}


def environment_config(prefix: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that environment variables hold; an empty one is not set."""
    properties = {
        name: definition
        for name, definition in schema["properties"].items()
        if os.environ.get(prefix + name.upper())
    }
    try:
        return parse_environment_config({"properties": properties}, prefix)
    except ValueError as error:
        names = ", ".join(prefix + name.upper() for name in properties)
        message = f"A variable among {names} has a value of the wrong type ({type(error).__name__})."
        raise ConfigurationError(message) from None
