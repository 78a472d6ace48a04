"""Input that is odd, but that a target is sent some day."""

from __future__ import annotations

import base64
import io
import sys
from typing import Any

import pytest
from target_gcs_snowflake_merge.layout import Catalog, StreamSchema, plan
from target_gcs_snowflake_merge.opening import write_state
from target_gcs_snowflake_merge.registry import Beginnings
from target_gcs_snowflake_merge.sql import Table
from target_gcs_snowflake_merge.stream import Stream
from target_gcs_snowflake_merge.values import MAX_BINARY_BYTES, MAX_VALUE_BYTES

from .conftest import Line, World, as_input, record, schema, state
from .test_odd_schemas import described

ID: dict[str, Any] = {"id": {"type": "integer"}}
TEXT = {"type": ["string", "null"]}
DEEP = b"[" * 500_000 + b"]" * 500_000


def test_a_tap_may_have_a_stream_of_rejected_records_itself(world: World) -> None:
    """It and the loader's own are two, in one run."""
    name = "_rejected_record"
    lines = [
        schema(name, {**ID, "v": TEXT}, "id"),
        record(name, id=1, v="x"),
        record(name, id="bad"),
        record(name, id=2, v="y"),
        state({"n": 1}),
    ]
    run = world.load(lines, on_bad_record="quarantine")
    assert run.states == [{"n": 1}]
    (own,) = (table for table in world.tables() if table.startswith("_REJECTED_RECORD__"))
    assert world.table(own) == [{"ID": 1, "V": "x"}, {"ID": 2, "V": "y"}]
    assert [(row["STREAM"], row["LINE"]) for row in world.table("_REJECTED_RECORD")] == [(name, 3)]


def test_streams_that_differ_only_by_case_keep_their_tables_in_any_order(world: World) -> None:
    """Else the rows of one would replace those of the other that have the same keys."""
    first, second = (
        [schema(name, {**ID, "v": TEXT}, "id"), record(name, id=1, v=name)] for name in ("Item", "item")
    )
    world.load([*first, *second])
    world.load([*second, *first])
    world.load(second)
    (beside,) = (table for table in world.tables() if table.startswith("ITEM__"))
    assert (world.table("ITEM"), world.table(beside)) == ([{"ID": 1, "V": "Item"}], [{"ID": 1, "V": "item"}])


def test_a_stream_whose_table_was_renamed_gets_it_again(world: World) -> None:
    """It comes alone: the table of the other stream is not its own, though the ledger knows both."""
    key = {"id": {"type": "integer"}}
    first = [schema("foo-bar", key, "id"), record("foo-bar", id=1)]
    second = [schema("foo_bar", key, "id"), record("foo_bar", id=2)]
    world.load([*first, *second])
    (beside,) = (name for name in world.tables() if name.startswith("FOO_BAR__"))
    world.sql(f"alter table {beside} rename to FORMER")
    world.load(second)
    assert world.sql("select ID from FOO_BAR") == [{"ID": 1}]
    assert world.sql(f"select ID from {beside}") == [{"ID": 2}]


@pytest.mark.parametrize("load_method", ["upsert", "overwrite"])
def test_a_new_stream_leaves_the_table_of_an_older_one_alone(world: World, load_method: str) -> None:
    """Also where that stream is not in its run, and whose table it is only the ledger knows."""
    older, newer = (
        [schema(name, {**ID, "v": TEXT}, "id"), record(name, id=1, v=name)] for name in ("Item", "item")
    )
    world.load(older, load_method=load_method)
    run = world.load(newer, load_method=load_method)
    (beside,) = (table for table in world.tables() if table.startswith("ITEM__"))
    assert f"stream 'item' is {beside}" in run.errors
    world.load([*newer, *older], load_method=load_method)
    assert (world.table("ITEM"), world.table(beside)) == ([{"ID": 1, "V": "Item"}], [{"ID": 1, "V": "item"}])


