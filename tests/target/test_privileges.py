"""The loader is granted what its statements need, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.orchestrate.privileges import granted, kind, needed, table

from .conftest import record, schema

if TYPE_CHECKING:
    from .conftest import World

STATEMENTS = sorted((Path(__file__).parent / "statements").glob("*.sql"))
COMPLETE = b"""{"type": "SCHEMA", "stream": "review", "key_properties": ["id"], "schema": {
"x-complete-set-of": ["pull"], "properties": {"id": {"type": "integer"}, "pull": {"type": "integer"}}},
"x-complete-sets": [{"pull": 1}]}""".replace(b"\n", b"")
KEYED = schema("thing", {"id": {"type": "integer"}, "text": {"type": "string"}}, "id")
WIDER = schema("thing", {"id": {"type": "integer"}, "more": {"type": "string"}}, "id")


def test_the_grants_of_the_loader_are_what_it_needs(world: World) -> None:
    """Every statement of runs in all ways of loading stands in the table; the sum is what is granted."""
    parents = {"id": {"type": "integer"}, "pull": {"type": "integer"}}
    version = {"type": "ACTIVATE_VERSION", "stream": "thing", "version": 2}
    versioned = {"type": "RECORD", "stream": "thing", "record": {"id": 1, "text": "a"}, "version": 2}
    world.load([KEYED, record("thing", id=1, text="a"), WIDER, record("thing", id=2, more="b")])
    world.load([schema("review", parents, "id"), record("review", id=1, pull=1), COMPLETE])
    world.load([KEYED, versioned, version], hard_delete="true")
    world.load([KEYED, record("thing", id=1, text="a")], load_method="overwrite")
    world.load([KEYED, record("thing", id="x")], on_bad_record="quarantine")
    sent = [each["statement"] for each in world.snowflake.requests() if each["statement"]]
    needs, unknown = needed("loader", sent, world.database)
    assert not unknown
    assert needs == granted("loader")


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_every_statement_that_the_loader_can_make_is_in_the_table(path: Path) -> None:
    """The statements whose text is tested are all there are."""
    assert {("loader", kind(path.read_text())), ("all", kind(path.read_text()))} & table().keys()


def test_no_statement_of_the_table_has_gone() -> None:
    """What the loader no longer sends needs no row."""
    known = {kind(path.read_text()) for path in STATEMENTS}
    rows = {row for role, row in table() if role == "loader" and re.match(r"[A-Z ]+$", row)}
    assert rows <= known
