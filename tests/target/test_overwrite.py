"""A table that is replaced is the old one or the new one, whatever happens on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from snowflake.connector.errors import ProgrammingError

from .conftest import SCHEMA, as_input, record, schema, state
from .source import rows
from .test_crash import wait_for_statement
from .test_faults import FAULTS

if TYPE_CHECKING:
    from .conftest import Line, World

PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer"},
    "v": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
}
AT = "2026-02-01T00:00:00Z"
NEWEST_ROW = r"^SELECT MAX\("


def items(*values: tuple[int, str]) -> list[Line]:
    """Return a stream of items with key and replication key."""
    described = schema("item", PROPERTIES, "id", bookmark="at")
    return [described, *(record("item", id=number, v=text, at=AT) for number, text in values)]


def exchange(world: World) -> str:
    """Return how the statement begins that exchanges the tables."""
    return f'ALTER TABLE "{world.database}"."{SCHEMA}"."ITEM" SWAP'


def test_rows_of_earlier_runs_are_gone(world: World) -> None:
    """Inside the run the last record of a key wins."""
    world.load(items((1, "a"), (2, "b")), load_method="overwrite")
    world.load([*items((2, "c"), (2, "d"), (3, "e")), state({"x": 1})], load_method="overwrite")
    assert [(row["ID"], row["V"]) for row in rows(world)] == [(2, "d"), (3, "e")]
    assert world.leftovers() == set()


def test_the_schema_may_change_on_the_way(world: World) -> None:
    """Rows from before and after the change are in the new table, and a STATE goes out."""
    wider = schema("item", {**PROPERTIES, "size": {"type": "integer"}}, "id", bookmark="at")
    lines = [*items((1, "a")), wider, record("item", id=2, v="b", at=AT, size=5), state({"x": 1})]
    world.load(items((9, "old")), load_method="overwrite")
    assert world.load(lines, load_method="overwrite").states == [{"x": 1}]
    assert [(row["ID"], row["V"]) for row in rows(world)] == [(1, "a"), (2, "b")]
    assert world.leftovers() == set()


def test_the_old_table_stays_when_the_run_fails(world: World) -> None:
    """A bad record ends it, and no STATE goes out."""
    world.load(items((1, "a")), load_method="overwrite")
    broken = [*items((2, "b")), state({"x": 1}), record("item", id=None)]
    run = world.run(broken, load_method="overwrite")
    assert run.returncode == 1
    assert run.states == []
    assert [(row["ID"], row["V"]) for row in rows(world)] == [(1, "a")]
    assert world.leftovers() == set()


def test_an_exchange_whose_answer_is_lost_is_not_undone(world: World) -> None:
    """Another run has written to the new table by the time the exchange would be tried again."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="SWAP WITH", when="after", **FAULTS["expired"])
    world.snowflake.add_fault(statement=NEWEST_ROW, nth=2, status=503, times=None)
    with world.start(load_method="overwrite") as process:
        process.stdin.write(as_input(items((1, "new"), (2, "new"))))
        process.stdin.close()
        wait_for_statement(world, exchange(world))
        world.load(items((3, "another run's")))
        world.snowflake.clear_faults()
        assert process.wait() == 0
    assert [row["V"] for row in rows(world)] == ["new", "new", "another run's"]
    assert world.leftovers() == set()


def test_an_exchange_that_is_carried_out_late_undoes_nothing(world: World) -> None:
    """Its request was given up for lost, and the exchange done again."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="SWAP WITH", **FAULTS["expired"])
    world.snowflake.add_fault(statement="^DROP TABLE", nth=2, status=503, times=None)
    with world.start(load_method="overwrite") as process:
        process.stdin.write(as_input(items((1, "new"))))
        process.stdin.close()
        lost, again = wait_for_statement(world, exchange(world), times=2)
        assert lost != again
        with pytest.raises(ProgrammingError, match="does not exist"):
            world.sql(lost)
        world.snowflake.clear_faults()
        assert process.wait() == 0
    assert [row["V"] for row in rows(world)] == ["new"]
    assert world.leftovers() == set()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_new_name_whose_answer_is_lost_is_given_again(world: World, when: str) -> None:
    """The table is found under the name that it has, or that it was to have."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="SWAP WITH", **FAULTS["expired"])
    world.snowflake.add_fault(statement="RENAME TO", when=when, **FAULTS["expired"])
    world.load(items((2, "new")), load_method="overwrite")
    assert [row["V"] for row in rows(world)] == ["new"]
    assert world.leftovers() == set()


def test_a_new_table_that_nobody_was_told_of_is_dropped(world: World) -> None:
    """It was made, but its answer was lost each time, until the run gave up."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="^CREATE .* LIKE ", when="after", times=None, **FAULTS["expired"])
    run = world.run(items((2, "new")), load_method="overwrite", retry_seconds=3)
    assert run.returncode == 1
    assert [row["V"] for row in rows(world)] == ["old"]
    assert world.leftovers() == set()


def test_a_new_table_whose_answer_is_lost_is_begun_under_another_name(world: World) -> None:
    """The first attempt may still run, and would empty the table under rows that were loaded since."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="^CREATE .* LIKE ", when="after", **FAULTS["expired"])
    world.load(items((2, "new")), load_method="overwrite")
    made = [
        found[1]
        for entry in world.snowflake.requests()
        if (found := re.search(r'"(_STAGING_\w+)" LIKE', entry["statement"] or ""))
    ]
    assert len(set(made)) > 1
    assert [row["V"] for row in rows(world)] == ["new"]
    assert world.leftovers() == set()