def test_a_type_is_one_in_small_letters_too(world: World) -> None:
    """The specification has capitals; what is sent otherwise is no less a record."""
    lines = [schema("item", ID, "id"), record("item", id=1), record("item", id=2), state({"n": 1})]
    small = [{**line, "type": str(line["type"]).lower()} for line in lines if isinstance(line, dict)]
    run = world.load(small)
    assert run.states == [{"n": 1}]
    assert [row["ID"] for row in world.table("ITEM")] == [1, 2]


DEEP_LINES = [
    b'{"type":"RECORD","stream":"item","record":{"id":2,"doc":%s}}' % DEEP,
    b'{"type":"RECORD","stream":"item","record":{"id":2,"unknown":%s}}' % DEEP,
    b'{"type":"RECORD","stream":"item","record":{"id":2},"unknown":%s}' % DEEP,
]


def test_what_is_nested_too_deep_is_a_bad_record(world: World) -> None:
    """It is put aside alone; by default it ends the run behind what came before."""
    properties = {**ID, "doc": {"type": "array"}}
    first = [schema("item", properties, "id"), record("item", id=1), state({"n": 1})]
    failed = world.run([*first, DEEP_LINES[0], record("item", id=3), state({"n": 3})])
    assert (failed.returncode, failed.states) == (1, [{"n": 1}])
    assert "Line 4 (stream 'item')" in failed.sentence
    assert "nested too deep" in failed.sentence
    run = world.load([*first, *DEEP_LINES, record("item", id=3), state({"n": 3})], on_bad_record="quarantine")
    assert run.states[-1] == {"n": 3}
    assert [row["ID"] for row in world.table("ITEM")] == [1, 3]
    assert len(world.table("_REJECTED_RECORD")) == len(DEEP_LINES)


