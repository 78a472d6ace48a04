"""What lies in the tables after a run, over the wire."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest
from google.cloud import storage  # type: ignore[attr-defined]
from sandbox.servers import BUCKET

from .conftest import Line, World, as_input, record, schema, state

ITEM: dict[str, Any] = {
    "id": {"type": "integer"},
    "name": {"type": ["string", "null"]},
    "at": {"type": ["string", "null"], "format": "date-time"},
}


def items(*rows: tuple[int, str, str], bookmark: str | None = "at") -> list[Line]:
    """Return the messages of a stream with key and replication key."""
    described = schema("item", ITEM, "id", bookmark=bookmark)
    return [described, *(record("item", id=key, name=name, at=at) for key, name, at in rows)]


def names(world: World) -> dict[int, str]:
    """Return the names of the items by id; an id that is there twice fails the test."""
    rows = world.table("ITEM")
    result = {row["ID"]: row["NAME"] for row in rows}
    assert len(result) == len(rows)
    return result


def test_every_type_arrives_as_it_was_sent(world: World) -> None:
    """Numbers exact, times in UTC, objects as VARIANT that can be walked into, NULL as NULL."""
    properties = {
        "id": {"type": "integer"},
        "big": {"type": "integer"},
        "price": {"type": "number", "multipleOf": 0.01},
        "ratio": {"type": "number"},
        "flag": {"type": "boolean"},
        "text": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "clock": {"type": "string", "format": "time"},
        "doc": {"type": "object"},
        "list": {"type": "array"},
        "zone": {"type": "string", "format": "time"},
    }
    values = {
        "id": 1,
        "big": 2**64,
        "price": 5.25,
        "ratio": 0.1,
        "flag": True,
        "text": "nul \0, emoji 😀, quote ' and \\",
        "at": "2026-01-31T23:59:59.123456+02:00",
        "day": "2024-02-29",
        "clock": "10:11:12",
        "doc": {"a": [1, None, "x"]},
        "list": [],
        "zone": "10:11:12+02:00",
    }
    world.load([schema("kind", properties, "id"), record("kind", **values), record("kind", id=2)])
    full, empty = world.table("KIND")
    assert full["BIG"] == 2**64
    assert full["PRICE"] == Decimal("5.25")
    assert full["RATIO"] == 0.1
    assert full["FLAG"] is True
    assert full["TEXT"] == values["text"]
    assert full["AT"] == dt.datetime(2026, 1, 31, 21, 59, 59, 123456)  # noqa: DTZ001 - TIMESTAMP_NTZ
    assert full["DAY"] == dt.date(2024, 2, 29)
    assert full["CLOCK"] == dt.time(10, 11, 12)
    assert full["ZONE"] == dt.time(8, 11, 12)
    assert {value for name, value in empty.items() if name != "ID"} == {None}
    types = world.sql(
        "select typeof(DOC) as D, typeof(LIST) as L, DOC:a[2]::varchar as X from KIND where ID = 1"
    )
    assert types == [{"D": "OBJECT", "L": "ARRAY", "X": "x"}]


def test_the_last_record_of_a_key_wins(world: World) -> None:
    """Inside one batch and across batches, whatever their size."""
    lines = [schema("item", ITEM, "id"), *(record("item", id=i % 3, name=f"n{i}") for i in range(2500))]
    world.load(lines, batch_size_rows=1000)
    assert names(world) == {2499 % 3: "n2499", 2498 % 3: "n2498", 2497 % 3: "n2497"}
    assert len(world.ledger()) > 1


@pytest.mark.parametrize("in_one_run", [True, False])
def test_older_data_never_replaces_newer(world: World, in_one_run: bool) -> None:  # noqa: FBT001 - a parameter
    """By the replication key of the stream, both inside a batch and against the table."""
    newer, older = (1, "newer", "2026-02-02T00:00:00Z"), (1, "older", "2026-02-01T00:00:00Z")
    if in_one_run:
        world.load(items(newer, older))
    else:
        world.load(items(newer))
        world.load(items(older))
    assert names(world) == {1: "newer"}


@pytest.mark.parametrize("in_one_run", [True, False])
def test_a_row_without_replication_key_is_older_than_all(world: World, in_one_run: bool) -> None:  # noqa: FBT001
    """So what a table holds does not depend on where one batch ends and the next begins."""
    lines = items((1, "timed", "2026-02-02T00:00:00Z"))
    timeless = record("item", id=1, name="timeless", at=None)
    for batch in [[*lines, timeless]] if in_one_run else [lines, [lines[0], timeless]]:
        world.load(batch)
    assert names(world) == {1: "timed"}


def test_an_unchanged_row_is_left_alone(world: World) -> None:
    """A second run over the same data updates nothing: `_INGESTED_AT` and `_BATCH_ID` stay."""
    lines = items((1, "a", "2026-02-01T00:00:00Z"), (2, "b", "2026-02-01T00:00:00Z"))
    world.load(lines)
    before = world.sql("select * from ITEM order by ID")
    world.load(lines)
    assert world.sql("select * from ITEM order by ID") == before
    world.load(items((1, "a", "2026-02-01T00:00:00Z"), (2, "c", "2026-02-01T00:00:00Z")))
    after = world.sql("select * from ITEM order by ID")
    assert after[0] == before[0]
    assert after[1]["_INGESTED_AT"] > before[1]["_INGESTED_AT"]
    counts = [(row["ROWS_INSERTED"], row["ROWS_UPDATED"], row["ROWS_UNCHANGED"]) for row in world.ledger()]
    assert counts == [(2, 0, 0), (0, 0, 2), (0, 1, 1)]


def test_rows_say_when_and_by_which_run_they_were_loaded(world: World) -> None:
    """`_INGESTED_AT` is UTC and now, `_BATCH_ID` is one value per run, `_DELETED_AT` is NULL."""
    began = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    other = [schema("other", ITEM, "id"), record("other", id=1)]
    world.load([*items((1, "a", "2026-02-01T00:00:00Z")), *other])
    (item,) = world.sql("select * from ITEM")
    (another,) = world.sql("select * from OTHER")
    assert item["_BATCH_ID"] == another["_BATCH_ID"]
    assert began <= item["_INGESTED_AT"] <= dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert item["_DELETED_AT"] is None


def test_a_stream_without_a_key_is_appended(world: World) -> None:
    """Each record becomes a row, twice when it is sent twice."""
    lines = [schema("event", ITEM), record("event", id=1), record("event", id=1)]
    world.load(lines)
    world.load(lines)
    assert [row["ID"] for row in world.table("EVENT")] == [1, 1, 1, 1]


def test_append_only_appends_whatever_the_key(world: World) -> None:
    """The load method overrules the key."""
    lines = items((1, "a", "2026-02-01T00:00:00Z"))
    world.load(lines, load_method="append-only")
    world.load(lines, load_method="append-only")
    assert [row["ID"] for row in world.table("ITEM")] == [1, 1]


def test_a_load_that_cannot_succeed_leaves_no_staging_table(world: World) -> None:
    """What is refused is refused again, so the run ends at once, and cleans up."""
    refused = '{"code": "100038", "success": false, "message": "Numeric value is not recognized", "data": {}}'
    world.snowflake.add_fault(
        statement="^MERGE", status=200, headers={"content-type": "application/json"}, body=refused
    )
    run = world.run([*items((1, "a", "2026-02-01T00:00:00Z")), state({"x": 1})])
    assert run.returncode == 1
    assert "100038" in run.sentence
    assert run.states == []
    assert world.leftovers() == set()


def test_a_schema_may_change_between_records(world: World) -> None:
    """Old records are loaded under the old schema first, new ones under the new; nothing overtakes."""
    wider = {**ITEM, "size": {"type": "integer"}}
    at = "2026-02-01T00:00:00Z"
    lines = [
        *items((1, "old", at), (2, "old", at)),
        schema("item", wider, "id", bookmark="at"),
        record("item", id=1, name="new", at=at, size=5),
    ]
    world.load(lines)
    rows = [(row["ID"], row["NAME"], row["SIZE"]) for row in world.table("ITEM")]
    assert sorted(rows) == [(1, "new", 5), (2, "old", None)]


def test_a_type_that_changes_family_gets_a_column_beside(world: World) -> None:
    """5.25 does not become 5 because the column was once an integer."""
    whole, real = (
        {"id": {"type": "integer"}, "v": {"type": "integer"}},
        {"id": {"type": "integer"}, "v": {"type": "number"}},
    )
    world.load([schema("item", whole, "id"), record("item", id=1, v=1), record("item", id=2, v=2)])
    world.load([schema("item", real, "id"), record("item", id=2, v=5.25)])
    rows = [(row["ID"], row["V"], row["V__FLOAT"]) for row in world.table("ITEM")]
    assert rows == [(1, 1, None), (2, None, 5.25)]


def test_a_key_of_several_types_is_compared_as_text(world: World) -> None:
    """A VARIANT cannot be joined on."""
    lines = [
        schema("item", {"id": {"type": ["integer", "string"]}}, "id"),
        *(record("item", id=i) for i in (1, "a")),
    ]
    world.load(lines)
    world.load(lines)
    assert world.table("ITEM") == [{"ID": "1"}, {"ID": "a"}]


def test_odd_names_are_safe(world: World) -> None:
    """Reserved words, camelCase, dots, quotes and collisions each get a column of their own."""
    properties = {
        name: {"type": "string"} for name in ("Id", "order", "a.b", "a b", '"; drop', "id", "2x", "select")
    }
    values = {name: f"value of {name}" for name in properties}
    world.load([schema('we"ird; Stream', properties, "Id"), record('we"ird; Stream', **values)])
    (row,) = world.table("WE_IRD__STREAM")
    assert set(row.values()) == set(values.values())
    assert row["ORDER"] == "value of order"
    assert row["ID"] == "value of Id"  # the key


def test_state_is_emitted_in_the_middle_and_at_the_end(world: World) -> None:
    """A STATE goes out as soon as all records before it are committed."""
    lines: list[Line] = [schema("item", ITEM, "id")]
    for i in range(3000):
        lines.append(record("item", id=i))
        if i % 1000 == 999:
            lines.append(state({"done": i}))
    run = world.load(lines, batch_size_rows=1000)
    assert run.states[-1] == {"done": 2999}
    assert run.states == sorted(run.states, key=lambda each: each["done"])
    assert len(world.table("ITEM")) == 3000


def test_a_stream_without_records_has_its_table(world: World) -> None:
    """Models can be built on a stream that had nothing to say yet."""
    world.load([schema("quiet", ITEM, "id")])
    assert world.table("QUIET") == []


def test_the_lake_holds_what_was_loaded(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A Snappy file per organisation at its place, with the stream's schema and the order of records."""
    properties = {"_source_org": {"type": "string"}, **ITEM}
    lines = [record("item", _source_org=org, id=i, name="x") for i, org in enumerate(["a", "b", "a"])]
    world.load([schema("item", properties, "_source_org", "id"), *lines], prefix=world.database)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.gcs.url)
    blobs = list(storage.Client(project="sandbox").list_blobs(BUCKET, prefix=f"{world.database}/"))
    day = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
    assert [blob.name.rsplit("/", 1)[0] for blob in blobs] == [
        f"{world.database}/item/org={org}/date={day}" for org in ("a", "b")
    ]
    blobs[0].download_to_filename(tmp_path / "a.parquet")
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert file.metadata.row_group(0).column(0).compression == "SNAPPY"
    assert str(file.schema_arrow.field("ID").type) == "decimal128(38, 0)"
    assert str(file.schema_arrow.field("AT").type) == "timestamp[us, tz=UTC]"
    assert file.read().column("_SEQUENCE").to_pylist() == [1, 3]


