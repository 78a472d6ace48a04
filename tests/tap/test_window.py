"""A window of time: what was touched from start_date on and before end_date, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.errors import ConfigurationError

from .made import LOGIN, Made, commit, moment
from .running import Output, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

WINDOW = {"start_date": moment(5, 0), "end_date": moment(10, 0)}
DAYS = (2, 5, 7, 10, 12)  # the bounds among them: the first is in, the second is not


@pytest.fixture
def five(made: Made) -> Made:
    """Return a repository with something of each kind on five days."""
    made.add("app", 1, pulls=5)
    with made.lines("app", "pulls") as pulls:
        for pull, day in zip(pulls, DAYS, strict=True):
            pull |= {"created_at": moment(1), "updated_at": moment(day, 0)}
    with made.lines("app", "commits") as commits:
        parent = commits[0]
        for day in DAYS:
            parent = commit("main", day, day=day, parents=[parent])
            parent["commit"]["committer"] = {**parent["commit"]["committer"], "date": moment(day, 0)}
            commits.insert(0, parent)
    sha = commits[0]["sha"]
    made.put(
        "app",
        "deployments",
        [
            {"id": day, "node_id": f"D{day}", "sha": sha, "ref": "main", "task": "deploy"}
            | {"environment": "prod", "creator": None, "created_at": moment(1), "updated_at": moment(day, 0)}
            for day in DAYS
        ],
    )
    return made


def run(github: Server, folder: Path, **config: Any) -> Output:
    """Run the tap; it must succeed."""
    output = run_tap(github, folder, organizations=[LOGIN], commit_source="api", reconcile="never", **config)
    assert output.error is None
    return output


def test_only_the_window_is_read(five: Made, made_github: Server, tmp_path: Path) -> None:
    """Pull requests with their children, commits and deployments of the window; no more is asked for."""
    del five
    output = run(made_github, tmp_path, **WINDOW)
    assert {row["updated_at"] for row in output.of("pull_request")} == {moment(5, 0), moment(7, 0)}
    assert {row["committed_at"] for row in output.of("commit")} == {moment(5, 0), moment(7, 0)}
    assert {row["id"] for row in output.of("deployment")} == {5, 7}
    wanted = {row["id"] for row in output.of("pull_request")}
    assert output.complete_sets("pull_request_review") == wanted
    assert {row["pull_request_id"] for row in output.of("pull_request_review")} == wanted


def test_it_goes_on_where_it_ended(five: Made, made_github: Server, tmp_path: Path) -> None:
    """The same window again finds nothing to do."""
    del five
    first = run(made_github, tmp_path, **WINDOW)
    again = run(made_github, tmp_path, state=first.state, **WINDOW)
    assert not again.streams & {"pull_request", "commit", "deployment"}


@pytest.mark.parametrize("committer", [None, {}, {"name": "Ada", "date": None}])
@pytest.mark.parametrize("window", [{}, WINDOW])
def test_a_commit_without_a_date_is_wanted(
    five: Made,
    made_github: Server,
    tmp_path: Path,
    window: dict[str, str],
    committer: dict[str, Any] | None,
) -> None:
    """GitHub promises no committer, and no date of one: nobody can tell that it is outside the window."""
    with five.lines("app", "commits") as commits:
        path = f"/commits/{commits[0]['sha']}"
        undated = {**commits[0], "commit": {**commits[0]["commit"], "committer": committer}}
    made_github.add_fault(path=path, status=200, body=json.dumps(undated), times=None)
    listed = [undated, *commits[1:]]
    made_github.add_fault(path="/commits$", status=200, body=json.dumps(listed), times=None)
    output = run(made_github, tmp_path, **window)
    assert not output.skipped
    rows = {row["sha"]: row["committed_at"] for row in output.of("commit")}
    assert rows[undated["sha"]] is None


@pytest.mark.parametrize("end", [None, moment(11, 0)])
def test_a_later_end_reads_all_of_it(
    five: Made, made_github: Server, tmp_path: Path, end: str | None
) -> None:
    """A state that was read with an end never hides what came after it."""
    del five
    first = run(made_github, tmp_path, **WINDOW)
    later = run(made_github, tmp_path, state=first.state, start_date=WINDOW["start_date"], end_date=end)
    expected = {5, 7, 10, 12} if end is None else {5, 7, 10}
    assert {row["id"] for row in later.of("deployment")} == expected
    assert {row["committed_at"] for row in later.of("commit")} == {moment(day, 0) for day in expected}
    assert {row["updated_at"] for row in later.of("pull_request")} == {moment(day, 0) for day in expected}


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ({"start_date": moment(10), "end_date": moment(10)}, "Nothing lies between"),
        ({"start_date": "2999-01-31"}, "start_date is 2999-01-31T00:00:00Z, which is yet to come"),
    ],
)
def test_a_window_in_which_nothing_can_lie_is_a_mistake(
    made_github: Server, tmp_path: Path, window: dict[str, Any], words: str
) -> None:
    """A run that could not read anything does not look like one in which nothing has happened."""
    output = run_tap(made_github, tmp_path, organizations=[LOGIN], **window)
    assert isinstance(output.error, ConfigurationError)
    assert words in str(output.error)
