"""Rows that a new version of a table has no more."""

from __future__ import annotations

import pytest

from .conftest import World, record, schema
from .vanished import ITEM, alive, versioned


@pytest.mark.parametrize("hard", [False, True])
def test_a_new_version_of_a_table_removes_what_is_not_in_it(world: World, hard: bool) -> None:  # noqa: FBT001
    """Records that came before are loaded first; rows that did not change keep their `_INGESTED_AT`."""
    world.load(versioned(1, 1, 2))
    before = world.sql("select * from ITEM where ID = 1")
    run = world.load(versioned(2, 1, 3), hard_delete=hard)
    assert run.states == [{"version": 2}]
    assert alive(world, "ITEM") == ({1: True, 3: True} if hard else {1: True, 2: False, 3: True})
    (after,) = world.sql("select * from ITEM where ID = 1")
    assert after["_INGESTED_AT"] == before[0]["_INGESTED_AT"]
    assert after["_SDC_TABLE_VERSION"] == 2


@pytest.mark.parametrize("name", ["n1", "older"])
def test_a_row_stays_in_the_newest_version_that_it_came_with(world: World, name: str) -> None:
    """A replay, or a run beside this one, sends rows of an earlier version behind those of the next."""
    world.load(versioned(2, 1))
    earlier = {"type": "RECORD", "stream": "item", "record": {"id": 1, "name": name}, "version": 1}
    world.load([schema("item", ITEM, "id"), earlier])
    world.load(versioned(2, 3))
    assert alive(world, "ITEM") == {1: True, 3: True}


def test_a_version_without_any_record_empties_the_table(world: World) -> None:
    """The source has no row any more; but records without a version say nothing of the others."""
    world.load(versioned(1, 1, 2))
    world.load(versioned(2))
    assert alive(world, "ITEM") == {1: False, 2: False}
    unversioned = versioned(3)
    unversioned.insert(1, record("item", id=4, name="x"))
    run = world.load(unversioned)
    assert "ignored" in run.errors
    assert alive(world, "ITEM") == {1: False, 2: False, 4: True}
