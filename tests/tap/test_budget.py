"""What a run may cost, counted in requests."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import Server, serve_github

from tests.pipeline.expected import read_lines

from .made import LOGIN, Made, commit, moment, touch
from .running import run_tap, selecting
from .truth import assert_rows_are_those_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPOSITORIES = 200


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Made]]:
    """Return a server for an organisation of 200 repositories, two of them refused, and its folder."""
    made = Made(tmp_path_factory.mktemp("wide"))
    for number in range(REPOSITORIES):
        refused: dict[str, Any] = {0: {"status": 451}, 1: {"status": 403}}.get(number, {})
        made.add(f"repository-{number:03}", 100 + number, _sandbox=refused)
    with serve_github(made.folder, points_per_hour=1_000_000) as server:
        yield server, made


def asked(server: Server) -> list[str]:
    """Return the requests of GitHub's APIs; git's own cost nothing."""
    return [f"{each['method']} {each['path']}" for each in server.requests() if ".git/" not in each["path"]]


def test_two_hundred_repositories(wide: tuple[Server, Made], tmp_path: Path) -> None:
    """All of it: 4 requests for each and 10; nothing changed: 5 at most; a pull request changed: 8 at most.

    The four: pull requests, their children, the list of commits, the commit. Of deployments and releases,
    and of repositories that stay refused, the probe tells that there is nothing to ask for.
    """
    server, made = wide
    run: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
    first = run_tap(server, tmp_path, **run)
    assert first.summary["repositories"]["read"] == REPOSITORIES - 2
    assert len(asked(server)) <= 4 * REPOSITORIES + 10
    server.clear_requests()
    second = run_tap(server, tmp_path, state=first.state, **run)
    assert len(asked(server)) <= 5
    assert second.summary["repositories"]["unchanged"] == REPOSITORIES - 2
    assert len(second.skipped) == 2
    with made.lines("repository-042", "pulls") as pulls:
        touch(pulls[0], moment(25), title="Changed")
    server.clear_requests()
    third = run_tap(server, tmp_path, state=second.state, **run)
    assert third.of("pull_request")[0]["title"] == "Changed"
    assert len(asked(server)) <= 8


def test_a_probe_that_is_too_large_is_halved_once(wide: tuple[Server, Made], tmp_path: Path) -> None:
    """GraphQL gives up on a hundred repositories, three times: all further questions are for fifty."""
    _, made = wide
    catalog = selecting("repository", "release")  # there is none, so that only the probe is asked
    with serve_github(made.folder, points_per_hour=1_000_000, graphql_max_nodes=2_000) as server:
        output = run_tap(server, tmp_path, organizations=[LOGIN], catalog=catalog)
        assert output.summary["repositories"]["read"] == REPOSITORIES - 2
        assert len([each for each in asked(server) if "graphql" in each]) == 3 + 4


def test_git_spares_requests(tmp_path: Path) -> None:
    """No commit costs a request; what a clone lacks of many pull requests is one question of GraphQL."""
    data = tmp_path / "data"
    generate(data, seed=1, size=Size(date(2026, 6, 1), 1.0, 10))
    platform = data / "lantern-works" / "platform"
    pulls = read_lines(platform, "pulls")
    lines = [json.dumps({**pull, "commits": pull["commits"] + 1}) + "\n" for pull in pulls]
    (platform / "pulls.jsonl").write_text("".join(lines), encoding="utf-8")
    run: dict[str, Any] = {"organizations": ["lantern-works"], "commit_source": "git"}
    with serve_github(data, points_per_hour=1_000_000) as server:
        output = run_tap(server, tmp_path, **run)
        assert_rows_are_those_of(
            data, output, organizations=["lantern-works"], tables=["COMMIT", "PULL_REQUEST_COMMIT"]
        )
        assert len(output.of("commit")) > 50
        of_commits = re.compile("/commits/[0-9a-f]{40}|/compare/|/pulls/[0-9]+/commits")
        assert not [each for each in asked(server) if of_commits.search(each)]
        assert len([each for each in asked(server) if "graphql" in each]) < 30


def test_a_small_change_by_rest(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Without a clone a new commit costs a comparison and the commit itself."""
    made.add("one", 7)
    run: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "auto"}
    first = run_tap(made_github, tmp_path, **run)
    with made.lines("one", "commits") as commits:
        commits.insert(0, commit("new", day=20, parents=commits[:1]))
    made_github.clear_requests()
    second = run_tap(made_github, tmp_path, state=first.state, **run)
    assert len(second.of("commit")) == 1
    assert len([each for each in asked(made_github) if "/compare/" in each]) == 1
    assert len([each for each in asked(made_github) if "/commits/" in each]) == 1
