"""Messages of rows that the source no longer has, and what a table holds after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .conftest import Line, record, schema, state

if TYPE_CHECKING:
    from .conftest import World

ITEM: dict[str, Any] = {"id": {"type": "integer"}, "name": {"type": ["string", "null"]}}
REVIEW: dict[str, Any] = {"id": {"type": "integer"}, "pull": {"type": "integer"}, "body": {"type": "string"}}
TIMED: dict[str, Any] = {**ITEM, "at": {"type": ["string", "null"], "format": "date-time"}}


def alive(world: World, table: str) -> dict[int, bool]:
    """Return for each row whether it is there and not marked as deleted."""
    return {row["ID"]: row["_DELETED_AT"] is None for row in world.sql(f"select * from {table}")}


def reviews(*rows: tuple[int, int], complete: list[int] | None = None) -> list[Line]:
    """Return the messages for reviews (id, pull request) and the announcement of complete sets."""
    described = schema("review", REVIEW, "id")
    assert isinstance(described, dict)
    described["schema"]["x-complete-set-of"] = ["pull"]
    lines: list[Line] = [described, *(record("review", id=key, pull=pull, body="x") for key, pull in rows)]
    if complete is not None:
        lines.append({**described, "x-complete-sets": [{"pull": pull} for pull in complete]})
    return lines


def versioned(version: int, *keys: int) -> list[Line]:
    """Return a whole table in one version, and its activation."""
    rows = [{**record("item", id=key, name=f"n{key}"), "version": version} for key in keys]  # type: ignore[dict-item]
    return [
        schema("item", ITEM, "id"),
        *rows,
        {"type": "ACTIVATE_VERSION", "stream": "item", "version": version},
        state({"version": version}),
    ]
