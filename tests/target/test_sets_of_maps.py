"""Complete sets under a stream map: the tap announces its own values, rows have those of the map."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Line, World, record, schema, state
from .vanished import alive

PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer"},
    "pull": {"type": "integer"},
    "to": {"type": "integer"},
}


def reviews(*rows: tuple[int, int, int], complete: list[int]) -> list[Line]:
    """Return messages for reviews (id, pull request, one it moves to) and what sets of them are complete."""
    described = schema("review", PROPERTIES, "id")
    described["schema"]["x-complete-set-of"] = ["pull"]
    announced = {**described, "x-complete-sets": [{"pull": pull} for pull in complete]}
    sent = [record("review", id=key, pull=pull, to=to) for key, pull, to in rows]
    return [described, *sent, announced, state({"n": 1})]


MAPPED: dict[str, dict[str, Any]] = {
    "another": {"review": {"pull": "to"}},
    "of another type": {"review": {"pull": "str(pull)"}},
    "by a pattern": {"rev*": {"pull": "to", "__key_properties__": ["id"]}},
}


@pytest.mark.parametrize("case", MAPPED)
def test_a_set_whose_parent_a_map_makes_anew_tells_nothing(world: World, case: str) -> None:
    """A row that now belongs to the announced parent lives on; the run goes on and says so, once."""
    maps = json.dumps(MAPPED[case])
    world.load(reviews((1, 20, 10), (2, 10, 20), complete=[]), stream_maps=maps)
    run = world.load(reviews((2, 10, 20), complete=[10]), stream_maps=maps)
    assert run.states == [{"n": 1}]
    assert alive(world, "REVIEW") == {1: True, 2: True}
    assert run.errors.count("Stream 'review': a stream map makes another pull") == 1


def test_what_one_map_makes_anew_another_leaves_as_it_is(world: World) -> None:
    """Each stream of one source has its own; a property that is only named stays what it was."""
    maps = json.dumps(
        {
            "moved": {"__source__": "review", "pull": "to"},
            "review": {"pull": "pull", "id": "id", "__else__": None},
        }
    )
    world.load(reviews((1, 10, 20), (2, 10, 20), complete=[]), stream_maps=maps)
    world.load(reviews((2, 10, 20), complete=[10]), stream_maps=maps)
    assert alive(world, "REVIEW") == {1: False, 2: True}
    assert alive(world, "MOVED") == {1: True, 2: True}
