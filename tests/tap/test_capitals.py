"""Capitals of a login mean nothing at GitHub, but tell rows apart: rows always have the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .made import ADA, LOGIN, OWNER, moment, touch
from .running import Loaded, Output, run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

BARE = {**OWNER, "login": "bare", "id": 950, "node_id": "O_950"}


@pytest.fixture
def two(made: Made) -> Made:
    """Return a folder with an organisation of a repository, and one that has only a member."""
    made.add("one", 7, pulls=3)
    folder = made.folder / BARE["login"]
    folder.mkdir()
    (folder / "organization.json").write_text(json.dumps(BARE), encoding="utf-8")
    (folder / "members.jsonl").write_text(json.dumps(ADA) + "\n", encoding="utf-8")
    made.is_changed()
    return made


def source_orgs(output: Output) -> set[str]:
    """Return the owners that rows are told of."""
    return {message["record"]["_source_org"] for message in output.messages if message["type"] == "RECORD"}


@pytest.mark.parametrize(
    "settings",
    [
        {"organizations": ["MADE", "BARE"]},
        {"organizations": ["Made", "made", "Bare"]},
        {"repositories": ["MADE/ONE"], "organizations": ["bare"]},
    ],
    ids=["capitals", "twice", "a single repository"],
)
def test_capitals_in_the_settings_mean_nothing(
    two: Made, made_github: Server, tmp_path: Path, settings: dict[str, Any]
) -> None:
    """Rows have GitHub's; other ones in the settings begin nothing anew, and repeat nothing."""
    del two
    run: dict[str, Any] = {"commit_source": "api", **settings}
    first = run_tap(made_github, tmp_path, **run)
    assert source_orgs(first) == {LOGIN, "bare"}
    again = run_tap(made_github, tmp_path, state=first.state, **run | {"organizations": [LOGIN, "bare"]})
    assert again.streams == {"repository", "user_lookup"}
    for stream in again.streams:
        assert again.in_order(stream) == first.in_order(stream)
    assert list(again.bookmarks) == [f"{LOGIN}/7"]


def test_people_alone_have_the_same_owner(two: Made, made_github: Server, tmp_path: Path) -> None:
    """Where no repository tells how GitHub spells it, GitHub is asked; a request for each organisation."""
    del two
    run: dict[str, Any] = {"organizations": ["MADE", "Bare"], "catalog": selecting("user_lookup")}
    assert source_orgs(run_tap(made_github, tmp_path, **run)) == {LOGIN, "bare"}
    assert len(made_github.requests()) == 4


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 502, "body": ""}, set()),
        ({"status": 404, "body": "{}"}, {"Bare"}),
        ({"status": 200, "body": "[]"}, {"Bare"}),
    ],
    ids=["502", "404", "another form"],
)
def test_who_cannot_be_asked_for(
    two: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any], expected: set[str]
) -> None:
    """A bad moment brings no rows that may be there twice later; what GitHub will not say is as it is set."""
    del two
    run: dict[str, Any] = {"organizations": ["Bare"], "catalog": selecting("user_lookup"), "retry_seconds": 0}
    made_github.add_fault(path="^/users/", **fault)
    first = run_tap(made_github, tmp_path, **run)
    assert source_orgs(first) == expected
    assert source_orgs(run_tap(made_github, tmp_path, state=first.state, **run)) == {"bare"}


def test_an_organisation_that_changes_its_capitals_is_the_same(
    two: Made, made_github: Server, tmp_path: Path
) -> None:
    """Its rows keep the spelling that they had when the first was read: no row is there twice."""
    run: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
    first = run_tap(made_github, tmp_path, **run)
    owner = {**OWNER, "login": "Made"}
    (two.folder / LOGIN / "organization.json").write_text(json.dumps(owner), encoding="utf-8")
    with two.repository("one") as repository:
        repository.update(owner=owner, full_name="Made/one")
    with two.lines("one", "pulls") as pulls:
        touch(pulls[0], moment(28))
    again = run_tap(made_github, tmp_path, state=first.state, **run)
    assert [row["full_name"] for row in again.of("repository")] == ["Made/one"]
    assert again.of("pull_request")
    loaded = Loaded().load(first)
    before = {stream: rows.keys() for stream, rows in loaded.tables.items()}
    loaded.load(again)
    assert {stream: rows.keys() for stream, rows in loaded.tables.items()} == before
