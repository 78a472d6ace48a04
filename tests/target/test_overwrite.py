"""A table that is replaced, whatever answer is lost on the way and whoever else writes to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .conftest import SCHEMA, as_input, record, schema
from .source import rows
from .test_crash import wait_for_statement
from .test_faults import FAULTS

if TYPE_CHECKING:
    from .conftest import Line, World

PROPERTIES: dict[str, Any] = {"id": {"type": "integer"}, "v": {"type": "string"}}
NEWEST_ROW = r"^SELECT MAX\("


def items(*values: tuple[int, str]) -> list[Line]:
    """Return a stream of items."""
    return [schema("item", PROPERTIES, "id"), *(record("item", id=number, v=text) for number, text in values)]


def test_an_exchange_whose_answer_is_lost_is_not_undone(world: World) -> None:
    """Another run has written to the new table by the time the exchange would be tried again."""
    world.load(items((1, "old")))
    world.snowflake.add_fault(statement="SWAP WITH", when="after", **FAULTS["expired"])
    world.snowflake.add_fault(statement=NEWEST_ROW, nth=2, status=503, times=None)
    with world.start(load_method="overwrite") as process:
        process.stdin.write(as_input(items((1, "new"), (2, "new"))))
        process.stdin.close()
        wait_for_statement(world, f'ALTER TABLE "{world.database}"."{SCHEMA}"."ITEM" SWAP')
        world.load(items((3, "another run's")))
        world.snowflake.clear_faults()
        assert process.wait() == 0
    assert [row["V"] for row in rows(world)] == ["new", "new", "another run's"]
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
