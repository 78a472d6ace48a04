"""A list that is empty for a moment, against GitHub's own counts, hides and deletes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, Made, moment, sha
from .running import Loaded, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
REST = {**RUN, "use_graphql": False}


@pytest.fixture
def app(made: Made) -> Made:
    """Return a repository with two pull requests, a deployment and a release."""
    made.add("app", 1)
    with made.lines("app", "pulls") as pulls:
        pulls[0]["review_comments"] = 2
    made.put("app", "deployments", [_deployment()])
    made.put("app", "releases", [_release()])
    return made


def _deployment() -> dict[str, Any]:
    times = {"created_at": moment(5), "updated_at": moment(5)}
    kind = {"task": "deploy", "environment": "production", "payload": {}, "description": None}
    what = {"sha": sha(1, "first"), "ref": "main", "creator": None}
    return {"id": 5, "node_id": "DE_5", **what, **times, **kind}


def _release() -> dict[str, Any]:
    times = {"created_at": moment(6), "published_at": moment(6)}
    kind = {"name": "One", "draft": False, "prerelease": False, "author": None, "body": ""}
    return {"id": 6, "node_id": "RE_6", "tag_name": "v1", "target_commitish": "main", **times, **kind}


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


def test_commits_that_a_pull_request_counts_are_owed(app: Made, made_github: Server, tmp_path: Path) -> None:
    """It is skipped, and read by the next run; its commits are not taken for gone."""
    del app
    before = run_tap(made_github, tmp_path, **REST)
    made_github.add_fault(path="/pulls/1/commits$", status=200, body="[]")
    first = run_tap(made_github, tmp_path, **REST)
    assert list(first.skipped) == [f"{LOGIN}/app#1"]
    assert first.complete_sets("pull_request_commit") == {1_002}
    second = run_tap(made_github, tmp_path, state=first.state, **REST)
    assert not second.skipped
    loaded = Loaded().load(before)
    expected = loaded.living("pull_request_commit")
    assert loaded.load(first).load(second).living("pull_request_commit") == expected


def test_reviews_are_not_gone_where_comments_on_the_code_are_left(
    app: Made, made_github: Server, tmp_path: Path
) -> None:
    """They belong to reviews, so nothing is told as complete; without comments an empty list is believed."""
    del app
    made_github.add_fault(path="/pulls/[12]/reviews$", status=200, body="[]", times=2)
    output = run_tap(made_github, tmp_path, **REST)
    assert not output.of("pull_request_review")
    assert output.complete_sets("pull_request_review") == {1_002}
