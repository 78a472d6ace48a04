"""Rows that the tap reports as deleted."""

from __future__ import annotations

import json
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from .conftest import Line, World, record, schema, state
from .vanished import ITEM, TIMED, alive

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("hard", [False, True])
def test_rows_that_the_tap_reports_as_deleted(world: World, hard: bool) -> None:  # noqa: FBT001 - a parameter
    """`_sdc_deleted_at` marks a row, or removes it."""
    properties = {**ITEM, "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}}
    gone = "2026-02-01T00:00:00Z"
    world.load([schema("item", properties, "id"), record("item", id=1), record("item", id=2)])
    lines = [
        schema("item", properties, "id"),
        record("item", id=2, _sdc_deleted_at=gone),
        record("item", id=3, _sdc_deleted_at=gone),
    ]
    world.load(lines, hard_delete=hard)
    assert alive(world, "ITEM") == ({1: True} if hard else {1: True, 2: False, 3: False})


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("form", ["records", "jsonl", "parquet"])
def test_a_deletion_needs_no_schema_that_tells_of_it(
    world: World, tmp_path: Path, form: str, *, hard: bool
) -> None:
    """Many taps send the property only with what is deleted; a later schema does not take it away."""
    world.load([schema("item", ITEM, "id"), *(record("item", id=key, name="a") for key in (1, 2, 3))])
    rows: list[dict[str, Any]] = [
        {"id": 1, "_sdc_deleted_at": None},
        {"id": 2, "_sdc_deleted_at": "2026-02-01T00:00:00+00:00"},
    ]
    sent: list[Line] = [record("item", **row) for row in rows]
    if form != "records":
        file = tmp_path / "rows"
        file.write_text("\n".join(map(json.dumps, rows)))
        manifest = [file.as_uri()]
        sent = [{"type": "BATCH", "stream": "item", "encoding": {"format": form}, "manifest": manifest}]
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), file)
    gone = {"id": 3, "_sdc_deleted_at": "2019-12-18T13:19:44+00:00+00:00"}
    world.load(
        [schema("item", ITEM, "id"), *sent, schema("item", ITEM, "id"), record("item", **gone), state(1)],
        hard_delete=hard,
    )
    assert alive(world, "ITEM") == ({1: True} if hard else {1: True, 2: False, 3: False})


def test_a_row_that_comes_back_is_not_deleted_in_either_column(world: World) -> None:
    """Nor in the one that a deletion of an earlier run has made; once that is so it is left alone."""
    sent: list[Line] = [schema("item", ITEM, "id"), record("item", id=1), record("item", id=2)]
    world.load([*sent, record("item", id=2, _sdc_deleted_at="2026-02-01T00:00:00Z")])
    world.load(sent)
    rows = world.sql("select * from ITEM order by ID")
    assert [(row["_DELETED_AT"], row["_SDC_DELETED_AT"]) for row in rows] == [(None, None), (None, None)]
    world.load(sent)
    assert world.sql("select * from ITEM order by ID") == rows
    world.load([schema("item", {**ITEM, "_SDC_DELETED_AT": TIMED["at"]}, "id"), *sent[1:]])
    assert len(world.sql("select * from ITEM")[0]) == len(rows[0])


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("in_one_run", [False, True])
def test_a_deletion_need_not_say_when_the_row_was_changed(
    world: World, *, in_one_run: bool, hard: bool
) -> None:
    """It may be of a key alone; what was sent behind it is newer again."""
    described = schema("item", {**TIMED, "_sdc_deleted_at": TIMED["at"]}, "id", bookmark="at")
    gone = "2026-02-01T00:00:00Z"
    sent = [
        [record("item", id=key, at="2026-01-01T00:00:00Z") for key in (1, 2, 3)],
        [record("item", id=1, _sdc_deleted_at=gone), record("item", id=2, _sdc_deleted_at=gone)],
        [record("item", id=2, at="2026-01-01T00:00:00Z")],
    ]
    for lines in [list(chain.from_iterable(sent))] if in_one_run else sent:
        world.load([described, *lines], hard_delete=hard)
    assert alive(world, "ITEM") == ({2: True, 3: True} if hard else {1: False, 2: True, 3: True})


@pytest.mark.parametrize("declared", ["integer", "number", "boolean", "object"])
def test_a_deletion_that_is_no_moment_is_a_bad_record(world: World, declared: str) -> None:
    """However it is declared; NULL is none."""
    properties = {**ITEM, "_sdc_deleted_at": {"type": [declared, "null"]}}
    lines = [schema("item", properties, "id"), record("item", id=1, _sdc_deleted_at=None)]
    world.load(lines)
    run = world.run([*lines, record("item", id=2, _sdc_deleted_at=1767225600)])
    assert "Line 3 (stream 'item'): field '_sdc_deleted_at' is no TIMESTAMP_NTZ" in run.sentence
    assert alive(world, "ITEM") == {1: True}


@pytest.mark.parametrize("hard", [False, True])
def test_a_deletion_counts_in_a_column_of_another_type_too(world: World, hard: bool) -> None:  # noqa: FBT001
    """A tap may declare `_sdc_deleted_at` as text first, and as a date-time later."""
    text = {**ITEM, "_sdc_deleted_at": {"type": ["string", "null"]}}
    moment = {**ITEM, "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}}
    world.load([schema("item", text, "id"), record("item", id=1), record("item", id=2)])
    gone = record("item", id=2, _sdc_deleted_at="2026-02-01T00:00:00Z")
    world.load([schema("item", moment, "id"), gone], hard_delete=hard)
    assert alive(world, "ITEM") == ({1: True} if hard else {1: True, 2: False})


@pytest.mark.parametrize("ends", [(3,), (1, 2, 3), (2, 3)], ids=["one batch", "a run each", "two runs"])
def test_a_deletion_without_a_bookmark_lets_nothing_older_back(world: World, ends: tuple[int, ...]) -> None:
    """It does not matter where one batch ends and the next begins; what is as new as the row comes back."""
    at, gone = {"type": ["integer", "null"]}, {"type": ["string", "null"], "format": "date-time"}
    described = schema("item", {**ITEM, "at": at, "_sdc_deleted_at": gone}, "id")
    assert isinstance(described, dict)
    described["bookmark_properties"] = ["at"]
    lines: list[Line] = [
        record("item", id=1, name="new", at=10),
        record("item", id=1, _sdc_deleted_at="2026-02-01T00:00:00Z"),
        record("item", id=1, name="old", at=8),
    ]
    for first, end in pairwise((0, *ends)):
        world.load([described, *lines[first:end]])
    assert alive(world, "ITEM") == {1: False}
    world.load([described, record("item", id=1, name="again", at=10)])
    assert alive(world, "ITEM") == {1: True}