BROKEN: dict[str, tuple[Line, str]] = {
    "reference": (described(x={"$ref": "#/definitions/nothing"}), "cannot be understood"),
    "no type": (described(x={"type": None}), "property 'x' cannot be understood"),
    "no number": (described(x={"type": "number", "multipleOf": "abc"}), "cannot be understood"),
    "no list of values": (described(x={"enum": 5}), "cannot be understood"),
    "no parents": (
        b'{"type":"SCHEMA","stream":"x","schema":{"properties":{},"x-complete-set-of":5}}',
        "list of properties",
    ),
    "a version of more than 64 bits": (
        b'{"type":"RECORD","stream":"item","record":{"id":2},"version":9223372036854775808}',
        "not valid",
    ),
    "state": (b'{"type":"STATE"}', "needs a value"),
    "record": (b'{"type":"RECORD","stream":"item"}', "needs a record"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_the_protocol_is_said_in_one_sentence(world: World, case: str) -> None:
    """And what came before is committed."""
    line, reason = BROKEN[case]
    run = world.run([schema("item", ID, "id"), record("item", id=1), state({"n": 1}), line, state({"n": 2})])
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4" in run.sentence
    assert reason in run.sentence
    assert [row["ID"] for row in world.table("ITEM")] == [1]


@pytest.mark.parametrize("number", ["1e-999999999", "1e-41", "1.5e-40", "1e999999999", "1e39"])
@pytest.mark.parametrize("form", ["{}", '"{}"'], ids=["number", "text"])
def test_a_number_far_beyond_its_column_is_a_bad_record(world: World, number: str, form: str) -> None:
    """It neither ends the process nor becomes 0; zeros behind the digits are none of it."""
    price = {
        **ID,
        "price": {"type": ["number", "string"], "multipleOf": 0.01, "x-sql-datatype": "NUMBER(38,2)"},
    }
    zeros = ("1.50" + "0" * 100).encode()
    good, bad = (
        b'{"type":"RECORD","stream":"item","record":{"id":%d,"price":%s}}' % each
        for each in ((1, zeros), (2, form.format(number).encode()))
    )
    lines: list[Line] = [schema("item", price, "id"), good]
    run = world.run([*lines, state({"n": 1}), bad, state({"n": 2})])
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "price" in run.sentence
    assert [(row["ID"], str(row["PRICE"])) for row in world.table("ITEM")] == [(1, "1.50")]


MAPPED: dict[str, bytes] = {
    "null": b"null",
    "list": b"[1]",
    "NaN": b'{"id":2,"x":NaN}',
}


@pytest.mark.parametrize("case", MAPPED)
def test_flattening_does_not_hide_a_bad_record(world: World, case: str) -> None:
    """It is told of, and put aside where that is wanted; what came before it is committed."""
    lines = [schema("item", {**ID, "x": {"type": "number"}}, "id"), record("item", id=1), state({"n": 1})]
    bad = b'{"type":"RECORD","stream":"item","record":%s}' % MAPPED[case]
    run = world.run([*lines, bad, state({"n": 2})], flattening_enabled=True, flattening_max_depth=1)
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4" in run.sentence
    settings = {"flattening_enabled": True, "flattening_max_depth": 1, "on_bad_record": "quarantine"}
    run = world.load([*lines, bad, state({"n": 2})], **settings)
    assert run.states[-1] == {"n": 2}
    assert [row["LINE"] for row in world.table("_REJECTED_RECORD")] == [4]


ONE = [schema("item", {**ID, "x": TEXT}, "id"), record("item", id=1, x="5"), state({"n": 1})]
QUARANTINED = {"on_bad_record": "quarantine"}


BROKEN_LINES: dict[str, bytes] = {
    "schema": b'{"type":"SCHEMA","stream":"item","schema":{"properties":{"id":{}}',
    "schema without sense": b'{"type":"SCHEMA","stream":"item","key_properties":5}',
    "batch": b'{"type": "BATCH","stream":"item","manifest":["',
    "state": b'{"type":"STATE","value":{"n":',
    "batch before schema": b'{"type":"BATCH","stream":"other","encoding":{"format":"jsonl"},"manifest":[]}',
}


@pytest.mark.parametrize("case", BROKEN_LINES)
def test_only_records_are_put_aside(world: World, case: str) -> None:
    """What else cannot be read may stand for any number of records: the run ends there."""
    run = world.run([*ONE, BROKEN_LINES[case], state({"n": 2})], **QUARANTINED)
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4" in run.sentence
    assert "_REJECTED_RECORD" not in world.tables()


def test_a_state_goes_out_as_it_came_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else everything would be committed, and no run would ever know."""
    sent = '{"ü": "é→"}'.encode()
    for encoding in ("latin-1", "ascii"):
        binary = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(binary, encoding=encoding))
        write_state(sent)
        assert binary.getvalue() == sent + b"\n"


def test_a_state_that_is_no_text_is_named(world: World) -> None:
    """Nobody could read it back."""
    run = world.run([*ONE, b'{"type": "STATE", "value": {"a": "\xff"}}'])
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4: the value of a STATE message is not UTF-8" in run.sentence


@pytest.mark.parametrize("odd", [rb'"x": "\ud800%s"', rb'"y": NaN, "blob": "%s"'])
def test_a_value_that_is_too_long_is_found_beside_one_that_is_odd(world: World, odd: bytes) -> None:
    """Snowflake would refuse the whole file."""
    blob = {"type": ["string", "null"], "contentEncoding": "base64"}
    text = base64.b64encode(b"x" * (MAX_BINARY_BYTES + 1)) if b"blob" in odd else b"x" * (MAX_VALUE_BYTES + 1)
    sent = b'{"type":"RECORD","stream":"item","record":{"id":2,%s}}' % (odd % text)
    run = world.run([schema("item", {**ID, "x": TEXT, "blob": blob}, "id"), record("item", id=1), sent])
    assert "is longer than" in run.sentence
    assert [row["ID"] for row in world.table("ITEM")] == [1]


def test_a_broken_line_that_may_be_a_record_is_put_aside(world: World) -> None:
    """What a record says inside of it is no type of the message."""
    bad = b'{"type":"RECORD","stream":"item","record":{"id":2,"x":{"type":"STATE"'
    run = world.load([*ONE, bad, state({"n": 2})], **QUARANTINED)
    assert run.states[-1] == {"n": 2}
    assert [row["LINE"] for row in world.table("_REJECTED_RECORD")] == [4]


def test_beginnings_that_vary_do_not_pile_up() -> None:
    """A tap may write what is new in each record before the record itself."""
    table = Table("db", "schema", "ITEM")
    wanted = StreamSchema("item", ID, ("id",))
    layout, _ = plan(wanted, table, Catalog())
    beginnings, stream = Beginnings(), Stream(wanted, layout, table)
    for number in range(5_000):
        beginnings[b"%d" % number] = stream
    assert beginnings[b"4999"] is stream
    assert len(beginnings) <= 1_000


def test_small_letters_in_a_moment_and_no_bookmark_are_harmless(world: World) -> None:
    """RFC 3339 allows t and z; a list of bookmarks may hold a null."""
    described = {**schema("item", {**ID, "at": {"type": "string", "format": "date-time"}}, "id")}
    lines = [{**described, "bookmark_properties": [None]}, record("item", id=1, at="2026-01-31t10:11:12z")]
    world.load(lines)
    assert world.table("ITEM")[0]["AT"].isoformat() == "2026-01-31T10:11:12"


def test_where_nobody_takes_the_state_the_run_says_so(world: World) -> None:
    """What is committed stays; the next run sends it once more."""
    with world.start_command() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(as_input(ONE))
        process.stdin.close()
        errors = process.stderr.read().decode()
    assert process.returncode == 1
    assert "The STATE cannot be written to standard output" in errors.splitlines()[-1]
    assert [row["ID"] for row in world.table("ITEM")] == [1]
    assert world.leftovers() == set()


@pytest.mark.parametrize("version", ["1.0", "1", "-1e0"])
def test_a_version_is_a_number_however_it_is_written(world: World, version: str) -> None:
    """JSON knows one kind of number."""
    line = b'{"type":"RECORD","stream":"item","record":{"id":2,"x":"y"},"version":%s}' % version.encode()
    assert world.load([*ONE, line, state({"n": 2})]).states[-1] == {"n": 2}
    assert {row["ID"] for row in world.table("ITEM")} == {1, 2}


@pytest.mark.parametrize(
    "bad",
    [b'"record":{"id":2},"version":"1"', b'"record":{"id":2},"stream":"item","key_properties":5', b"[" * 600],
)
def test_a_record_whose_message_is_odd_is_put_aside(world: World, bad: bytes) -> None:
    """Only what may stand for more than one record ends the run."""
    line = bad if bad.startswith(b"[") else b'{"type":"RECORD","stream":"item",%s}' % bad
    run = world.load([*ONE, line, state({"n": 2})], **QUARANTINED)
    assert run.states[-1] == {"n": 2}
    assert [row["LINE"] for row in world.table("_REJECTED_RECORD")] == [4]


def test_a_property_with_half_a_surrogate_pair_in_its_name_keeps_its_value(world: World) -> None:
    """Its name becomes whole in the schema and in the record alike."""
    described = b'{"type":"SCHEMA","stream":"item","schema":{"properties":{"\\ud800x":{"type":"integer"}}}}'
    world.load([described, b'{"type":"RECORD","stream":"item","record":{"\\ud800x":1}}'])
    (row,) = world.table("ITEM")
    assert list(row.values()) == [1]


def test_what_else_a_message_says_is_not_heeded(world: World) -> None:
    """Whatever it is called."""
    world.load([*ONE, b'{"decoded":{"id":3},"type":"RECORD","stream":"item","record":{"id":2}}'])
    assert {row["ID"] for row in world.table("ITEM")} == {1, 2}
