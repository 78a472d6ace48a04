"""A list that is empty or out of date for a moment, against what GitHub has said itself, hides nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.servers import TOKEN

from .made import LOGIN, Made, commit, moment, sha
from .running import Output, run_tap
from .test_graphql_faults import answer_graphql, ask_for_pull_requests

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
REST = {**RUN, "use_graphql": False}


@pytest.fixture
def app(made: Made) -> Made:
    """Return a repository with two pull requests, a deployment and a release."""
    made.add("app", 1)
    made.put("app", "deployments", [_deployment()])
    made.put("app", "releases", [_release()])
    return made


def _deployment() -> dict[str, Any]:
    times = {"created_at": moment(5), "updated_at": moment(5)}
    kind: dict[str, Any] = {"task": "deploy", "environment": "production", "payload": {}, "description": None}
    what = {"sha": sha(1, "first"), "ref": "main", "creator": None}
    return {"id": 5, "node_id": "DE_5", **what, **times, **kind}


def _release() -> dict[str, Any]:
    times = {"created_at": moment(6), "published_at": moment(6)}
    kind = {"name": "One", "draft": False, "prerelease": False, "author": None, "body": ""}
    return {"id": 6, "node_id": "RE_6", "tag_name": "v1", "target_commitish": "main", **times, **kind}


def _listed(github: Server, path: str) -> str:
    """Return what a server answers that lags behind from now on."""
    url, headers = f"{github.url}/repos/made/app/{path}", {"Authorization": f"Bearer {TOKEN}"}
    return requests.get(url, params={"state": "all"}, headers=headers, timeout=10).text


@pytest.mark.parametrize(
    ("stream", "path"), [("pull_request", "pulls"), ("deployment", "deployments"), ("release", "releases")]
)
def test_what_the_probe_has_counted_is_asked_for_again(
    app: Made, made_github: Server, tmp_path: Path, stream: str, path: str
) -> None:
    """By the next run, though nothing has changed; once it has come, no more."""
    del app
    expected = run_tap(made_github, tmp_path, **RUN)
    made_github.add_fault(path=f"^/repos/made/app/{path}$", status=200, body="[]")
    first = run_tap(made_github, tmp_path, **RUN)
    assert expected.of(stream)
    assert not first.of(stream)
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert second.in_order(stream) == expected.in_order(stream)
    assert run_tap(made_github, tmp_path, state=second.state, **RUN).streams == {"repository", "user_lookup"}


@pytest.mark.parametrize(("stream", "path"), [("pull_request", "pulls"), ("deployment", "deployments")])
def test_a_list_from_before_what_the_probe_has_seen_is_asked_for_again(
    app: Made, made_github: Server, tmp_path: Path, stream: str, path: str
) -> None:
    """A replica that lags behind has answered; that nothing changes any more hides nothing."""
    before = _listed(made_github, path)
    state = run_tap(made_github, tmp_path, **RUN).state
    with app.lines("app", path) as lines:
        lines[0]["updated_at"] = moment(28)
    made_github.add_fault(path=f"^/repos/made/app/{path}$", status=200, body=before)
    first = run_tap(made_github, tmp_path, state=state, **RUN, lookback_days=0)
    assert moment(28) not in {row["updated_at"] for row in first.of(stream)}
    second = run_tap(made_github, tmp_path, state=first.state, **RUN, lookback_days=0)
    assert moment(28) in {row["updated_at"] for row in second.of(stream)}
    assert run_tap(made_github, tmp_path, state=second.state, **RUN).streams == {"repository", "user_lookup"}


@pytest.mark.parametrize(("stream", "path"), [("pull_request", "pulls"), ("deployment", "deployments")])
def test_what_is_never_listed_is_asked_for_once_more_and_not_for_ever(
    app: Made, made_github: Server, tmp_path: Path, stream: str, path: str
) -> None:
    """GraphQL may know of what REST hides, such as spam: that is no server that lags behind."""
    before = _listed(made_github, path)
    with app.lines("app", path) as lines:
        lines[0]["updated_at"] = moment(28)
    made_github.add_fault(path=f"^/repos/made/app/{path}$", times=None, status=200, body=before)
    state = run_tap(made_github, tmp_path, **RUN).state
    second = run_tap(made_github, tmp_path, state=state, **RUN)
    assert second.of(stream)
    assert run_tap(made_github, tmp_path, state=second.state, **RUN).streams == {"repository", "user_lookup"}
    with app.lines("app", path) as lines:
        lines[0]["updated_at"] = moment(29)
    assert run_tap(made_github, tmp_path, state=second.state, **RUN).of(stream)


def test_commits_are_not_gone_where_the_pull_request_counts_some(
    app: Made, made_github: Server, tmp_path: Path
) -> None:
    """The list is empty, so nothing is told as complete; all else of the pull request is there."""
    del app
    made_github.add_fault(path="/pulls/1/commits$", times=2, status=200, body="[]")
    output = run_tap(made_github, tmp_path, **REST)
    assert not output.skipped
    assert {row["id"] for row in output.of("pull_request")} == {1_001, 1_002}
    assert output.complete_sets("pull_request_commit") == {1_002}


@pytest.fixture
def three_commits(app: Made) -> list[str]:
    """Return the SHAs of the three commits that pull request 1 has."""
    with app.lines("app", "commits") as commits:
        added = [commit(1, "more", each, day=2, on_default_branch=False) for each in (1, 2)]
        commits.extend(added)
    with app.lines("app", "pulls") as pulls:
        pulls[0]["commits"] = 3
    with app.lines("app", "pull_commits") as lines:
        lines[0]["shas"] += [each["sha"] for each in added]
        shas: list[str] = lines[0]["shas"]
    return shas


def _shas_of_first(output: Output) -> list[str]:
    """Return the commits of pull request 1; without the probe, which tells of no change, it comes twice."""
    rows = output.of("pull_request_commit")
    return list(dict.fromkeys(row["commit_sha"] for row in rows if row["pull_request_id"] == 1_001))


@pytest.mark.parametrize("count", [0, 2])
def test_commits_that_are_missing_are_asked_for_again(
    three_commits: list[str], made_github: Server, tmp_path: Path, count: int
) -> None:
    """At once, and by the next run, though nothing has changed; what came is no complete set."""
    short = json.dumps(json.loads(_listed(made_github, "pulls/1/commits"))[:count])
    made_github.add_fault(path="/pulls/1/commits$", status=200, body=short)
    assert _shas_of_first(run_tap(made_github, tmp_path, **REST)) == three_commits
    made_github.add_fault(path="/pulls/1/commits$", times=2, status=200, body=short)
    first = run_tap(made_github, tmp_path, **REST)
    assert not first.skipped
    assert _shas_of_first(first) == three_commits[:count]
    assert first.complete_sets("pull_request_commit") == {1_002}
    second = run_tap(made_github, tmp_path, state=first.state, **REST)
    assert _shas_of_first(second) == three_commits
    assert second.complete_sets("pull_request_commit") >= {1_001}
    assert "unread" not in second.bookmarks["made/1"]


def test_commits_that_graphql_leaves_out_are_asked_for_again(
    three_commits: list[str], made_github: Server, tmp_path: Path
) -> None:
    """By the next run: REST would cost a request for each, wherever GraphQL counts otherwise."""
    answer = ask_for_pull_requests(made_github, ["PR_1002", "PR_1001"])
    answer["data"]["nodes"][1]["commits"]["nodes"].pop()
    answer_graphql(made_github, "PullRequests", answer)
    first = run_tap(made_github, tmp_path, **RUN)
    assert _shas_of_first(first) == three_commits[:2]
    assert first.complete_sets("pull_request_commit") == {1_002}
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert _shas_of_first(second) == three_commits
    assert second.complete_sets("pull_request_commit") == {1_001}


def test_commits_that_are_never_listed_are_asked_for_once_more(
    three_commits: list[str], made_github: Server, tmp_path: Path
) -> None:
    """Whoever counts otherwise than it lists does not cost each run requests."""
    short = json.dumps(json.loads(_listed(made_github, "pulls/1/commits"))[:2])
    made_github.add_fault(path="/pulls/1/commits$", times=None, status=200, body=short)
    graphql = {"path": "/graphql", "statement": "query PullRequests", "status": 200, "body": "{}"}
    made_github.add_fault(times=None, **graphql)
    first = run_tap(made_github, tmp_path, **RUN)
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert _shas_of_first(second) == three_commits[:2]
    assert not second.complete_sets("pull_request_commit")
    third = run_tap(made_github, tmp_path, state=second.state, **RUN)
    assert third.streams == {"repository", "user_lookup"}


def test_reviews_are_not_gone_where_the_pull_request_counts_their_comments(
    app: Made, made_github: Server, tmp_path: Path
) -> None:
    """As with commits; where there are none, an empty list is right."""
    with app.lines("app", "pulls") as pulls:
        pulls[0]["review_comments"] = 1
    made_github.add_fault(path="/pulls/[12]/reviews$", times=2, status=200, body="[]")
    output = run_tap(made_github, tmp_path, **REST)
    assert not output.skipped
    assert {row["id"] for row in output.of("pull_request")} == {1_001, 1_002}
    assert output.complete_sets("pull_request_review") == {1_002}
