"""The history of this project itself is read as git's own summary has it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from tap_github_custom.git import GitCommit, Mirror

ROOT = Path(__file__).resolve().parents[3]


def git(*arguments: str) -> str:
    """Return what a git command on this project's clone prints."""
    command = ["git", "-C", str(ROOT), "-c", "safe.directory=*", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def branch() -> str:
    """Return a branch of this project's clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the project, so it has no history to read: clone it with git")
    if git("rev-parse", "--is-shallow-repository").strip() == "true":
        pytest.skip("this clone of the project is shallow: run git fetch --unshallow")
    names = git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()
    if not names:
        pytest.skip("this clone of the project has no branch: run git switch --create main")
    return names[0]


def summary(commit: GitCommit) -> tuple[str, int, int, int]:
    """Return (SHA, changed files, additions, deletions)."""
    return commit.sha, len(commit.files), commit.additions, commit.deletions


def test_every_commit_adds_up(branch: str, tmp_path: Path) -> None:
    """Commit by commit the files and lines of `git log --shortstat`, which counts them by another way."""
    mirror = Mirror(tmp_path / "1", f"file://{ROOT}", None)
    mirror.fetch()
    told = [summary(commit) for commit in mirror.commits(None, mirror.head(branch) or "")]
    listed = git("log", "--format=>%H", "--shortstat", "-M", "--diff-merges=first-parent", branch)
    assert told == [_shortstat(text) for text in listed.split(">")[1:]]


def _shortstat(text: str) -> tuple[str, int, int, int]:
    numbers = (re.search(rf"(\d+) {word}", text) for word in ("file", "insertion", "deletion"))
    files, additions, deletions = (int(number[1]) if number else 0 for number in numbers)
    return text.split(maxsplit=1)[0], files, additions, deletions
