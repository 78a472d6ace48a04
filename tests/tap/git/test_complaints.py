"""What git complains of becomes one sentence that says what to do next."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.git import CacheFolderError, GitError, RepositoryNotReadableError, RetryableGitError
from tap_github_custom.git.command import run
from tap_github_custom.git.complaints import fetch_error, is_damage, reason_in

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://github.com/o/r.git"
PROGRESS = (
    "remote: Enumerating objects: 5, done.\nReceiving objects:  20% (1/5)\rReceiving objects: 100% (5/5)\n"
)


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        ("remote: Repository not found.\nfatal: repository 'https://github.com/o/r.git/' not found", "gone"),
        ("fatal: Authentication failed for 'https://github.com/o/r.git/'", "gone"),
        ("fatal: could not read Username for 'https://github.com': terminal prompts disabled", "gone"),
        (
            "fatal: unable to access 'https://github.com/o/r.git/': The requested URL returned error: 403",
            "gone",
        ),
        (
            "fatal: unable to access 'https://github.com/o/r.git/': The requested URL returned error: 502",
            "again",
        ),
        (
            "fatal: unable to access 'https://github.com/o/r.git/': Could not resolve host: github.com",
            "again",
        ),
        ("error: RPC failed; curl 56 Recv failure: Connection reset by peer\nfatal: early EOF", "again"),
        ("fatal: the remote end hung up unexpectedly", "again"),
        ("", "again"),
        ("fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output", "disk"),
        ("error: unable to create temporary file: Read-only file system", "disk"),
    ],
)
def test_each_complaint_has_its_kind(complaint: str, kind: str) -> None:
    """Skip the repository, try again, or see to the disk; progress is no reason."""
    error = fetch_error(URL, PROGRESS + complaint)
    kinds: dict[str, type[GitError]] = {
        "gone": RepositoryNotReadableError,
        "again": RetryableGitError,
        "disk": CacheFolderError,
    }
    assert type(error) is kinds[kind]
    assert URL in str(error)
    assert "\n" not in str(error)
    assert "objects" not in str(error)


@pytest.mark.parametrize(
    "complaint",
    [
        "fatal: unable to access 'https://user:s3cret@proxy:3128/': Connection refused",
        "fatal: bad header Authorization: Basic s3cret",
        "remote: token Bearer s3cret was refused",
    ],
)
def test_secrets_are_cut_out(complaint: str) -> None:
    """Whatever a proxy or a server says of credentials is not passed on."""
    assert "s3cret" not in str(fetch_error(URL, complaint))


def test_damage_at_the_server_is_not_damage_here() -> None:
    """Making the clone again would not mend it."""
    assert is_damage("fatal: bad object refs/heads/main")
    assert not is_damage("remote: fatal: bad object refs/heads/main\nfatal: early EOF")


def test_a_git_that_was_killed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot say so itself; where memory runs out, it is not the clone that has to be mended."""
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\nkill -9 $$\n", encoding="utf-8")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    done = run(["log"], timeout_seconds=30)
    assert "ended by signal 9" in reason_in(done.complaint)
