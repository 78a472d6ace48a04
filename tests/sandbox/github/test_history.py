"""Commits, comparisons and diffs agree with git's own view of the same repository."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import PLATFORM, Api

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def git(data: Path) -> Git:
    """Return the git repository behind the most lively repository."""
    return Git(data / "lantern-works" / "platform" / "git")


class Git:
    """The command git on one bare repository."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self._folder = folder

    def lines(self, *arguments: str) -> list[str]:
        """Return what a command prints, line by line."""
        command = ["git", f"--git-dir={self._folder}", "-c", "safe.directory=*", *arguments]
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()


def shas(commits: list[dict[str, str]]) -> list[str]:
    """Return the SHAs of commits."""
    return [commit["sha"] for commit in commits]


def test_the_default_branch_is_listed_as_git_lists_it(api: Api, git: Git) -> None:
    """The same commits in the same order."""
    assert shas(api.all(f"{PLATFORM}/commits")) == git.lines("log", "--format=%H", "main")


def test_listed_commits_have_no_files(api: Api) -> None:
    """Files and sums come with the single commit only."""
    commit = api.json(f"{PLATFORM}/commits")[0]
    assert not {"files", "stats", "on_default_branch"} & commit.keys()


def test_a_branch_is_listed_along_its_own_ancestry(api: Api, git: Git) -> None:
    """`sha` may be a branch, a pull request's head or a commit; what came later elsewhere is not there."""
    number = git.lines("for-each-ref", "--format=%(refname)", "refs/pull")[7].split("/")[2]
    head = git.lines("rev-parse", f"refs/pull/{number}/head")[0]
    expected = git.lines("log", "--format=%H", head)
    assert shas(api.all(f"{PLATFORM}/commits", sha=head)) == expected
    assert shas(api.all(f"{PLATFORM}/commits", sha=f"refs/pull/{number}/head")) == expected
    assert api.get(f"{PLATFORM}/commits", sha="no-such-branch").status_code == 404


def test_since_and_until_look_at_the_committer_date(api: Api, git: Git) -> None:
    """Both bounds are included."""
    middle = api.all(f"{PLATFORM}/commits")[40]["commit"]["committer"]["date"]
    at = dict(line.split(" ") for line in git.lines("log", "--format=%H %cI", "main"))
    dates = {sha: date.replace("+00:00", "Z") for sha, date in at.items()}
    later = [sha for sha, date in dates.items() if date >= middle]
    earlier = [sha for sha, date in dates.items() if date <= middle]
    assert shas(api.all(f"{PLATFORM}/commits", since=middle)) == later
    assert shas(api.all(f"{PLATFORM}/commits", until=middle)) == earlier
    assert shas(api.all(f"{PLATFORM}/commits", until=middle.replace("Z", "+00:00"))) == earlier


def test_commits_by_path_and_author(api: Api, git: Git) -> None:
    """`path` is a file or a folder, `author` a login or an address."""
    folder = "services/billing"
    touching = git.lines("log", "--no-merges", "--format=%H", "main", "--", folder)
    assert shas(api.all(f"{PLATFORM}/commits", path=folder)) == touching
    somebody = next(commit for commit in api.all(f"{PLATFORM}/commits") if commit["author"])
    address = somebody["commit"]["author"]["email"]
    theirs = git.lines("log", "--format=%H", "--fixed-strings", f"--author=<{address}>", "main")
    assert shas(api.all(f"{PLATFORM}/commits", author=address)) == theirs
    assert shas(api.all(f"{PLATFORM}/commits", author=somebody["author"]["login"])) == theirs


def test_since_loses_a_branch_that_was_merged_late(api: Api) -> None:
    """The trap that a tap must avoid: commits older than the bookmark that were merged after it."""
    commits = {commit["sha"]: commit for commit in api.all(f"{PLATFORM}/commits")}
    merges = [commit for commit in commits.values() if len(commit["parents"]) > 1]
    ages = {
        merge["sha"]: (merge["commit"]["committer"]["date"], commits[merge["parents"][1]["sha"]]["commit"])
        for merge in merges
    }
    late = [sha for sha, (merged_at, head) in ages.items() if head["committer"]["date"][:7] < merged_at[:7]]
    assert late
    merge = commits[late[0]]
    seen = shas(api.all(f"{PLATFORM}/commits", since=merge["commit"]["committer"]["date"]))
    assert merge["sha"] in seen
    assert merge["parents"][1]["sha"] not in seen


