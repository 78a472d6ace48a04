"""The files of BATCH messages are loaded as records are."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
import tracemalloc
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from target_gcs_snowflake_merge.batch_files import parts

from .conftest import ITEM, Line, World, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

ROWS: list[dict[str, Any]] = [
    {"id": 1, "name": "a", "price": 5.25, "at": "2026-01-31T21:59:59Z", "doc": {"x": [1]}},
    {"id": 2, "name": None, "price": None, "at": None, "doc": None},
]


def batch(form: dict[str, str], *files: Path) -> list[Line]:
    """Return a BATCH message behind its schema."""
    manifest = [file.as_uri() for file in files]
    return [
        schema("item", ITEM, "id"),
        record("item", id=1, name="older"),
        {"type": "BATCH", "stream": "item", "encoding": form, "manifest": manifest},
        state({"n": 1}),
    ]


def as_arrow() -> pa.Table:
    """Return the rows as a tap with Parquet would write them."""
    return pa.table(
        {
            "id": [1, 2],
            "name": ["a", None],
            "price": pa.array([Decimal("5.25"), None], pa.decimal128(10, 2)),
            "at": pa.array(
                [dt.datetime(2026, 1, 31, 21, 59, 59, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")
            ),
            "doc": [{"x": [1]}, None],
        }
    )


@pytest.mark.parametrize("form", ["jsonl", "jsonl.gz", "parquet"])
def test_the_files_of_a_batch_are_loaded_behind_what_came_before(
    world: World, tmp_path: Path, form: str
) -> None:
    """JSON lines, compressed or not, and Parquet give the same rows as records, once."""
    file = tmp_path / f"batch.{form}"
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    if form == "parquet":
        pq.write_table(as_arrow(), file)
    else:
        file.write_bytes(gzip.compress(lines) if form.endswith("gz") else lines)
    encoding = {"format": form.removesuffix(".gz")}
    if form.endswith("gz"):
        encoding["compression"] = "gzip"
    run = world.load(batch(encoding, file))
    assert run.states == [{"n": 1}]
    one, two = world.table("ITEM")
    assert (one["NAME"], one["PRICE"], two["NAME"]) == ("a", Decimal("5.25"), None)
    assert one["AT"] == dt.datetime(2026, 1, 31, 21, 59, 59)  # noqa: DTZ001 - TIMESTAMP_NTZ
    assert world.sql("select DOC:x[0]::int as X from ITEM where ID = 1") == [{"X": 1}]


@pytest.mark.parametrize("key", [pa.int64(), pa.float64()], ids=["exact", "row by row"])
def test_what_lies_below_a_column_of_parquet_is_as_in_json(
    world: World, tmp_path: Path, key: pa.DataType
) -> None:
    """A map is an object; nanoseconds are cut, as at the top."""
    doc = pa.struct(
        [("map", pa.map_(pa.string(), pa.int64())), ("times", pa.list_(pa.timestamp("ns", "UTC")))]
    )
    docs = pa.array([{"map": [("a", 1)], "times": [1_500]}], doc)
    pq.write_table(pa.table({"id": pa.array([1], key), "doc": docs}), tmp_path / "rows.parquet")
    world.load(batch({"format": "parquet"}, tmp_path / "rows.parquet"))
    query = "select DOC:map:a::int as A, DOC:times[0]::varchar as T from ITEM"
    assert world.sql(query) == [{"A": 1, "T": "1970-01-01T00:00:00.000001Z"}]


FAR = pa.timestamp("us", "UTC")
DAYS: dict[str, tuple[str, pa.Array[Any]]] = {
    "column": ("at", pa.array([0, 2**58, 0], FAR)),
    "object": ("doc", pa.array([{"x": 0}, {"x": 2**58}, None], pa.struct([("x", FAR)]))),
    "list": ("doc", pa.array([[0], [0, 2**58], None], pa.list_(FAR))),
    "map": ("doc", pa.array([[("x", 0)], [("x", 2**58)], None], pa.map_(pa.string(), FAR))),
}


@pytest.mark.parametrize("case", DAYS)
def test_a_day_that_no_column_can_hold_is_a_bad_record_of_parquet_too(
    world: World, tmp_path: Path, case: str
) -> None:
    """It is named by its row, and its neighbours are loaded; what no property asks for is nobody's."""
    file = tmp_path / "rows.parquet"
    field, days = DAYS[case]
    pq.write_table(pa.table({"id": [1, 2, 3], field: days, "extra": days.take([1, 0, 1])}), file)
    run = world.load(batch({"format": "parquet"}, file), on_bad_record="quarantine")
    assert run.states == [{"n": 1}]
    assert {row["ID"] for row in world.table("ITEM")} == {1, 3}
    (row,) = world.table("_REJECTED_RECORD")
    assert f"field {field!r}" in row["REASON"]
    assert "row 2 of" in row["REASON"]


