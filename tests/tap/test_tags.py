"""Which commit a release's tag points at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, Made, commit, moment, sha
from .running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "catalog": selecting("repository", "release")}
TAG = "v1/of spring"


@pytest.fixture
def app(made: Made) -> Made:
    """Return a repository with a tag, a branch of the same name at another commit, and a release."""
    made.add("app", 1, pulls=0, _sandbox={"branches": {TAG: sha(1, "branch")}})
    tagged, other = commit(1, "tagged", day=1), commit(1, "branch", day=2, on_default_branch=False)
    made.put("app", "commits", [tagged, other])
    made.put("app", "releases", [release(tag_sha=tagged["sha"])])
    return made


def release(**tag: Any) -> dict[str, Any]:
    """Return a release, with what is known of its tag."""
    times = {"created_at": moment(6), "published_at": moment(6)}
    kind = {"name": "One", "draft": False, "prerelease": False, "author": None, "body": ""}
    return (
        {"id": 6, "node_id": "RE_6", "tag_name": TAG, "target_commitish": "main", "_sandbox": tag}
        | times
        | kind
    )


def test_a_branch_of_the_same_name_is_not_the_tag(app: Made, made_github: Server, tmp_path: Path) -> None:
    """Of the name alone GitHub tells the branch's commit."""
    del app
    output = run_tap(made_github, tmp_path, **RUN)
    assert [row["tag_sha"] for row in output.of("release")] == [sha(1, "tagged")]


def test_a_tag_of_a_tag_is_followed(app: Made, made_github: Server, tmp_path: Path) -> None:
    """An annotated tag is an object of its own."""
    target = {"sha": sha(1, "tagged"), "type": "commit"}
    tag = {"sha": sha("tag"), "tag": TAG, "object": target}
    app.put("app", "releases", [release(tag_sha=target["sha"], tag=tag)])
    output = run_tap(made_github, tmp_path, **RUN)
    assert [row["tag_sha"] for row in output.of("release")] == [sha(1, "tagged")]


def test_a_tag_of_what_is_no_commit_has_none(app: Made, made_github: Server, tmp_path: Path) -> None:
    """A tree or a file may be tagged as well; its name would pass for a commit's."""
    tag = {"sha": sha("tag"), "tag": TAG, "object": {"sha": sha("tree"), "type": "tree"}}
    app.put("app", "releases", [release(tag_sha=sha(1, "tagged"), tag=tag)])
    output = run_tap(made_github, tmp_path, **RUN)
    assert [row["tag_sha"] for row in output.of("release")] == [None]


def test_a_commit_that_is_too_large_for_an_answer_is_in_nobody_s_way(
    app: Made, made_github: Server, tmp_path: Path
) -> None:
    """GitHub answers 500 for ever where it has to show what changed."""
    del app
    made_github.add_fault(path="/commits/", times=None, status=500, body="<html></html>")
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    assert [row["tag_sha"] for row in output.of("release")] == [sha(1, "tagged")]


def test_a_tag_that_is_gone_has_no_commit(app: Made, made_github: Server, tmp_path: Path) -> None:
    """The release is there all the same."""
    app.put("app", "releases", [release()])
    output = run_tap(made_github, tmp_path, **RUN)
    assert [row["tag_sha"] for row in output.of("release")] == [None]


def test_an_empty_repository_has_no_tag(app: Made, made_github: Server, tmp_path: Path) -> None:
    """GitHub answers 409 for any reference of one without commits; the release is there all the same."""
    app.put("app", "releases", [release()])
    empty = '{"message": "Git Repository is empty."}'
    made_github.add_fault(path="/git/ref/", times=None, status=409, body=empty)
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    assert [row["tag_sha"] for row in output.of("release")] == [None]
