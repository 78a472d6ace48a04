"""Rows that are missing from a complete set of their parent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Line, World, as_input, record, schema, state
from .test_crash import wait_for_statement
from .vanished import ITEM, REVIEW, TIMED, alive, reviews, versioned


def test_rows_missing_from_a_complete_set_are_marked(world: World) -> None:
    """Only rows of the parents that were announced, and a row that is sent again is there again."""
    world.load(reviews((1, 10), (2, 10), (3, 20), (4, 30)))
    before = world.sql("select * from REVIEW order by ID")
    world.load([*reviews((1, 10), (4, 30), complete=[10, 20]), state({"n": 1})])
    assert alive(world, "REVIEW") == {1: True, 2: False, 3: False, 4: True}
    after = world.sql("select * from REVIEW order by ID")
    assert (after[0], after[3]) == (before[0], before[3])
    assert after[1]["_INGESTED_AT"] > before[1]["_INGESTED_AT"]
    entry = world.ledger()[-1]
    assert (entry["ROW_COUNT"], entry["ROWS_UNCHANGED"], entry["ROWS_DELETED"]) == (2, 2, 2)
    world.load(reviews((1, 10), (2, 10), complete=[10]))
    assert alive(world, "REVIEW") == {1: True, 2: True, 3: False, 4: True}


def test_a_set_without_any_row_is_complete_too(world: World) -> None:
    """A parent whose last row vanished is announced without a record."""
    world.load(reviews((1, 10)))
    run = world.load([*reviews(complete=[10]), state({"n": 1})])
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: False}


def test_a_parent_may_be_a_moment_or_a_day(world: World) -> None:
    """However it is written: the announcement means the same as the record."""
    text = {"type": "string"}
    properties = {**ITEM, "at": {**text, "format": "date-time"}, "day": {**text, "format": "date"}}
    described = schema("item", properties, "id")
    assert isinstance(described, dict)
    described["schema"]["x-complete-set-of"] = ["at", "day"]
    spellings = ["2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500Z", "2026-01-31 10:00:00.500000"]
    rows = [record("item", id=key, at=at, day="2026-02-01") for key, at in enumerate(spellings)]
    other = record("item", id=9, at="2026-01-31T12:00:00.5Z", day="2026-02-01")
    for key, at in enumerate(spellings):
        world.load([described, *rows, other])
        sets = [{"at": at, "day": "2026-02-01T00:00:00Z"}]
        world.load([described, rows[key], {**described, "x-complete-sets": sets}])
        assert alive(world, "ITEM") == {0: key == 0, 1: key == 1, 2: key == 2, 9: True}
    far = [{"at": "0001-01-01T00:00:00+14:00", "day": "2026-02-01"}]
    run = world.run([described, {**described, "x-complete-sets": far}])
    assert "x-complete-sets: " in run.sentence
    assert "is no TIMESTAMP" in run.sentence


@pytest.mark.parametrize("bad", [False, True], ids=["all good", "one put aside"])
def test_a_later_schema_may_name_another_parent(world: World, *, bad: bool) -> None:
    """As for a repository that moved: what was sent is loaded, then rows of the larger parent are missing.

    Where a record was put aside nothing is: it may be what one of those rows has become.
    """
    described = schema("review", {**REVIEW, "repository": {"type": "integer"}}, "id")
    assert isinstance(described, dict)

    def of(parent: str, **announced: Any) -> Line:
        return {**described, "schema": {**described["schema"], "x-complete-set-of": [parent]}, **announced}

    def row(key: int | str, pull: int, repository: int) -> Line:
        return record("review", id=key, pull=pull, repository=repository, body="x")

    world.load([of("pull"), row(1, 10, 7), row(2, 10, 7), row(3, 20, 8)])
    run = world.load(
        [
            of("pull"),
            row(4, 30, 9),
            *([row("five", 30, 9)] if bad else []),
            of("pull", **{"x-complete-sets": [{"pull": 30}]}),
            of("repository", **{"x-complete-sets": [{"repository": 7}]}),
            of("pull"),
            state({"n": 1}),
        ],
        on_bad_record="quarantine",
    )
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: bad, 2: bad, 3: True, 4: True}


def test_sets_alone_empty_no_table_that_is_overwritten(world: World) -> None:
    """A stream without a record leaves its table alone."""
    world.load(reviews((1, 10)))
    world.load(reviews(complete=[10]), load_method="overwrite")
    assert alive(world, "REVIEW") == {1: True}


def test_more_sets_than_a_list_takes_come_with_one_announcement(world: World) -> None:
    """Snowflake takes 16,384 expressions in a list; the first and the last parent count alike."""
    world.load(reviews((1, 0), (2, 16_999), (3, 17_000)))
    run = world.load([*reviews(complete=list(range(17_000))), state({"n": 1})])
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: False, 2: False, 3: True}
    assert world.ledger()[-1]["ROWS_DELETED"] == 2


def test_a_set_is_never_split_between_two_batches(world: World) -> None:
    """Else the rows of the first batch would look as if they were missing."""
    rows = [(i, 10) for i in range(250)]
    world.load(reviews(*rows, complete=[10]), batch_size_rows=100)
    world.load(reviews(*rows, complete=[10]), batch_size_rows=100)
    assert all(alive(world, "REVIEW").values())
    huge = [(i, 10) for i in range(1000)]
    world.load(reviews(*huge, complete=[10]), batch_size_rows=100)
    assert len(world.ledger()) > 3
    assert all(alive(world, "REVIEW").values())


def test_a_row_that_another_run_wrote_in_the_meantime_is_not_missing(world: World) -> None:
    """The tap may have read the set before: its lines wait in the pipe before a batch begins with them."""
    with world.start() as process:
        wait_for_statement(world, "CREATE STAGE")
        world.load(reviews((1, 10)))
        process.stdin.write(as_input(reviews((2, 10), complete=[10])))
        process.stdin.close()
        assert process.wait() == 0
    assert alive(world, "REVIEW") == {1: True, 2: True}
    world.load(reviews((2, 10), complete=[10]))
    assert alive(world, "REVIEW") == {1: False, 2: True}


def test_an_announcement_that_says_nothing_is_refused(world: World) -> None:
    """Each element names its parent."""
    lines = reviews((1, 10), complete=[10])
    assert isinstance(lines[-1], dict)
    lines[-1]["x-complete-sets"] = [{"other": 1}]
    run = world.run(lines)
    assert run.returncode == 1
    assert "x-complete-sets" in run.sentence


def test_an_announcement_of_the_wrong_type_is_refused_before_the_warehouse_would(world: World) -> None:
    """Only here its line is known; what came before is committed."""
    lines = [*reviews((1, 10)), state({"n": 1}), *reviews((2, 11), complete=[11])]
    assert isinstance(lines[-1], dict)
    lines[-1]["x-complete-sets"] = [{"pull": 11}, {"pull": "eleven"}]
    run = world.run(lines)
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert f"Line {len(lines)}" in run.sentence
    assert "field 'pull' is no NUMBER(38,0): 'eleven'" in run.sentence


def test_sets_of_a_stream_with_the_name_of_an_alias_are_heeded(world: World) -> None:
    """Rows are not compared with themselves."""
    for some in (reviews((1, 10), (2, 10)), reviews((1, 10), complete=[10])):
        world.load(json.loads(json.dumps(some).replace('"review"', '"s"')))
    assert alive(world, "S") == {1: True, 2: False}


@pytest.mark.parametrize("tells", [False, True], ids=["", "of a stream that tells of deletions"])
@pytest.mark.parametrize("at", ["2025-01-01T00:00:00Z", None])
def test_a_row_that_was_missing_is_there_again_whatever_its_bookmark(
    world: World,
    at: str | None,
    tells: bool,  # noqa: FBT001
) -> None:
    """What the source sends it has."""
    gone = {"_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"}} if tells else {}
    described = schema("review", {**REVIEW, "at": TIMED["at"], **gone}, "id", bookmark="at")
    assert isinstance(described, dict)
    described["schema"]["x-complete-set-of"] = ["pull"]
    complete: Line = {**described, "x-complete-sets": [{"pull": 10}]}
    world.load([described, record("review", id=1, pull=10, at="2026-01-01T00:00:00Z")])
    world.load([described, complete])
    assert alive(world, "REVIEW") == {1: False}
    world.load([described, record("review", id=1, pull=10, at=at), complete])
    assert alive(world, "REVIEW") == {1: True}


@pytest.mark.parametrize("hard", [False, True])
def test_a_row_whose_record_was_put_aside_is_not_missing(world: World, hard: bool) -> None:  # noqa: FBT001
    """The source has it: neither a complete set nor a new version takes it away. The next good set does."""
    world.load(reviews((1, 10), (2, 10), (3, 10)))
    described, first, announced = reviews((1, 10), complete=[10])
    bad = record("review", id=2, pull=10, body=5)
    settings = {"on_bad_record": "quarantine", "hard_delete": hard}
    world.load([described, first, bad, announced], **settings)
    assert alive(world, "REVIEW") == {1: True, 2: True, 3: True}
    world.load(versioned(1, 1, 2))
    lines = versioned(2, 1)
    lines.insert(1, {**record("item", id=2, name=5), "version": 2})  # type: ignore[dict-item]
    run = world.load([*lines, *reviews((1, 10), (2, 10), complete=[10])], **settings)
    assert "rows of earlier versions stay" in run.errors
    assert alive(world, "ITEM") == {1: True, 2: True}
    assert alive(world, "REVIEW") == ({1: True, 2: True} if hard else {1: True, 2: True, 3: False})


@pytest.mark.parametrize("on_bad_record", ["fail", "quarantine"])
def test_a_value_that_only_arrow_refuses_leaves_the_set_incomplete(world: World, on_bad_record: str) -> None:
    """It is found when its chunk is written, behind the announcement; sets before it stay complete."""
    dated = {**REVIEW, "at": {"type": "string", "format": "date-time"}}
    described = schema("review", dated, "id")
    assert isinstance(described, dict)
    described["schema"]["x-complete-set-of"] = ["pull"]

    def review(key: int, pull: int, at: str = "2026-01-01T00:00:00Z") -> Line:
        return record("review", id=key, pull=pull, body="x", at=at)

    def complete(pull: int) -> Line:
        return {**described, "x-complete-sets": [{"pull": pull}]}

    world.load([described, review(1, 10), review(2, 10), review(3, 20), review(4, 20), review(5, 30)])
    lines = [review(3, 20), complete(20), review(1, 10), review(2, 10, at="soon"), complete(10), complete(30)]
    run = world.run([described, *lines], on_bad_record=on_bad_record)
    assert run.returncode == (1 if on_bad_record == "fail" else 0)
    assert alive(world, "REVIEW") == {1: True, 2: True, 3: True, 4: False, 5: True}
