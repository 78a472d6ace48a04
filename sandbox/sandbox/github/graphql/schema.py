"""The schema, its fields bound to the objects of the graph."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from graphql import GraphQLScalarType, GraphQLSchema, build_schema, is_interface_type, is_object_type

from sandbox.github.graphql.rows import resolve, resolve_type, snake_case

FILE = Path(__file__).with_name("schema.graphql")


@cache
def schema() -> GraphQLSchema:
    """Return the schema, ready to be executed."""
    built = build_schema(FILE.read_text(encoding="utf-8"))
    for kind in built.type_map.values():
        if kind.name.startswith("__"):
            continue
        if is_interface_type(kind):
            kind.resolve_type = resolve_type
        if is_object_type(kind):
            for field in kind.fields.values():
                field.resolve = resolve
                for name, argument in field.args.items():
                    argument.out_name = snake_case(name)
    big_int = built.type_map["BigInt"]
    if isinstance(big_int, GraphQLScalarType):  # JSON's numbers are too small for some clients
        big_int.coerce_output_value = str
    return built
