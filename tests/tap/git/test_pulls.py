"""The commits of pull requests are those that GitHub lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tap_github_custom.git import Mirror, ObjectsMissingError, PullCommit, PullRange

if TYPE_CHECKING:
    from .conftest import Origin

ABSENT = "f" * 40


def test_a_pull_request_outlives_its_branch(origin: Origin, mirror: Mirror) -> None:
    """The commits of a squashed pull request are on no branch; its own reference has them, oldest first."""
    base = origin.commit("base")
    origin.git("checkout", "--quiet", "--detach")
    shas = [origin.change({"a": b"%d\n" % number}) for number in range(3)]
    origin.git("update-ref", "refs/pull/7/head", shas[-1])
    origin.git("checkout", "--quiet", "main")
    squashed = origin.change({"a": b"2\n"})
    mirror.fetch()
    commits = mirror.pull_commits(7, base, shas[-1])
    assert [commit.sha for commit in commits] == shas
    assert commits[0] == PullCommit(shas[0], "2026-01-03T00:00:00Z", "2026-01-03T00:00:00Z")
    assert mirror.pull_commits(7, squashed, shas[-1]) == commits
    assert mirror.pull_commits(8, base, base) == []


def test_a_branch_that_took_in_its_base_lists_its_own_commits(origin: Origin, mirror: Mirror) -> None:
    """What was merged from the base is not the pull request's; the merge itself is."""
    origin.commit("root")
    origin.git("checkout", "--quiet", "-b", "topic")
    first = origin.change({"a": b"1\n"})
    origin.git("checkout", "--quiet", "main")
    base = origin.change({"b": b"1\n"})
    origin.git("checkout", "--quiet", "topic")
    origin.git("merge", "--quiet", "--no-ff", "-m", "Merge main", "main")
    merge = origin.git("rev-parse", "HEAD")
    last = origin.change({"a": b"2\n"})
    mirror.fetch()
    assert [commit.sha for commit in mirror.pull_commits(1, base, last)] == [first, merge, last]


def test_at_most_250_commits_are_listed(origin: Origin, mirror: Mirror) -> None:
    """GitHub lists the oldest 250 and no more."""
    base = origin.commit("base")
    lines = "".join(
        f"commit refs/heads/long\ncommitter A <a@example.com> {1_767_400_000 + number} +0000\ndata 0\n"
        + (f"from {base}\n" if number == 0 else "")
        for number in range(260)
    )
    origin.git("fast-import", "--quiet", stdin=lines.encode())
    mirror.fetch()
    listed = [commit.sha for commit in mirror.pull_commits(1, base, origin.git("rev-parse", "long"))]
    assert listed == origin.git("rev-list", "--reverse", f"{base}..long").split()[:250]


def test_many_pull_requests_are_told_in_order_with_reasons(origin: Origin, mirror: Mirror) -> None:
    """Where a head was pushed after the fetch, or a base is gone, the reason stands for the commits."""
    shas = [origin.commit(str(number)) for number in range(12)]
    mirror.fetch()
    good = [PullRange(number, shas[0], sha) for number, sha in enumerate(shas)]
    bad = [PullRange(100, shas[0], ABSENT), PullRange(101, ABSENT, shas[0])]
    told = list(mirror.commits_of_pulls([*good[:6], *bad, *good[6:]]))
    assert [pull.number for pull in told] == [0, 1, 2, 3, 4, 5, 100, 101, 6, 7, 8, 9, 10, 11]
    assert [len(pull.commits) for pull in told] == [0, 1, 2, 3, 4, 5, 0, 0, 6, 7, 8, 9, 10, 11]
    assert [pull.number for pull in told if pull.reason] == [100, 101]
    with pytest.raises(ObjectsMissingError, match=f"pull request 100.*{ABSENT}"):
        mirror.pull_commits(100, shas[0], ABSENT)
