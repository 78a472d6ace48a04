"""A source whose rows change again and again, and what a table has to hold of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from unittest import mock

from google.cloud import storage  # type: ignore[attr-defined]
from sandbox.servers import BUCKET

from .conftest import Line, record, schema, state

if TYPE_CHECKING:
    from .conftest import World

PROPERTIES: dict[str, Any] = {"id": {"type": "integer"}, "v": {"type": "string"}}
KEYS = 100
STATE_EVERY = 25


def tap(begin: int, end: int) -> list[Line]:
    """Return what a tap sends that goes on behind the record of its last STATE."""
    lines: list[Line] = [schema("item", PROPERTIES, "id")]
    for number in range(begin, end):
        lines.append(record("item", id=number % KEYS, v=f"v{number}"))
        if number % STATE_EVERY == STATE_EVERY - 1 or number == end - 1:
            lines.append(state({"done": number + 1}))
    return lines


def require_truth(world: World, sent: int) -> None:
    """Fail unless each row is there once, as it was sent last, and nothing is left over."""
    truth = {number % KEYS: f"v{number}" for number in range(sent)}
    assert [(row["ID"], row["V"]) for row in rows(world)] == sorted(truth.items())
    assert world.leftovers() == set()
    known = {name for entry in world.ledger() for name in files_of(entry)}
    assert objects(world) <= known


def rows(world: World) -> list[dict[str, Any]]:
    """Return the rows of the table by key."""
    return sorted(world.table("ITEM"), key=lambda row: int(row["ID"]))


def files_of(entry: dict[str, Any]) -> list[str]:
    """Return the files of an entry of the ledger."""
    return [name.strip().strip('"') for name in entry["FILES"].strip("[]\n ").split(",")]


def objects(world: World) -> set[str]:
    """Return the objects in the folder of the lake that is this test's own."""
    google = {"STORAGE_EMULATOR_HOST": world.gcs.url, "GOOGLE_CLOUD_PROJECT": "sandbox"}
    with mock.patch.dict(os.environ, google):
        blobs = storage.Client().list_blobs(BUCKET, prefix=f"{world.database}/")
        return {f"gcs://{BUCKET}/{blob.name}" for blob in blobs}
