"""Repositories to read, made commit by commit with the command git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.git import Mirror

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Grace",
    "GIT_COMMITTER_EMAIL": "grace@example.com",
}
_DAY = 86_400
_FIRST_TIME = 1_767_225_600  # 2026-01-01T00:00:00Z


class Origin:
    """A repository as it lies at GitHub; every commit comes a day after the one before it."""

    def __init__(self, folder: Path) -> None:
        """Make an empty one, with a work tree."""
        self.folder = folder
        self._time = _FIRST_TIME
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "gc.auto", "0")

    @property
    def url(self) -> str:
        """Return the address to fetch from."""
        return f"file://{self.folder}"

    def git(self, *arguments: str | bytes, stdin: bytes = b"", **variables: str) -> str:
        """Return what a git command prints."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**_ENVIRONMENT, **variables},
            input=stdin,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, name: str | bytes, content: bytes) -> Path:
        """Write a file of the work tree."""
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.folder), os.fsencode(name))))  # noqa: PTH118
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def commit(self, message: str = "A change", **variables: str) -> str:
        """Commit the work tree as it is; return the SHA."""
        self.git("add", "--all", "--force")
        self._time += _DAY
        at = f"{self._time} +0000"
        dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at, **variables}
        options = ("--quiet", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "-F", "-")
        self.git("commit", *options, stdin=message.encode(), **dates)
        return self.git("rev-parse", "HEAD")

    def change(self, files: Mapping[str, bytes], message: str = "A change") -> str:
        """Write files and commit them; return the SHA."""
        for name, content in files.items():
            self.write(name, content)
        return self.commit(message)

    def raw_commit(self, header: bytes, message: bytes = b"raw\n") -> str:
        """Store a commit object as it is (git would refuse to write it), on top of main; return the SHA."""
        tree = self.git("rev-parse", "HEAD^{tree}").encode()
        parent = self.git("rev-parse", "HEAD").encode()
        content = b"tree " + tree + b"\nparent " + parent + b"\n" + header + b"\n" + message
        sha = self.git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=content)
        self.git("reset", "--quiet", "--hard", sha)
        return sha


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    """Return an empty repository."""
    return Origin(tmp_path / "origin")


@pytest.fixture
def mirror(origin: Origin, tmp_path: Path) -> Mirror:
    """Return a mirror of the repository, not yet fetched."""
    return Mirror(tmp_path / "cache" / "101", origin.url, None)
