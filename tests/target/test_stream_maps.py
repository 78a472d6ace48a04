"""Stream maps and flattening: the SDK's way, which keeps values and deletions as they are without."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .conftest import Line, World, record, schema, state
from .vanished import alive, reviews

if TYPE_CHECKING:
    from pathlib import Path

ID: dict[str, Any] = {"id": {"type": "integer"}}
TEXT = {"type": ["string", "null"]}
ONE = [schema("item", {**ID, "x": TEXT}, "id"), record("item", id=1, x="5"), state({"n": 1})]
QUARANTINED = {"on_bad_record": "quarantine"}


def test_stream_maps_are_honoured(world: World) -> None:
    """Where stream maps are configured, records take the SDK's way through them."""
    maps = '{"item": {"shout": "name.upper()", "__filter__": "id > 1", "__alias__": "loud"}}'
    described = schema("item", {**ID, "name": TEXT}, "id")
    world.load([described, record("item", id=1, name="a"), record("item", id=2, name="b")], stream_maps=maps)
    assert [(row["ID"], row["SHOUT"]) for row in world.table("LOUD")] == [(2, "B")]


def test_what_one_stream_of_a_map_refuses_another_may_take(world: World) -> None:
    """A record that was put aside is missing from the stream that it does not fit, and from no other."""
    maps: dict[str, Any] = {"item": {}, "lite": {"__source__": "item", "id": "id", "__else__": None}}
    properties: dict[str, Any] = {"id": {"type": "integer"}, "amount": {"type": "integer"}}
    world.load(
        [
            schema("item", properties, "id"),
            record("item", id=1, amount=1),
            record("item", id=2, amount="x"),
            record("item", id=3, amount=3),
        ],
        stream_maps=json.dumps(maps),
        on_bad_record="quarantine",
    )
    assert [row["ID"] for row in world.sql("select ID from ITEM order by ID")] == [1, 3]
    assert [row["ID"] for row in world.sql("select ID from LITE order by ID")] == [1, 2, 3]
    assert len(world.sql("select * from _REJECTED_RECORD")) == 1


def test_half_a_surrogate_pair_goes_through_flattening(world: World) -> None:
    """As it does without: half a pair becomes U+FFFD."""
    lines: list[Line] = [
        schema("item", {**ID, "x": {"type": "string"}}, "id"),
        rb'{"type":"RECORD","stream":"item","record":{"id":1,"x":"a\ud800"}}',
    ]
    world.load(lines, flattening_enabled=True, flattening_max_depth=1)
    assert world.table("ITEM")[0]["X"] == "a\ufffd"


def test_a_key_with_half_a_surrogate_pair_is_put_aside_before_flattening_too(world: World) -> None:
    """Mended, two keys would be one."""
    lines: list[Line] = [
        schema("item", {"id": {"type": "string"}}, "id"),
        record("item", id="\ufffd"),
        rb'{"type":"RECORD","stream":"item","record":{"id":"\ud800"}}',
    ]
    world.load(lines, flattening_enabled=True, flattening_max_depth=1, **QUARANTINED)
    assert [row["ID"] for row in world.table("ITEM")] == ["\ufffd"]
    assert ["half a surrogate pair" in row["REASON"] for row in world.table("_REJECTED_RECORD")] == [True]


def test_flattening_keeps_decimals_exact(world: World) -> None:
    """They do not become floats on the way."""
    price = {"type": "object", "properties": {"net": {"type": "number", "multipleOf": 0.01}}}
    lines: list[Line] = [
        schema("item", {**ID, "price": price}, "id"),
        b'{"type":"RECORD","stream":"item","record":{"id":1,"price":{"net":12345678901234567890.12}}}',
    ]
    world.load(lines, flattening_enabled=True, flattening_max_depth=1)
    assert str(world.table("ITEM")[0]["PRICE__NET"]) == "12345678901234567890.12"


