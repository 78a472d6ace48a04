"""Schemas that are odd, but that a tap sends some day."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Line, World, record, schema, state

ID: dict[str, Any] = {"id": {"type": "integer"}}


def described(**properties: Any) -> Line:
    """Return a SCHEMA message with odd definitions of properties."""
    definitions = {"node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/node"}}}}
    inner = {"definitions": definitions, "properties": {**ID, **properties}}
    return {"type": "SCHEMA", "stream": "item", "key_properties": ["id"], "schema": inner}


def test_a_property_that_says_nothing_holds_anything(world: World) -> None:
    """`true`, null, no type, a type that nobody knows, a reference to itself."""
    odd = {"a": True, "b": None, "c": {}, "d": {"type": "bogus"}, "e": {"$ref": "#/definitions/node"}}
    world.load([described(**odd), record("item", id=1, a=[1], b="x", c=2, d={"y": 3}, e={"next": {}})])
    query = "select A[0]::int as A, typeof(B) as B, C::int as C, D:y::int as D, typeof(E:next) as E from ITEM"
    assert world.sql(query) == [{"A": 1, "B": "VARCHAR", "C": 2, "D": 3, "E": "OBJECT"}]


ODD: dict[str, dict[str, Any]] = {
    "true below": {"type": "array", "items": True},
    "true among alternatives": {"anyOf": [True, {"type": "array"}]},
    "true as a property": {"type": "object", "properties": {"x": True}},
    "true as a pattern": {"type": "object", "patternProperties": {"x": True}, "propertyNames": False},
    "true as the first": {"type": "array", "prefixItems": [True]},
    "null below": {"type": ["array", "object"], "items": None, "properties": None},
    "the whole": {"$ref": "#"},
    "itself": {"$ref": "#/properties/doc"},
    "nothing, far below": {"type": "array", "items": {"items": {"$ref": "#/definitions/nothing"}}},
}


@pytest.mark.parametrize("case", ODD)
def test_what_lies_below_a_property_is_nothing_to_its_column(world: World, case: str) -> None:
    """Only its own words are, and those that it refers to."""
    world.load([described(doc=ODD[case]), record("item", id=1, doc=[1, {"x": 2}])])
    assert world.sql("select DOC[1]:x::int as X from ITEM") == [{"X": 2}]


def test_a_reference_is_followed_to_a_column(world: World) -> None:
    """Over several steps, and among alternatives."""
    definitions = {
        "moment": {"$ref": "#/$defs/when"},
        "maybe": {"anyOf": [{"$ref": "#/$defs/when"}, {"type": "null"}]},
    }
    inner = {
        "definitions": definitions,
        "$defs": {"when": {"type": "string", "format": "date-time"}},
        "properties": {**ID, "a": {"$ref": "#/definitions/moment"}, "b": {"$ref": "#/definitions/maybe"}},
    }
    world.load([{"type": "SCHEMA", "stream": "item", "key_properties": ["id"], "schema": inner}])
    types = (
        "select COLUMN_NAME as N, DATA_TYPE as T from INFORMATION_SCHEMA.COLUMNS where TABLE_NAME = 'ITEM'"
    )
    found = {row["N"]: row["T"] for row in world.sql(types)}
    assert (found["A"], found["B"]) == ("TIMESTAMP_NTZ", "TIMESTAMP_NTZ")


def test_a_limit_that_no_float_can_hold_is_nothing_to_a_column(world: World) -> None:
    """The schema is read all the same."""
    line = (
        b'{"type":"SCHEMA","stream":"item","key_properties":["id"],'
        b'"schema":{"properties":{"id":{"type":"integer","maximum":1e400}}}}'
    )
    world.load([line, record("item", id=1)])
    assert [row["ID"] for row in world.table("ITEM")] == [1]


def test_what_a_table_cannot_heed_is_told(world: World) -> None:
    """A bookmark without an order, which makes nothing newer; a set of a time of day, of many spellings."""
    lines = []
    for at in ("12:00:00+02:00", "10:00"):
        line = schema("item", {**ID, "at": {"type": "string", "format": "time"}, "on": {}}, "id")
        line |= {"bookmark_properties": ["on"]}
        line["schema"]["x-complete-set-of"] = ["at"]
        lines += [line, record("item", id=1, at=at, on=True), {**line, "x-complete-sets": [{"at": at}]}]
    run = world.load([*lines, state({"n": 1})])
    assert run.errors.count("has no 'on', its bookmark, of a type with an order: older records may") == 1
    assert run.errors.count("told by no time of day, bytes or JSON, so of at nothing is missing") == 1
    assert [row["ID"] for row in world.sql("select ID from ITEM where _DELETED_AT is null")] == [1]


DEEP = b'{"items":' * 100_000 + b"{}" + b"}" * 100_000
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "no text": (b'{"id":{"description":"\xff"}}', "not UTF-8"),
    "too deep": (b'{"id":%s}' % DEEP, "too deep"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_schema_that_cannot_be_read_ends_the_run_at_its_line(world: World, case: str) -> None:
    """It is never put aside: any number of records may follow it."""
    properties, reason = UNREADABLE[case]
    line = (
        b'{"type":"SCHEMA","stream":"item","key_properties":["id"],"schema":{"properties":%s}}' % properties
    )
    first = [schema("item", ID, "id"), record("item", id=1), state({"n": 1})]
    run = world.run([*first, line, state({"n": 2})], on_bad_record="quarantine")
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4" in run.sentence
    assert reason in run.sentence
