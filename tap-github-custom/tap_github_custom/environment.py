"""Settings as texts, from the environment or from Meltano, and what an empty one means."""

from __future__ import annotations

import json
import os
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORDS = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)
FORMS = {
    "integer": (int, "a whole number"),
    "boolean": (bool, "true or false"),
    "array": (list, 'a JSON list, such as ["one", "two"], or names with commas between them'),
    "object": (dict, 'a JSON object, such as {"name": "value"}'),
}
"""How a text spells each type."""
OF_SDK = ("loglevel",)  # a variable only


def environment_config(prefix: str, schema: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that environment variables hold."""
    variables = {name: prefix + name.upper() for name in schema["properties"]}
    return {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}


def unknown_settings(config: Mapping[str, Any], prefix: str, schema: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each setting that nothing reads: most likely a known one, misspelt.

    Variables with two underscores behind the prefix are Meltano's own; it names parts of objects, too.
    """
    properties = schema["properties"]
    known = [*properties, *OF_SDK]
    parts = tuple(f"{name}_" for name, each in properties.items() if "object" in each.get("type", ()))
    names = {name: name for name in config}
    names |= {name: name.removeprefix(prefix).lower() for name in os.environ if name.startswith(prefix)}
    return [
        f"The setting {spelt} is not known, and ignored{_suggestion(name, known)}"
        for spelt, name in sorted(names.items())
        if name not in known and not name.startswith(("_", *parts))
    ]


def _suggestion(name: str, known: Sequence[str]) -> str:
    return "".join(f": did you mean {each}?" for each in get_close_matches(name, known, n=1)) or "."


def typed(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration whose texts have become what the schema wants; what is empty is not set.

    Meltano passes unset ones so, and on others it would end with a stack trace that may show a secret.
    """
    given = {name: value for name, value in config.items() if value is not None and value != ""}
    return {
        name: _read(name, value, schema["properties"].get(name, {})) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _read(name: str, text: str, definition: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a setting's value
    types = definition.get("type", [])
    kind = next((each for each in ([types] if isinstance(types, str) else types) if each in FORMS), None)
    if kind is None or "string" in types:
        return text
    python_type, form = FORMS[kind]
    value = _value(text.strip(), kind)
    if not isinstance(value, python_type) or (kind == "integer" and isinstance(value, bool)):
        message = f"The setting {name} must be {form}."
        raise ConfigurationError(message)
    return value


def _value(text: str, kind: str) -> Any:  # noqa: ANN401 - a JSON value
    if kind == "boolean":
        return WORDS.get(text.lower())
    if kind == "array" and not text.startswith(("[", "{", '"')):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        return json.loads(text)
    except ValueError:
        return None