def test_staging_tables_are_gone_after_a_run(world: World) -> None:
    """Nothing but the tables and the ledger stays."""
    world.load(items((1, "a", "2026-02-01T00:00:00Z")))
    assert world.tables() == {"ITEM", "_LOAD_LEDGER", "_RUN_SUMMARY"}


def test_the_ledger_tells_what_was_loaded(world: World) -> None:
    """A row per batch: who, what, from which files, how many, when."""
    properties = {"_source_org": {"type": "string"}, **ITEM}
    world.load([schema("item", properties, "_source_org", "id"), record("item", _source_org="a", id=1)])
    (entry,) = world.ledger()
    assert (entry["STREAM"], entry["TABLE_NAME"], entry["ROW_COUNT"]) == ("item", "ITEM", 1)
    assert (entry["FIRST_SEQUENCE"], entry["LAST_SEQUENCE"]) == (1, 1)
    assert entry["BEGAN_AT"] <= entry["COMMITTED_AT"]
    assert "/item/org=a/date=" in entry["FILES"]
    (row,) = world.sql("select * from ITEM")
    assert row["_BATCH_ID"] == entry["RUN_ID"]


def test_a_table_that_another_run_made_meanwhile_gets_the_columns_that_it_lacks(world: World) -> None:
    """Two first runs may have begun at once, with schemas that differ."""
    key = {"id": {"type": "integer"}}
    world.load([schema("first", key, "id")])
    with world.start() as process:
        process.stdin.write(as_input([schema("other", key, "id")]))
        process.stdin.flush()
        while "OTHER" not in world.tables():
            time.sleep(0.1)
        world.load([schema("item", key, "id"), record("item", id=1)])
        more = [schema("item", {**key, "x": {"type": "integer"}}, "id"), record("item", id=2, x=5), state(2)]
        states, errors = process.communicate(as_input(more))
        assert process.wait() == 0, errors
    assert states.split() == [b"2"]
    assert world.sql("select ID, X from ITEM order by ID") == [{"ID": 1, "X": None}, {"ID": 2, "X": 5}]


