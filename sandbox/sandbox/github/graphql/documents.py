"""Queries parsed and judged by the schema, their faults worded as GitHub words them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, OperationDefinitionNode, parse, validate

from sandbox.github.graphql.errors import entry
from sandbox.github.graphql.schema import schema

if TYPE_CHECKING:
    from graphql import DocumentNode

REMEMBERED = 256
_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")


class DocumentError(Exception):
    """A query that cannot be executed: the entries of `errors` say why."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        """Keep the entries."""
        super().__init__(errors[0]["message"])
        self.errors = errors


@dataclass(frozen=True)
class Document:
    """A query that the schema allows."""

    tree: DocumentNode

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation of this name, or the only one."""
        found = [node for node in self.tree.definitions if isinstance(node, OperationDefinitionNode)]
        named = [node for node in found if name is None or (node.name and node.name.value == name)]
        if not named:
            raise DocumentError([{"message": f'No operation named "{name}"'}])
        if len(named) > 1:
            raise DocumentError([{"message": "An operation name is required"}])
        return named[0]


@lru_cache(maxsize=REMEMBERED)
def document(text: str) -> Document:
    """Return a query that can be executed; the same text is judged once."""
    try:
        tree = parse(text)
    except GraphQLError as error:
        message = f"Parse error: {error.message}"
        raise DocumentError([{**entry(error), "message": message}]) from error
    errors = validate(schema(), tree)
    if errors:
        raise DocumentError([_as_github_says(error) for error in errors])
    return Document(tree)


def _as_github_says(error: GraphQLError) -> dict[str, Any]:
    shown = entry(error)
    unknown = _UNKNOWN_FIELD.match(error.message)
    if unknown:
        field, kind = unknown.groups()
        shown["message"] = f"Field '{field}' doesn't exist on type '{kind}'"
        shown["extensions"] = {"code": "undefinedField", "typeName": kind, "fieldName": field}
    return shown