def test_bytes_of_parquet_are_text_where_the_schema_says_so(world: World, tmp_path: Path) -> None:
    """Many a writer does not note that its bytes are UTF-8; those that are none are a bad record."""
    file = tmp_path / "rows.parquet"
    columns = {
        "name": pa.array([b"a", "é".encode(), b"\xff"], pa.binary()),
        "at": pa.array([b"2026-01-31T21:59:59Z", None, None], pa.binary()),
    }
    pq.write_table(pa.table({"id": [1, 2, 3], **columns}), file)
    world.load(batch({"format": "parquet"}, file), on_bad_record="quarantine")
    one, two = world.table("ITEM")
    assert (one["NAME"], two["NAME"]) == ("a", "é")
    assert one["AT"] == dt.datetime(2026, 1, 31, 21, 59, 59)  # noqa: DTZ001 - TIMESTAMP_NTZ
    (row,) = world.table("_REJECTED_RECORD")
    assert "field 'name' is no VARCHAR" in row["REASON"]
    assert "row 3 of" in row["REASON"]


@pytest.mark.parametrize(("count", "row_groups"), [(20_000, 1), (20_000, 20), (40, 1)])
def test_a_file_of_parquet_is_not_kept_in_memory(tmp_path: Path, count: int, row_groups: int) -> None:
    """Neither Arrow nor Python holds more than a small part of it at a time, be its rows many or long.

    One page is read as a whole; Arrow looks at its length behind each batch only.
    """
    file = tmp_path / "large.parquet"
    texts = [random.Random(number).randbytes(20_000_000 // count).hex() for number in range(count)]  # noqa: S311
    rows = len(texts) // row_groups
    batch_rows = min(count // 40, 1_000)
    pq.write_table(
        pa.table({"text": texts}),
        file,
        row_group_size=rows,
        use_dictionary=False,
        write_batch_size=batch_rows,
    )
    del texts
    before, most = pa.total_allocated_bytes(), 0
    tracemalloc.start()
    for _ in parts({"format": "parquet"}, [str(file)]):
        most = max(most, pa.total_allocated_bytes() - before + tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert most < file.stat().st_size / 4


def test_one_long_row_of_parquet_does_not_slow_the_others(tmp_path: Path) -> None:
    """It lies in a row group of its own, as the last one of a file may; short groups are read together."""
    file = tmp_path / "rows.parquet"
    with pq.ParquetWriter(file, pa.schema({"text": pa.string()}), use_dictionary=False) as writer:
        for texts in (["short"] * 500, ["short"] * 500, ["x" * 5_000_000], ["short"] * 9):
            writer.write_table(pa.table({"text": texts}))
    pieces = [
        (piece.first, len(list(piece.records()))) for piece in parts({"format": "parquet"}, [str(file)])
    ]
    assert pieces == [(1, 1_000), (1_001, 1), (1_002, 9)]


def test_a_batch_file_that_is_not_there_is_named(world: World, tmp_path: Path) -> None:
    """The address is in the sentence."""
    run = world.run(batch({"format": "jsonl"}, tmp_path / "gone.jsonl"))
    assert run.returncode == 1
    assert "gone.jsonl" in run.sentence
    assert "Traceback" not in run.errors


@pytest.mark.parametrize(
    ("encoding", "reason"),
    [({"compression": "bz2"}, "compression 'bz2' cannot be read"), ({}, "it is compressed")],
)
def test_a_batch_file_is_not_taken_for_text_that_it_is_not(
    world: World, tmp_path: Path, encoding: dict[str, str], reason: str
) -> None:
    """Bad records put aside would hide all others of the file; so the run ends."""
    file = tmp_path / "rows.jsonl"
    file.write_bytes(gzip.compress(b'{"id": 1}\n' * 9))
    run = world.run(batch({"format": "jsonl", **encoding}, file), on_bad_record="quarantine")
    assert (run.returncode, run.states) == (1, [])
    assert reason in run.sentence


def test_a_batch_file_may_have_any_name(world: World, tmp_path: Path) -> None:
    """Its URL quotes what an address cannot hold; a name that looks quoted is not."""
    for key, name in enumerate(["a b.jsonl", "a%20b.jsonl"]):
        (tmp_path / name).write_text(f'{{"id": {key}}}\n', encoding="utf-8")
    quoted, literal = (tmp_path / "a b.jsonl").as_uri(), f"file://{tmp_path}/a%20b.jsonl"
    first, *_ = batch({}, tmp_path)
    for address in (quoted, literal):
        manifest = {"type": "BATCH", "stream": "item", "encoding": {"format": "jsonl"}, "manifest": [address]}
        world.load([first, manifest])
    assert {row["ID"] for row in world.table("ITEM")} == {1}
    (tmp_path / "a%20b.jsonl").unlink()
    world.load([first, {**manifest, "manifest": [quoted]}])
    assert {row["ID"] for row in world.table("ITEM")} == {0, 1}


def test_a_batch_file_that_is_cut_off_is_named(world: World, tmp_path: Path) -> None:
    """So it goes to those that break off at a whole line; what came before is committed."""
    file = tmp_path / "cut.jsonl.gz"
    lines = "".join(json.dumps({"id": key, "name": f"{key * key}"}) + "\n" for key in range(5_000)).encode()
    file.write_bytes(gzip.compress(lines)[:-2_000])
    first, *others = batch({"format": "jsonl", "compression": "gzip"}, file)
    run = world.run([first, record("item", id=-1), state({"n": 0}), *others])
    assert (run.returncode, run.states) == (1, [{"n": 0}])
    assert "cut.jsonl.gz" in run.sentence


@pytest.mark.parametrize(
    ("row", "field"),
    [('{"id": "x"}', "id"), ('{"id": 3, "at": "2026-02-31T00:00:00Z"}', "at"), ('{"id": 3', "not JSON")],
)
@pytest.mark.parametrize("on_bad_record", ["fail", "quarantine"])
def test_a_bad_record_of_a_batch_file_is_named_by_its_line_there(
    world: World, tmp_path: Path, row: str, field: str, on_bad_record: str
) -> None:
    """The line of the input is that of the BATCH message, for all files and records."""
    whole, bad = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    whole.write_text('{"id": 1}\n{"id": 2}\n', encoding="utf-8")
    bad.write_text(f'{{"id": 4}}\n\n{row}\n{{"id": 5}}\n', encoding="utf-8")
    run = world.run(batch({"format": "jsonl"}, whole, bad), on_bad_record=on_bad_record)
    assert run.returncode == (1 if on_bad_record == "fail" else 0)
    told = run.sentence if on_bad_record == "fail" else world.table("_REJECTED_RECORD")[0]["REASON"]
    assert field in told
    assert f"(line 3 of {bad.as_uri()})" in told


def test_a_bad_row_of_parquet_is_put_aside_alone(world: World, tmp_path: Path) -> None:
    """The rows beside it are loaded; the reason names the field."""
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": [1, 2, None, 4], "price": [0.5, float("nan"), 0.5, 0.25]}), file)
    run = world.load(batch({"format": "parquet"}, file), on_bad_record="quarantine")
    assert run.states == [{"n": 1}]
    assert [(row["ID"], row["PRICE"]) for row in world.table("ITEM")] == [
        (1, Decimal("0.5")),
        (4, Decimal("0.25")),
    ]
    reasons = [row["REASON"] for row in world.table("_REJECTED_RECORD")]
    assert ["'price'" in reason for reason in reasons] == [True, False]
    assert ["'id'" in reason for reason in reasons] == [False, True]
