"""The schema that the stand-in serves is a part of the one that GitHub publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_required_argument,
    print_ast,
)
from sandbox.github.graphql.schema import schema

from tests.github_schema import published_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = schema()
TYPES = sorted(name for name in OURS.type_map if not name.startswith("__"))


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    """Return GitHub's schema."""
    return published_schema()


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_as_published(published: GraphQLSchema, name: str) -> None:
    """Each kind, field, argument, default, value and interface is there, with the same type."""
    assert name in published.type_map
    ours, theirs = OURS.type_map[name], published.type_map[name]
    assert type(ours) is type(theirs)
    assert list(_strangers(ours, theirs)) == []


def _strangers(ours: Any, theirs: Any) -> Iterator[str]:
    """Yield what one type has and the other has not, or has in another way."""
    if isinstance(ours, GraphQLEnumType):
        yield from sorted(ours.values.keys() ^ theirs.values.keys())
    if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        names = {each.name for each in theirs.interfaces}
        yield from (each.name for each in ours.interfaces if each.name not in names)
        for name, field in ours.fields.items():
            yield from _field_strangers(name, field, theirs.fields.get(name))
    if isinstance(ours, GraphQLInputObjectType):
        assert ours.fields.keys() == theirs.fields.keys()
        yield from (
            name for name in ours.fields if str(ours.fields[name].type) != str(theirs.fields[name].type)
        )


def _field_strangers(name: str, ours: Any, theirs: Any) -> Iterator[str]:
    if theirs is None or str(ours.type) != str(theirs.type):
        yield name
        return
    if bool(ours.deprecation_reason) != bool(theirs.deprecation_reason):
        yield f"{name} is deprecated in one only"
    for argument, given in ours.args.items():
        published = theirs.args.get(argument)
        if published is None or _spelled(given) != _spelled(published):
            yield f"{name}({argument}:)"
    for argument, required in theirs.args.items():
        if is_required_argument(required) and argument not in ours.args:
            yield f"{name} without {argument}"


def _spelled(argument: Any) -> str:
    """Return an argument's type and default as the schema spells them."""
    default = argument.ast_node.default_value
    return f"{argument.type} = {print_ast(default) if default else None}"
