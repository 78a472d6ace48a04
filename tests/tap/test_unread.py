"""A pull request for which GitHub has no answer: what else arrives, and how it comes in the end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.emission import CompleteSets
from tap_github_custom.reading.children import GitCommitChildren, RestChildren
from tap_github_custom.reading.pull_requests import PullRequests
from tap_github_custom.reading.source import Source
from tap_github_custom.reading.unread import MOST_UNREAD, Unread
from tap_github_custom.repository import Repository
from tap_github_custom.stream_names import PULL_REQUEST_COMMIT, PULL_REQUEST_REVIEW

from .made import LOGIN, moment, touch
from .running import Loaded, Output, run_tap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server
    from tap_github_custom.rows.pull_request_commit import PullCommit

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
BAD = 2
PULL = f"/repos/made/one/pulls/{BAD}"
HTML = "<html>Bad gateway</html>"


class Runs:
    """Runs that follow each other on the repositories `one` and `two`, where GraphQL has no pull requests."""

    def __init__(self, made: Made, server: Server, folder: Path) -> None:
        """Run nothing yet."""
        made.add("one", 1, pulls=3)
        made.add("two", 2)
        self.server = server
        self.state: dict[str, Any] | None = None
        self._folder = folder

    def spoil(self, path: str, **fault: Any) -> None:
        """Let requests fail from now on."""
        graphql = {"path": "/graphql", "statement": "query PullRequests", "status": 200, "body": "{}"}
        self.server.add_fault(times=None, **graphql)
        self.server.add_fault(path=path, times=None, **fault)

    def run(self) -> Output:
        """Return the output of the next run."""
        self.server.clear_requests()
        output = run_tap(self.server, self._folder, state=self.state, **RUN)
        assert output.error is None
        self.state = output.state
        return output

    def asked(self) -> set[str]:
        """Return what the last run asked of the pull requests of `one`, the list of them left out."""
        paths = (each["path"] for each in self.server.requests())
        return {path for path in paths if path.startswith("/repos/made/one/pulls/")}


@pytest.fixture
def runs(made: Made, made_github: Server, tmp_path: Path) -> Runs:
    """Return runs of which none has begun."""
    return Runs(made, made_github, tmp_path)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404, "body": "{}"},
        {"status": 500, "body": HTML},
        {"status": 200, "body": '"?"'},
        {"drop": True},
    ],
    ids=["404", "500", "another form", "dropped"],
)
@pytest.mark.parametrize("path", [f"{PULL}$", f"{PULL}/reviews", f"{PULL}/commits"])
def test_a_bad_pull_request_costs_no_other(runs: Runs, path: str, fault: dict[str, Any]) -> None:
    """All others arrive, the bookmark moves, the summary names it; it comes whole once it can be read."""
    runs.spoil(path, **fault)
    first = runs.run()
    assert list(first.skipped) == [f"{LOGIN}/one#{BAD}"]
    assert {row["number"] for row in first.of("pull_request") if row["repository_id"] == 1} == {1, 3}
    assert first.bookmarks["made/1"]["unread"] == [BAD]
    runs.server.clear_faults()
    second = runs.run()
    assert [row["number"] for row in second.of("pull_request")] == [BAD]
    assert not second.skipped
    assert "unread" not in second.bookmarks["made/1"]
    runs.state = None
    loaded, whole = Loaded().load(first).load(second), Loaded().load(runs.run())
    for stream in ("pull_request", "pull_request_review", "pull_request_commit"):
        assert loaded.living(stream) == whole.living(stream)


def test_it_is_asked_for_until_it_comes(runs: Runs) -> None:
    """By each run, though nothing has changed; no other pull request is asked for."""
    runs.spoil(f"{PULL}/reviews", status=500, body=HTML)
    runs.run()
    for _ in range(2):
        output = runs.run()
        assert list(output.skipped) == [f"{LOGIN}/one#{BAD}"]
        assert {path.split("/")[5] for path in runs.asked()} == {str(BAD)}
        assert not output.complete_sets("pull_request_review")
    runs.server.clear_faults()
    assert not runs.run().skipped
    runs.run()
    assert not runs.asked()


def test_what_was_there_is_not_taken_for_gone(runs: Runs, made: Made) -> None:
    """Reviews and commits that came before stay, when the pull request changes and cannot be read."""
    before = runs.run()
    with made.lines("one", "pulls") as pulls:
        touch(pulls[BAD - 1], moment(28))
    runs.spoil(f"{PULL}/", status=500, body=HTML)
    after = runs.run()
    assert list(after.skipped) == [f"{LOGIN}/one#{BAD}"]
    for stream in ("pull_request_review", "pull_request_commit"):
        assert 1_000 + BAD not in after.complete_sets(stream)
        assert Loaded().load(before).load(after).living(stream) == Loaded().load(before).living(stream)


@pytest.fixture
def source(made: Made, made_github: Server) -> Iterator[Source]:
    """Return the repository `one` with two pull requests, of which the reviews and the commits are wanted."""
    made.add("one", 1, pulls=2)
    client = Client(ClientSettings(api_url=made_github.url), TokenCredentials([Secret(TOKEN)]))
    one = Repository(1, "R_1", "made/one", LOGIN, LOGIN, "main")
    with ThreadPoolExecutor(2) as pool:
        yield Source(client, pool, 2, one, frozenset((PULL_REQUEST_REVIEW, PULL_REQUEST_COMMIT)), None)


@pytest.mark.parametrize("known", [{}, {1: [], BAD: []}], ids=["unknown to the clone", "known to it"])
@pytest.mark.parametrize("what", ["reviews", "commits"])
def test_a_clone_brings_no_half_of_it(
    source: Source, made_github: Server, what: str, known: dict[int, list[PullCommit]]
) -> None:
    """Its commits would belong to no pull request; and no commits would mean that all of them are gone."""
    made_github.add_fault(path=f"{PULL}/{what}", times=None, status=404, body="{}")
    unread = Unread()
    reviews = RestChildren(source, frozenset((PULL_REQUEST_REVIEW,)), unread)
    commits = RestChildren(source, frozenset((PULL_REQUEST_COMMIT,)), unread)
    children = GitCommitChildren(reviews, commits, lambda _: dict(known))
    sets = [
        each for each in PullRequests(source, children, unread).read(None) if isinstance(each, CompleteSets)
    ]
    parents = {each.stream: {parent["pull_request_id"] for parent in each.parents} for each in sets}
    is_whole = what == "commits" and bool(known)  # nobody asks for what a clone knows
    told = {1_001, 1_000 + BAD} if is_whole else {1_001}
    assert parents == {PULL_REQUEST_REVIEW: told, PULL_REQUEST_COMMIT: told}


def test_where_many_are_bad_it_is_the_repository(runs: Runs, made: Made) -> None:
    """Its bookmark stays, as for every other trouble of a whole repository; the others are read."""
    made.add("many", 3, pulls=MOST_UNREAD + 1)
    runs.spoil("/repos/made/many/pulls/", status=404, body="{}")
    output = runs.run()
    assert list(output.skipped) == [f"{LOGIN}/many"]
    assert "read" not in output.bookmarks["made/3"]
    assert {row["repository_id"] for row in output.of("pull_request")} >= {1, 2}


def test_one_that_is_gone_is_not_owed(runs: Runs) -> None:
    """GitHub removes the pull requests of a spammer: nobody is told of them in each run for ever."""
    runs.spoil(f"{PULL}(/|$)", status=404, body="{}")
    assert list(runs.run().skipped) == [f"{LOGIN}/one#{BAD}"]
    assert not runs.run().skipped
    assert "unread" not in runs.run().bookmarks["made/1"]
