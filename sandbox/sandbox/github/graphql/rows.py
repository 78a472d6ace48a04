"""Objects that show a row of REST under GraphQL's names."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from sandbox.github.graphql.permissions import refuse_field

if TYPE_CHECKING:
    from graphql import GraphQLAbstractType, GraphQLResolveInfo

    from sandbox.github.lines import Json

_ABSENT = object()


class Row:
    """One object: a field is an attribute or a method of its class, else what REST has under that name."""

    typename: ClassVar[str]

    def __init__(self, row: Json) -> None:
        """Take the row as REST knows it."""
        self.row = row

    @property
    def id(self) -> str:
        """Return the global node id, which REST shows too, unless a recording has lost it."""
        return str(self.row.get("node_id") or f"{self.typename}{self.row['id']}")

    @property
    def database_id(self) -> int | None:
        """Return the numeric id, or None where it is too large for GraphQL's Int."""
        return small(self.row["id"])

    @property
    def full_database_id(self) -> int:
        """Return the numeric id, of any size."""
        identity: int = self.row["id"]
        return identity

    @property
    def url(self) -> str:
        """Return the address of the page for people."""
        url: str = self.row["html_url"]
        return url

    @property
    def resource_path(self) -> str:
        """Return the page's path."""
        parts = urlsplit(self.url)
        return parts.path + (f"#{parts.fragment}" if parts.fragment else "")


def small(number: int) -> int | None:
    """Return a number, or None where 32 bits do not hold it."""
    return number if -(2**31) <= number < 2**31 else None


@cache
def snake_case(name: str) -> str:
    """Return GraphQL's name of a field as REST spells it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def resolve(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:  # noqa: ANN401
    """Return a field of an object."""
    refuse_field(info.context, info.parent_type.name, info.field_name)
    name = snake_case(info.field_name)
    value = getattr(source, name, _ABSENT)
    if value is _ABSENT:
        return source.row.get(name, source.row.get(info.field_name))
    return value(**arguments) if callable(value) else value


def resolve_type(source: Row, _: GraphQLResolveInfo[Any], __: GraphQLAbstractType) -> str:
    """Return the name of an object's type."""
    return source.typename
