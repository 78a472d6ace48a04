"""Tables whose streams have changed their schema: no value is stale, and none is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import record, schema, state

if TYPE_CHECKING:
    from .conftest import World

ID: dict[str, Any] = {"id": {"type": "integer"}}
TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["number", "null"]}


def test_a_property_that_comes_back_without_a_value_is_null(world: World) -> None:
    """While the schema lacked it nobody knew; now the source says that there is none."""
    both, one = {**ID, "v": TEXT, "w": TEXT}, {**ID, "w": TEXT}
    world.load([schema("item", both, "id"), record("item", id=1, v="a", w="x")])
    world.load([schema("item", one, "id"), record("item", id=1, w="x")])
    assert world.table("ITEM") == [{"ID": 1, "V": "a", "W": "x"}]
    world.load([schema("item", both, "id"), record("item", id=1, v=None, w="x")])
    assert world.table("ITEM") == [{"ID": 1, "V": None, "W": "x"}]


def test_a_column_that_was_dropped_is_filled_again(world: World) -> None:
    """By the run that makes it again: nothing else of these rows has changed."""
    lines = [schema("item", {**ID, "v": TEXT}, "id"), *(record("item", id=each, v="a") for each in (1, 2))]
    world.load(lines)
    world.sql("alter table ITEM drop column V")
    world.load(lines)
    assert world.table("ITEM") == [{"ID": 1, "V": "a"}, {"ID": 2, "V": "a"}]
    updated = [entry["ROWS_UPDATED"] for entry in world.ledger()]
    world.load(lines)
    assert [entry["ROWS_UPDATED"] for entry in world.ledger()] == [*updated, 0]


@pytest.mark.parametrize(
    ("first", "second", "rival"),
    [("Name", "name", TEXT), ("amount", "amount__float", NUMBER)],
)
def test_a_rival_that_comes_later_gets_no_value_of_the_other(
    world: World, first: str, second: str, rival: dict[str, Any]
) -> None:
    """Its column may be one that held the other's values so far; those rows are written anew."""
    kind = TEXT if rival is TEXT else {"type": ["integer", "null"]}
    world.load([schema("item", {**ID, first: kind}, "id")])
    own = NUMBER if rival is NUMBER else TEXT
    value = 1.5 if rival is NUMBER else "n"
    world.load([schema("item", {**ID, first: own}, "id"), record("item", id=1, **{first: value})])
    world.load(
        [schema("item", {**ID, first: own, second: rival}, "id"), record("item", id=1, **{first: value})]
    )
    (row,) = world.table("ITEM")
    assert row[second.upper()] is None
    assert sorted(str(each) for each in row.values() if each is not None) == ["1", str(value)]


def test_rows_without_a_key_are_not_doubled_by_a_new_property(world: World) -> None:
    """Where the digest of a row is its key, a column without a value is none of it."""
    narrow, wide = {"v": TEXT}, {"v": TEXT, "w": TEXT}
    world.load([schema("item", narrow), record("item", v="a")], keyless_method="merge")
    world.load([schema("item", wide), record("item", v="a")], keyless_method="merge")
    assert world.table("ITEM") == [{"V": "a", "W": None}]


def test_digits_for_a_fraction_leave_less_room_for_whole_numbers(world: World) -> None:
    """A number too large for the column that is there is a bad record, not one that fails the batch."""
    price = {**ID, "p": {"type": "number", "multipleOf": 0.01}}
    whole = {**ID, "p": {"type": "integer"}}
    world.load([schema("item", price, "id"), record("item", id=1, p=1.25)])
    lines = [schema("item", whole, "id"), record("item", id=2, p=5), state({"n": 2})]
    run = world.run([*lines, record("item", id=3, p=10**37), state({"n": 3})])
    assert (run.returncode, run.states) == (1, [{"n": 2}])
    assert "Line 4 (stream 'item'): field 'p'" in run.sentence
    world.load([schema("item", whole, "id"), record("item", id=3, p=10**35)])
    assert [str(row["P"]) for row in world.table("ITEM")] == ["1.25", "5.00", f"{10**35}.00"]


def test_when_a_row_was_deleted_is_a_moment_however_it_is_declared(world: World) -> None:
    """Text that is none is a bad record; it used to fail the batch."""
    lines = [
        schema("item", {**ID, "_sdc_deleted_at": TEXT}, "id"),
        record("item", id=1, _sdc_deleted_at="2026-02-01T10:00:00+02:00"),
        record("item", id=2, _sdc_deleted_at=None),
        state({"n": 1}),
    ]
    run = world.run([*lines, record("item", id=3, _sdc_deleted_at="yes")])
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "field '_sdc_deleted_at'" in run.sentence
    rows = world.sql("select ID, _DELETED_AT from ITEM order by ID")
    assert [str(row["_DELETED_AT"]) for row in rows] == ["2026-02-01 08:00:00", "None"]


def test_text_of_another_program_s_table_may_be_longer_than_that_had_planned(world: World) -> None:
    """Its column is made longer; the rows that are there stay."""
    world.load([schema("other", ID, "id")])
    world.sql("create table ITEM (ID number(38, 0), V varchar(3))")
    world.sql("insert into ITEM values (1, 'abc')")
    world.load([schema("item", {**ID, "v": TEXT}, "id"), record("item", id=2, v="abcdef")])
    (entry,) = (entry for entry in world.ledger() if entry["STREAM"] == "item")
    assert entry["ROWS_INSERTED"] == 1
    (column,) = world.sql(
        "select CHARACTER_MAXIMUM_LENGTH as N from information_schema.columns"
        " where TABLE_NAME = 'ITEM' and COLUMN_NAME = 'V'"
    )
    assert column == {"N": 16_777_216}


def test_a_key_that_changes_is_told(world: World) -> None:
    """What was loaded under the old key stays, and only a person knows whether it should."""
    wide = {**ID, "flag": {"type": ["boolean", "null"]}}
    first = [schema("item", ID, "id"), record("item", id=1)]
    run = world.load([*first, schema("item", wide, "id", "flag"), record("item", id=1, flag=False)])
    assert "The key of stream 'item' is ['id', 'flag'] now" in run.errors
    assert len(world.table("ITEM")) == 2