@pytest.mark.parametrize("maps", [{"other": {"x": "id"}}, {"item": {"twice": "float(net * 2)"}}])
def test_stream_maps_keep_decimals_exact(world: World, maps: dict[str, dict[str, str]]) -> None:
    """Those that no expression makes anew, be it of a stream that has a map or not."""
    net = {"type": "number", "multipleOf": 0.01}
    sent = (
        b'{"type":"RECORD","stream":"item","record":{"id":1,"net":12345678901234567890.12,"doc":{"x":1.10}}}'
    )
    lines: list[Line] = [schema("item", {**ID, "net": net, "doc": {"type": "object"}}, "id"), sent]
    world.load(lines, stream_maps=json.dumps(maps))
    (row,) = world.sql("select NET::varchar as NET, DOC:x::number(3, 2)::varchar as X from ITEM")
    assert row == {"NET": "12345678901234567890.12", "X": "1.10"}


def test_bytes_of_parquet_are_base64_before_a_map(world: World, tmp_path: Path) -> None:
    """Of those of a column of text, too: which property an expression makes of it, nobody knows."""
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [1], "x": pa.array([b"\xff"], pa.binary())}), file)
    batch: Line = {
        "type": "BATCH",
        "stream": "item",
        "encoding": {"format": "parquet"},
        "manifest": [file.as_uri()],
    }
    world.load([ONE[0], batch], stream_maps='{"item": {"y": "x.lower()"}}')
    assert world.table("ITEM") == [{"ID": 1, "X": "/w==", "Y": "/w=="}]


@pytest.mark.parametrize("way", ["a line with half a surrogate pair", "a file with bytes"])
def test_an_expression_has_the_same_numbers_whichever_way_they_come(
    world: World, tmp_path: Path, way: str
) -> None:
    """Where the fast decoder cannot be used they would be decimals, which take no float."""
    properties = {**ID, "net": {"type": "number", "multipleOf": 0.01}, "x": TEXT, "gross": {"type": "number"}}
    sent: Line = (
        rb'{"type":"RECORD","stream":"item","record":{"id":9007199254740993,"net":1.10,"x":"a\ud800"}}'
    )
    if "file" in way:
        file = tmp_path / "rows.parquet"
        keys = pa.array([Decimal(9007199254740993)], pa.decimal128(38, 0))
        net = pa.array([Decimal("1.10")], pa.decimal128(20, 2))
        pq.write_table(pa.table({"id": keys, "net": net, "x": pa.array([b"\xff"], pa.binary())}), file)
        encoding = {"format": "parquet"}
        sent = {"type": "BATCH", "stream": "item", "encoding": encoding, "manifest": [file.as_uri()]}
    maps = json.dumps({"item": {"gross": "net * 1.5", "next": "int(id + 1)"}})
    world.load([schema("item", properties, "id"), sent], stream_maps=maps)
    (row,) = world.sql("select ID, NET::varchar as NET, GROSS, NEXT from ITEM")
    assert row["GROSS"] == pytest.approx(1.65)
    assert (row["ID"], row["NET"], row["NEXT"]) == (9007199254740993, "1.10", 9007199254740994)


def test_flattening_says_how_deep(world: World) -> None:
    """The SDK has no default for it."""
    run = world.run([schema("item", ID, "id")], flattening_enabled=True)
    assert run.returncode == 1
    assert "flattening_enabled needs flattening_max_depth" in run.sentence


def test_a_stream_map_that_fails_at_a_record_blames_the_record(world: World) -> None:
    """It is named by its line, and put aside where that is wanted; what came before it is committed."""
    maps = json.dumps({"item": {"y": "int(x)"}})
    lines = [*ONE, record("item", id=2, x="abc"), state({"n": 2})]
    run = world.run(lines, stream_maps=maps)
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4 (stream 'item'): a stream map cannot be applied" in run.sentence
    run = world.load(lines, stream_maps=maps, **QUARANTINED)
    assert run.states[-1] == {"n": 2}
    assert [row["LINE"] for row in world.table("_REJECTED_RECORD")] == [4]


def test_a_bookmark_that_is_mapped_away_is_told(world: World) -> None:
    """Without it nobody can tell which of two records is newer."""
    moved = schema("item", {**ID, "at": TEXT}, "id")
    assert isinstance(moved, dict)
    maps = json.dumps({"item": {"at": "__NULL__", "later": "at"}})
    lines = [{**moved, "bookmark_properties": ["at"]}, record("item", id=1, at="x")]
    run = world.load(lines, stream_maps=maps)
    assert "The stream 'item' has no property 'at', its bookmark" in run.errors


