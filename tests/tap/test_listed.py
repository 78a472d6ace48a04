"""Streams that are a plain list of a repository, for those who ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, Made, moment
from .running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
CATALOG = selecting("milestone", "pull_request")


def milestone(number: int, **fields: Any) -> dict[str, Any]:
    """Return a milestone as GitHub lists it."""
    made = {
        "id": 100 + number,
        "number": number,
        "title": f"v{number}",
        "state": "open",
        "due_on": moment(20),
    }
    return {**made, "creator": {"login": "ada", "id": 7}, "open_issues": 1, "url": "not a column", **fields}


@pytest.fixture
def planned(made: Made) -> Made:
    """Return a repository with more milestones than a page holds, and one without any."""
    made.add("app", 1)
    made.put("app", "milestones", [milestone(1, creator=None), *map(milestone, range(2, 131))])
    made.add("bare", 2)
    made.put("bare", "milestones", [])
    return made


def test_every_row_comes_with_the_columns_of_its_schema(
    planned: Made, made_github: Server, tmp_path: Path
) -> None:
    """Of all pages; what lies inside an object has a column of its own; all are announced as complete."""
    del planned
    output = run_tap(made_github, tmp_path, catalog=CATALOG, **RUN)
    assert output.error is None
    first, second, *others = output.of("milestone")
    assert len(others) == 128
    assert (first["creator_login"], second["creator_login"], second["due_on"]) == (None, "ada", moment(20))
    assert "url" not in second
    complete = [set_of for message in output.messages for set_of in message.get("x-complete-sets", ())]
    repositories = {
        set_of["repository_id"] for set_of in complete if set_of.keys() == {"repository_id", "_source_org"}
    }
    assert len(repositories) == 2


def test_it_is_read_where_something_has_changed(planned: Made, made_github: Server, tmp_path: Path) -> None:
    """Not where nothing has, unless it is newly selected."""
    without = run_tap(made_github, tmp_path, catalog=selecting("pull_request"), **RUN)
    first = run_tap(made_github, tmp_path, catalog=CATALOG, state=without.state, **RUN)
    assert len(first.of("milestone")) == 130
    assert not run_tap(made_github, tmp_path, catalog=CATALOG, state=first.state, **RUN).of("milestone")
    planned.put("app", "milestones", [milestone(1)])
    with planned.lines("app", "pulls") as pulls:
        pulls[0]["updated_at"] = moment(25)
    later = run_tap(made_github, tmp_path, catalog=CATALOG, state=first.state, **RUN)
    assert [row["id"] for row in later.of("milestone")] == [101]


def test_nobody_gets_it_who_has_not_asked(planned: Made, made_github: Server, tmp_path: Path) -> None:
    """It costs a request for each repository that is read."""
    del planned
    output = run_tap(made_github, tmp_path, **RUN)
    assert "milestone" not in output.streams
    assert not any("/milestones" in request["path"] for request in made_github.requests())
