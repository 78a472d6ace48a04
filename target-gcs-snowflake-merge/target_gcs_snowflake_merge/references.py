"""References in a schema, followed as far as a column depends on them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from target_gcs_snowflake_merge.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from referencing._core import Resolver

ALTERNATIVES = ("anyOf", "oneOf", "allOf")
WORDS = ("type", "format", "multipleOf", "contentEncoding", "enum", "const", "x-sql-datatype", *ALTERNATIVES)

_NOT_UNDERSTOOD = (Unresolvable, TypeError, AttributeError, RecursionError)


def resolved_properties(stream: str, schema: Mapping[str, Any], levels: int = 0) -> dict[str, dict[str, Any]]:
    """Return the words of each property's schema that say what its column is, references resolved.

    A property that is no object may be anything. What lies below a property is not looked at, but for some
    LEVELS of properties: it may be a tree that refers to itself, or a schema that is only `true`.
    """
    resolver = _resolver(schema)
    try:
        return {name: _resolved(each, resolver, levels) for name, each in schema["properties"].items()}
    except _NOT_UNDERSTOOD as error:
        reason = f"the schema cannot be understood: {error}"
        raise BadInputError(reason, stream=stream) from None


def understood_properties(schema: Mapping[str, Any], levels: int = 0) -> dict[str, dict[str, Any]]:
    """Return the same, without the properties whose references lead nowhere."""
    resolver = _resolver(schema)
    understood = {}
    for name, each in schema["properties"].items():
        with suppress(*_NOT_UNDERSTOOD):
            understood[name] = _resolved(each, resolver, levels)
    return understood


def _resolver(schema: Mapping[str, Any]) -> Resolver[Any]:
    resolver: Resolver[Any] = Registry().with_resource("", DRAFT202012.create_resource(schema)).resolver()
    return resolver


def _resolved(
    definition: Any,  # noqa: ANN401 - a JSON value
    resolver: Resolver[Any],
    levels: int,
    followed: tuple[str, ...] = (),
) -> dict[str, Any]:
    if not isinstance(definition, dict):
        return {}
    words = {word: definition[word] for word in WORDS if word in definition}
    for word in ALTERNATIVES:
        if isinstance(words.get(word), list):
            words[word] = [_resolved(each, resolver, levels, followed) for each in words[word]]
    below = definition.get("properties")
    if levels > 0 and isinstance(below, dict):
        words["properties"] = {
            name: _resolved(each, resolver, levels - 1, followed) for name, each in below.items()
        }
    reference = definition.get("$ref")
    if isinstance(reference, str) and reference not in followed:
        found = resolver.lookup(reference)
        words |= _resolved(found.contents, found.resolver, levels, (*followed, reference))
    return words