MAPS: dict[str, tuple[dict[str, Any], str]] = {
    "syntax": ({"other": {"y": "int(("}}, "cannot be applied"),
    "one name for two streams": (
        {"item": {"__alias__": "x"}, "other": {"__alias__": "x"}},
        "name them apart",
    ),
}


@pytest.mark.parametrize("case", MAPS)
def test_a_stream_map_that_cannot_work_is_named(world: World, case: str) -> None:
    """With the line of the schema that it does not fit; what came before is committed."""
    maps, reason = MAPS[case]
    run = world.run([*ONE, schema("other", {**ID, "x": TEXT}, "id")], stream_maps=json.dumps(maps))
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "Line 4 (stream 'other')" in run.sentence
    assert reason in run.sentence


LEFT_OUT: list[dict[str, Any]] = [{"review": None}, {"other": {}, "__else__": None}]


@pytest.mark.parametrize("maps", LEFT_OUT, ids=["by name", "by what else"])
def test_a_stream_that_is_left_out_loses_no_row(world: World, maps: dict[str, Any]) -> None:
    """It is not loaded: neither a complete set nor a version without a record says anything of its table."""
    world.load(reviews((1, 10), (2, 10)))
    version = {"type": "ACTIVATE_VERSION", "stream": "review", "version": 7}
    lines = [*reviews((1, 10), complete=[10, 20]), version, state({"n": 1})]
    run = world.load(lines, stream_maps=json.dumps(maps))
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: True, 2: True}


@pytest.mark.parametrize("flattening", [False, True])
def test_a_map_may_remove_what_nobody_understands(world: World, *, flattening: bool) -> None:
    """A reference that leads nowhere ends no run that wants nothing of it."""
    lines = [schema("item", {**ID, "bad": {"$ref": "https://example.com/none.json"}}, "id")]
    maps = json.dumps({"item": {"bad": "__NULL__"}})
    world.load(
        [*lines, record("item", id=1, bad=2)],
        stream_maps=maps,
        flattening_enabled=flattening,
        flattening_max_depth=1,
    )
    assert [row["ID"] for row in world.table("ITEM")] == [1]


def test_a_stream_that_is_left_out_has_no_table(world: World, tmp_path: Path) -> None:
    """Nor is a record of it one that came before its schema; nor are the files of its batches read."""
    manifest = [(tmp_path / "gone.parquet").as_uri()]
    batch: Line = {"type": "BATCH", "stream": "item", "encoding": {"format": "parquet"}, "manifest": manifest}
    run = world.load([*ONE, batch, state({"n": 2})], stream_maps='{"item": null}')
    assert run.states[-1] == {"n": 2}
    assert "ITEM" not in world.tables()


def test_a_map_may_leave_out_whose_the_complete_sets_are(world: World) -> None:
    """Then nothing can be told as missing, and the rows are loaded all the same."""
    maps = json.dumps({"review": {"pull": "__NULL__"}})
    world.load(reviews((1, 10), (2, 10)), stream_maps=maps)
    run = world.load([*reviews((1, 10), complete=[10]), state({"n": 1})], stream_maps=maps)
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: True, 2: True}


def test_a_record_that_is_no_text_is_put_aside_before_a_map(world: World) -> None:
    """As without a map; the run goes on."""
    bad = b'{"type":"RECORD","stream":"item","record":{"id":2,"x":"\xff"}}'
    run = world.load([*ONE, bad, state({"n": 2})], stream_maps='{"item": {"y": "x"}}', **QUARANTINED)
    assert run.states[-1] == {"n": 2}
    (row,) = world.table("_REJECTED_RECORD")
    assert row["LINE"] == 4
    assert "not UTF-8" in row["REASON"]


def test_a_bad_record_of_a_stream_that_is_left_out_is_nobodys(world: World) -> None:
    """Neither is it put aside, nor does it keep another stream's rows from being told as gone."""
    world.load(reviews((1, 10), (2, 10)))
    bad: list[Line] = [
        schema("other", ID, "id"),
        b'{"type":"RECORD","stream":"other","record":{"id":"\xff"}}',
        b'{"type":"RECORD","stream":"other","record":{"id":1',
    ]
    lines = [*bad, *reviews((1, 10), complete=[10]), state({"n": 1})]
    run = world.load(lines, stream_maps='{"other": null}', **QUARANTINED)
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: True, 2: False}
    assert [row["LINE"] for row in world.table("_REJECTED_RECORD")] == [3]
