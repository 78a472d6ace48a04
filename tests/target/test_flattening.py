"""Flattening: each property has its column, however a tap declares it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from singer_sdk.mapper import PluginMapper
from target_gcs_snowflake_merge.mapping import Mapping
from target_gcs_snowflake_merge.schema import column_type

from .conftest import World, record, schema
from .test_odd_schemas import described

DEFINITIONS = {
    "moment": {"type": "string", "format": "date-time"},
    "person": {"type": "object", "properties": {"name": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
    "node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}},
}


def flattened(depth: int = 1, **properties: Any) -> dict[str, str]:
    """Return the types of the columns of a stream."""
    settings: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": depth}
    mapping = Mapping(PluginMapper(settings, logging.getLogger()))
    (stream,) = mapping.register("item", {"$defs": DEFINITIONS, "properties": properties}, [])
    return {name: column_type(each).sql for name, each in stream.schema["properties"].items()}


NOT_NESTED: list[dict[str, Any]] = [
    {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    {"anyOf": [{"type": "null"}, {"type": "string", "format": "date"}]},
    {"description": "a moment", "oneOf": [{"type": ["string", "null"], "format": "date-time"}]},
    {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string"}]},
    {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    {"allOf": [{"type": "number"}, {"multipleOf": 0.01}]},
    {"oneOf": [{"type": "number", "x-sql-datatype": "NUMBER(20,4)"}]},
    {"type": "number", "x-sql-datatype": "NUMBER(20,4)"},
    {"type": ["null", "integer"]},
    {"type": "boolean"},
    {"type": "string", "format": "time"},
    {"type": "string", "contentEncoding": "base64"},
    {"enum": ["a", None]},
    {"enum": [1, "a"]},
    {"const": "a"},
    {},
    {"type": "string", "x-sql-datatype": "jsonb"},
]


@pytest.mark.parametrize("definition", NOT_NESTED, ids=str)
def test_what_is_not_nested_has_the_column_that_it_has_without(definition: dict[str, Any]) -> None:
    """At the top and below an object."""
    below = {"type": "object", "properties": {"y": definition}}
    expected = column_type(definition).sql
    assert flattened(x=definition, doc=below) == {"x": expected, "doc__y": expected}


def test_a_reference_is_followed_before_flattening() -> None:
    """To what can be taken apart, too; a tree that refers to itself ends where it does so."""
    properties = {
        "at": {"anyOf": [{"$ref": "#/$defs/moment"}, {"type": "null"}]},
        "by": {"$ref": "#/$defs/person"},
        "tree": {"$ref": "#/$defs/node"},
        "anything": True,
    }
    assert flattened(3, **properties) == {
        "at": "TIMESTAMP_NTZ",
        "by__name": "VARCHAR",
        "tree__next": "VARIANT",
        "anything": "VARIANT",
    }


NESTED: list[dict[str, Any]] = [
    {"type": "array"},
    {"anyOf": [{"type": "array", "items": {}}, {"type": "null"}]},
    {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/person"}]},
    {"oneOf": [{"type": "object"}, {"type": "array"}]},
    {"type": "object", "properties": {}},
    {"type": ["object", "string"], "properties": {"y": {"type": "string"}}},
    {"anyOf": [{"type": "string"}, {"type": "array"}]},
]


@pytest.mark.parametrize("definition", NESTED, ids=str)
def test_what_is_not_taken_apart_is_text(definition: dict[str, Any]) -> None:
    """Also where it may be text as well: then that has no other column."""
    assert flattened(x=definition) == {"x": "VARCHAR"}


def test_flattening_loses_no_value(world: World) -> None:
    """None is dropped where its property has no type."""
    whole = {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    line = described(a=whole, b=True, c={"enum": ["x"]}, d={"anyOf": [{"type": "array"}]})
    world.load(
        [line, record("item", id=1, a=2, b=True, c="x", d=[1])],
        flattening_enabled=True,
        flattening_max_depth=1,
    )
    (row,) = world.table("ITEM")
    assert row == {"ID": 1, "A": 2, "B": "true", "C": "x", "D": "[1]"}


def test_a_map_that_keeps_few_properties_keeps_what_they_refer_to(world: World) -> None:
    """The SDK begins a new schema then, without the definitions."""
    line = schema("item", {"id": {"type": "integer"}, "at": {"$ref": "#/$defs/moment"}}, "id")
    line["schema"]["$defs"] = DEFINITIONS
    maps = '{"item": {"id": "id", "at": "at", "__else__": null}}'
    world.load([line, record("item", id=1, at="2026-01-31T00:00:00Z")], stream_maps=maps)
    assert str(world.table("ITEM")[0]["AT"]) == "2026-01-31 00:00:00"
