"""Names and values that mean to do harm are names and values: nothing runs, nothing lies elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import BUCKET

from tests.hostile import ALL

from .conftest import record, schema

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World

TEXT = {"type": "string"}
OWN = {"_LOAD_LEDGER", "_RUN_SUMMARY"}


def objects(world: World) -> set[str]:
    """Return the names of all objects of the bucket."""
    import requests  # noqa: PLC0415 - one look at the other side of the wire

    listing = requests.get(f"{world.gcs.url}/storage/v1/b/{BUCKET}/o", timeout=10).json()
    return {item["name"] for item in listing.get("items", [])}


def files(folder: Path) -> set[Path]:
    """Return what lies in a folder."""
    return set(folder.rglob("*"))


def test_hostile_values_arrive_as_they_are(world: World) -> None:
    """In a key, in text and in JSON; the other table is still there, with its row."""
    columns = {"id": TEXT, "text": TEXT, "any": {"type": "object"}}
    lines: list[Any] = [schema("victim", {"id": TEXT}, "id"), record("victim", id="1")]
    lines.append(schema("thing", columns, "id"))
    lines += [record("thing", id=each, text=each, any={each: each}) for each in ALL]
    world.load(lines)
    world.load(lines)
    assert {row["ID"] for row in world.table("THING")} == set(ALL)
    assert {row["TEXT"] for row in world.table("THING")} == set(ALL)
    assert world.table("VICTIM") == [{"ID": "1"}]
    assert world.tables() - OWN == {"VICTIM", "THING"}


@pytest.mark.parametrize("what", ["organisation", "stream"])
def test_hostile_names_stay_in_their_folder(world: World, tmp_path: Path, what: str) -> None:
    """Each object lies below the prefix, in as many steps as any other; nothing else is written anywhere."""
    names = [*ALL, "..", ".", "/", "a/../../b", *([""] if what == "organisation" else [])]
    columns = {"_source_org": TEXT, "id": {"type": "integer"}}
    before = objects(world)
    lines: list[Any] = []
    for number, name in enumerate(names):
        stream, organisation = ("thing", name) if what == "organisation" else (name, "acme")
        lines += [schema(stream, columns, "_source_org", "id")]
        lines += [record(stream, _source_org=organisation, id=number)]
    world.load(lines, prefix=f"lake-{what}", batch_size_rows="1000")
    new = objects(world) - before
    assert new
    for name in new:
        steps = name.split("/")
        assert steps[0] == f"lake-{what}"
        assert len(steps) == 5, name
        assert not {"", ".", ".."} & set(steps)
        assert name.isprintable()
        assert name.isascii()
    rows = sum(len(world.table(table)) for table in world.tables() - OWN)
    assert rows == len(names)
    assert not files(tmp_path)


def test_hostile_columns_are_columns(world: World) -> None:
    """A property name cannot end the identifier that is made of it."""
    properties = {"id": {"type": "integer"}, **dict.fromkeys(ALL, TEXT)}
    world.load([schema("thing", properties, "id"), record("thing", id=1, **dict.fromkeys(ALL, "x"))])
    (row,) = world.table("THING")
    assert len(row) == len(ALL) + 1
    assert set(row.values()) == {1, "x"}