def test_a_table_that_another_run_made_meanwhile_is_no_place_for_other_types(world: World) -> None:
    """Else MERGE would make 5 of 5.25; the next run gives it a column of its own."""
    key = {"id": {"type": "integer"}}
    numbers = [schema("item", {**key, "x": {"type": "number"}}, "id"), record("item", id=2, x=5.25), state(2)]
    world.load([schema("first", key, "id")])
    with world.start() as process:
        process.stdin.write(as_input([schema("other", key, "id")]))
        process.stdin.flush()
        while "OTHER" not in world.tables():
            time.sleep(0.1)
        world.load([schema("item", {**key, "x": {"type": "integer"}}, "id"), record("item", id=1, x=5)])
        states, errors = process.communicate(as_input(numbers))
        assert process.wait() == 1
    assert "Another run has changed" in errors.decode()
    assert not states
    assert world.sql("select ID, X from ITEM") == [{"ID": 1, "X": 5}]
    world.load(numbers)
    assert world.sql("select X, X__FLOAT from ITEM where ID = 2") == [{"X": None, "X__FLOAT": 5.25}]


def test_streams_without_a_key_can_be_merged_on_the_row(world: World) -> None:
    """Equal records are one row, in a run and across runs."""
    lines = [schema("event", ITEM), *(record("event", id=i % 2) for i in range(5))]
    world.load(lines, keyless_method="merge")
    world.load(lines, keyless_method="merge")
    assert [row["ID"] for row in world.table("EVENT")] == [0, 1]
