"""Branches and repositories that move while they are followed, with real git behind them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import serve_github

from tests.pipeline.expected import EXPECTED

from .running import Loaded, run_tap, selecting
from .truth import assert_equal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server

NAME = "lantern-works/platform"
BOTH = ["lantern-works", "lantern-labs"]
LONG_AGO = ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"]


# Each change, and what the repository is called after it.
CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("push", {"at": "2026-07-02T10:00:00Z"}, NAME),
    ("merge_late", {"at": "2026-07-03T10:00:00Z", "committed_at": LONG_AGO, "behind": 2}, NAME),
    ("force_push", {"at": "2026-07-04T10:00:00Z", "dropped": 2}, NAME),
    ("rename_repository", {"name": "base"}, "lantern-works/base"),
    ("transfer_repository", {"organization": "lantern-labs"}, "lantern-labs/base"),
]


@pytest.fixture
def generated(tmp_path: Path) -> Iterator[tuple[Path, Server]]:
    """Return a data folder of ten days, with git behind it, that may be changed, and its server."""
    data = tmp_path / "data"
    generate(data, seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    with serve_github(data, points_per_hour=1_000_000) as server:
        yield data, server


@pytest.mark.parametrize(
    "path", [f"/{NAME}/commits/", f"/{NAME}/compare/"], ids=["too large a commit", "too many commits"]
)
def test_git_brings_what_rest_gives_up_on(tmp_path: Path, path: str) -> None:
    """One commit is answered with 500 for ever: with `auto` a clone is made; with `api` it is in the way."""
    data = tmp_path / "data"
    generate(data, seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    run: dict[str, Any] = {"repositories": [NAME], "catalog": selecting("commit")}
    with serve_github(data, points_per_hour=1_000_000) as server:
        first = run_tap(server, tmp_path, commit_source="api", **run)
        server.change("push", repository=NAME, at="2026-07-02T10:00:00Z")
        server.add_fault(path=path, status=500, body="{}", times=None)
        by_api = run_tap(server, tmp_path, state=first.state, commit_source="api", **run)
        assert list(by_api.skipped) == [NAME]
        by_either = run_tap(server, tmp_path, state=first.state, commit_source="auto", **run)
        assert not by_either.skipped
    known = [*first.of("commit"), *by_either.of("commit")]
    (repository_id,) = {row["repository_id"] for row in known}
    truth = {sha for _, number, sha in EXPECTED["COMMIT"](data) if number == repository_id}
    assert {row["sha"] for row in known} == truth


def test_one_bad_answer_is_no_rewritten_history(generated: tuple[Path, Server], tmp_path: Path) -> None:
    """Where commits are new, but older than the bookmark, nobody but the comparison tells of them."""
    data, server = generated
    run: dict[str, Any] = {"repositories": [NAME], "commit_source": "api", "catalog": selecting("commit")}
    first = run_tap(server, tmp_path, **run)
    late: dict[str, Any] = {"at": "2026-07-03T10:00:00Z", "committed_at": LONG_AGO, "behind": 2}
    server.change("merge_late", repository=NAME, **late)
    server.add_fault(path="/compare/", status=404, body='{"message": "Not Found"}')
    second = run_tap(server, tmp_path, state=first.state, **run)
    known = {row["sha"] for row in (*first.of("commit"), *second.of("commit"))}
    (repository_id,) = {row["repository_id"] for row in first.of("commit")}
    assert known == {sha for _, number, sha in EXPECTED["COMMIT"](data) if number == repository_id}


def test_a_comparison_that_is_cut_off_is_not_taken_for_whole(
    generated: tuple[Path, Server], tmp_path: Path
) -> None:
    """It says itself how many commits there are; the next run reads them all."""
    _, server = generated
    run: dict[str, Any] = {"repositories": [NAME], "commit_source": "api", "catalog": selecting("commit")}
    first = run_tap(server, tmp_path, **run)
    server.change("push", repository=NAME, at="2026-07-02T10:00:00Z")
    server.add_fault(path="/compare/", status=200, body='{"total_commits": 1, "commits": []}')
    cut = run_tap(server, tmp_path, state=first.state, **run)
    assert list(cut.skipped) == [NAME]
    assert not cut.of("commit")
    again = run_tap(server, tmp_path, state=cut.state, **run)
    assert again.of("commit")


@pytest.mark.parametrize("commit_source", ["git", "api"])
def test_whatever_moves_is_followed(tmp_path: Path, commit_source: str) -> None:
    """A push, a late merge, a force-push, a new name, a new owner: every row is there, and no other."""
    data = tmp_path / "data"
    generate(data, seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    run: dict[str, Any] = {"organizations": BOTH, "commit_source": commit_source}
    with serve_github(data, points_per_hour=1_000_000) as server:
        output = run_tap(server, tmp_path, **run)
        loaded, name = Loaded().load(output), NAME
        for change, arguments, new_name in CHANGES:
            server.change(change, repository=name, **arguments)
            name = new_name
            output = run_tap(server, tmp_path, state=output.state, **run)
            assert output.error is None
            loaded.load(output)
            assert loaded.living("commit").keys() == EXPECTED["COMMIT"](data).keys(), change
    pulls = loaded.living("pull_request").items()
    own = {key: row for key, row in EXPECTED["PULL_REQUEST"](data).items() if key[0] == "lantern-labs"}
    assert_equal("PULL_REQUEST", {key: row for key, row in pulls if key[0] == "lantern-labs"}, own)