def test_the_files_of_every_commit_are_git_s(api: Api, git: Git) -> None:
    """Names, statuses, blobs and line counts are those of the diff to the first parent."""
    for sha in git.lines("log", "--format=%H", "main")[::7]:
        against = ("--root",) if not git.lines("log", "-1", "--format=%P", sha)[0] else (f"{sha}^1",)
        options = ("diff-tree", "-r", "-M", "--no-commit-id", "--no-abbrev")
        raw = [line.split("\t") for line in git.lines(*options, "--raw", *against, sha)]
        sums = [line.split("\t")[:2] for line in git.lines(*options, "--numstat", *against, sha)]
        files = all_files(api, sha)
        assert [file["filename"] for file in files] == [line[-1] for line in raw]
        for file, line, (added, deleted) in zip(files, raw, sums, strict=True):
            status, old_blob, new_blob = line[0].split(" ")[4][0], *line[0].split(" ")[2:4]
            assert file["sha"] == (old_blob if status == "D" else new_blob)
            assert {"A": "added", "D": "removed", "M": "modified", "R": "renamed"}[status] == file["status"]
            assert [file["additions"], file["deletions"]] == [
                int(n) if n != "-" else 0 for n in (added, deleted)
            ]
            assert file.get("previous_filename") == (line[1] if status == "R" else None)


def all_files(api: Api, sha: str) -> list[dict[str, Any]]:
    """Return the files of a commit, page by page."""
    response = api.get(f"{PLATFORM}/commits/{sha}")
    files = response.json()["files"]
    while "next" in response.links:
        response = api.get(response.links["next"]["url"])
        files += response.json()["files"]
    return list(files)


def test_a_pull_request_agrees_with_git(api: Api, git: Git) -> None:
    """Its commits are those that its base has not; its files and sums are the diff from the merge base."""
    for listed in api.all(f"{PLATFORM}/pulls", state="all")[::5]:
        pull = api.json(f"{PLATFORM}/pulls/{listed['number']}")
        base, head = pull["base"]["sha"], pull["head"]["sha"]
        fork_point = git.lines("merge-base", base, head)[0]
        own = git.lines("log", "--format=%H", f"{fork_point}..{head}")
        listed_commits = shas(api.all(f"{listed['url']}/commits"))
        assert set(listed_commits) == set(own)
        assert listed_commits[-1] == head
        names = git.lines("diff", "-M", "--name-only", fork_point, head)
        files = api.all(f"{listed['url']}/files")
        assert [file["filename"] for file in files] == names
        assert pull["changed_files"] == len(names)
        assert pull["additions"] == sum(file["additions"] for file in files)
        assert pull["deletions"] == sum(file["deletions"] for file in files)
        assert pull["commits"] == len(own)


@pytest.mark.parametrize(("base", "head"), [("main~9", "main"), ("main", "main~9"), ("main", "main")])
def test_comparisons_on_one_line(api: Api, git: Git, base: str, head: str) -> None:
    """Ahead, behind or identical; commits oldest first; the files are git's three-dot diff."""
    old, new = (git.lines("rev-parse", name)[0] for name in (base, head))
    comparison = api.json(f"{PLATFORM}/compare/{old}...{new}")
    ahead = git.lines("log", "--format=%H", f"{old}..{new}")
    behind = git.lines("log", "--format=%H", f"{new}..{old}")
    status = "ahead" if ahead else "behind" if behind else "identical"
    assert comparison["status"] == status
    assert (comparison["ahead_by"], comparison["behind_by"]) == (len(ahead), len(behind))
    assert comparison["total_commits"] == len(ahead)
    assert shas(comparison["commits"]) == ahead[::-1]
    assert comparison["merge_base_commit"]["sha"] == git.lines("merge-base", old, new)[0]
    assert comparison["base_commit"]["sha"] == old
    names = [file["filename"] for file in comparison["files"]]
    assert names == git.lines("diff", "-M", "--name-only", f"{old}...{new}")[:300]


def test_a_diverged_comparison_in_pages(api: Api, git: Git) -> None:
    """Pages of commits, oldest first, and files only on the first page."""
    diverged = next(
        pull
        for pull in api.all(f"{PLATFORM}/pulls", state="all")
        if git.lines("merge-base", pull["head"]["sha"], "main")[0] != pull["head"]["sha"]
        and len(api.json(f"{pull['url']}/commits")) > 2
    )
    head = diverged["head"]["sha"]
    path = f"{PLATFORM}/compare/main...{head}"
    first = api.get(path, per_page=2)
    second = api.get(first.links["next"]["url"])
    assert first.json()["status"] == "diverged"
    expected = git.lines("log", "--format=%H", f"main..{head}")[::-1]
    assert shas(first.json()["commits"] + second.json()["commits"]) == expected[:4]
    assert first.json()["files"]
    assert second.json()["files"] == []


def test_a_comparison_with_what_is_not_there(api: Api) -> None:
    """An unknown commit on either side is 404; so is a path without three dots."""
    for basehead in (f"{'0' * 40}...main", f"main...{'0' * 40}", "main..main"):
        assert api.get(f"{PLATFORM}/compare/{basehead}").status_code == 404


def test_references_are_git_s(api: Api, git: Git) -> None:
    """Branches and pull request heads name the same commits."""
    for line in git.lines("for-each-ref", "--format=%(refname) %(objectname)"):
        name, sha = line.split(" ")
        assert api.json(f"{PLATFORM}/git/ref/{name.removeprefix('refs/')}")["object"]["sha"] == sha
