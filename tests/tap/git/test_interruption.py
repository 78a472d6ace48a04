"""Clones survive being killed, being shared and being stuck; secrets are nowhere to be seen meanwhile."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from tap_github_custom.git import Mirror, RetryableGitError, check_git

from .git_server import BASIC, TOKEN, GitServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Origin

FETCH = """
import sys
from pathlib import Path
from tap_github_custom.git import Mirror
Mirror(Path(sys.argv[1]), sys.argv[2], lambda: sys.argv[3][::-1]).fetch()
"""


@pytest.fixture
def server(origin: Origin) -> Iterator[GitServer]:
    """Return a server for the repository, which holds back its packs."""
    origin.change({"a": bytes(range(256)) * 1000})
    with GitServer(origin.folder.parent) as server:
        server.may_send_pack.clear()
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of the clone."""
    return tmp_path / "cache" / "101"


def mirror_of(server: GitServer, folder: Path, *, timeout_seconds: float = 60) -> Mirror:
    """Return a mirror that fetches from the server."""
    return Mirror(folder, server.url("origin/.git"), lambda: TOKEN, timeout_seconds=timeout_seconds)


def fetch_elsewhere(server: GitServer, folder: Path) -> subprocess.Popen[bytes]:
    """Fetch in a process of its own; the token is reversed, as command lines are searched for it."""
    command = [sys.executable, "-c", FETCH, str(folder), server.url("origin/.git"), TOKEN[::-1]]
    return subprocess.Popen(command)


def gits_of(process: psutil.Process) -> list[psutil.Process]:
    """Return the git processes below a process."""
    return [child for child in process.children(recursive=True) if child.name().startswith("git")]


def test_a_clone_that_was_killed_is_made_again(server: GitServer, folder: Path, origin: Origin) -> None:
    """The tap and its git are killed in the middle; the next run does not even notice."""
    with fetch_elsewhere(server, folder) as process:
        assert server.asked_for_pack.wait(60)
        for victim in [psutil.Process(process.pid), *gits_of(psutil.Process(process.pid))]:
            victim.kill()
    server.may_send_pack.set()
    mirror = mirror_of(server, folder)
    mirror.fetch()
    assert mirror.head("main") == origin.git("rev-parse", "HEAD")


def test_a_git_that_outlives_the_tap_keeps_the_lock(server: GitServer, folder: Path, origin: Origin) -> None:
    """Only the tap is killed: its git works on, and the next run keeps away until it is done."""
    with fetch_elsewhere(server, folder) as process:
        assert server.asked_for_pack.wait(60)
        gits = gits_of(psutil.Process(process.pid))
        process.kill()
    assert gits
    with pytest.raises(RetryableGitError, match="Another process"):
        mirror_of(server, folder, timeout_seconds=0).fetch()
    server.may_send_pack.set()
    mirror = mirror_of(server, folder)
    mirror.fetch()
    assert mirror.head("main") == origin.git("rev-parse", "HEAD")
    psutil.wait_procs(gits, timeout=60)


def test_two_processes_share_a_clone(server: GitServer, folder: Path, origin: Origin) -> None:
    """They take turns: both succeed, and the clone is whole."""
    server.may_send_pack.set()
    processes = [fetch_elsewhere(server, folder) for _ in range(2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    mirror = mirror_of(server, folder)
    assert [commit.sha for commit in mirror.commits(None, mirror.head("main") or "")] == [
        origin.git("rev-parse", "HEAD")
    ]


def test_a_stuck_git_is_ended_with_its_children(server: GitServer, folder: Path) -> None:
    """A server that stops answering costs the time limit, and leaves no process behind."""
    with pytest.raises(RetryableGitError, match="got nowhere within 2 seconds"):
        mirror_of(server, folder, timeout_seconds=2).fetch()
    assert server.asked_for_pack.is_set()
    assert gits_of(psutil.Process()) == []


def test_the_children_of_a_stuck_git_are_ended_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    """Children that would work on by themselves are ended as well."""
    git = tmp_path / "git"
    noted = tmp_path / "child"
    git.write_text(f"#!/bin/sh\nsleep 600 & echo $! > {noted}\nwait\n")
    git.chmod(0o755)
    check_git()
    mirror = Mirror(tmp_path / "1", origin.url, None, timeout_seconds=1)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(RetryableGitError, match="got nowhere"):
        mirror.fetch()
    deadline = time.monotonic() + 30
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(int(noted.read_text()))
        while child.status() != psutil.STATUS_ZOMBIE:  # what is killed needs a moment to end
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_token_is_nowhere_to_be_seen(
    server: GitServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the process list while git talks to the server, nor in the log or any file afterwards."""
    caplog.set_level("DEBUG")
    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(mirror_of(server, folder).fetch)
        assert server.asked_for_pack.wait(60)
        command_lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        environments = [
            Path("/proc", str(each.pid), "environ").read_bytes() for each in gits_of(psutil.Process())
        ]
        server.may_send_pack.set()
        fetching.result()
    assert any(b"git-remote-http" in line or b"remote-http" in line for line in command_lines)
    files = [path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()]
    assert any(b"GIT_CONFIG_COUNT=" in each for each in environments)
    for secret in (TOKEN, BASIC):
        assert not [seen for seen in (*command_lines, *environments, *files) if secret.encode() in seen]
        assert secret not in caplog.text


def test_where_no_files_lie_in_memory_only(
    server: GitServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS: the fetch succeeds, and still no command line has the token."""
    monkeypatch.delattr(os, "memfd_create")
    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(mirror_of(server, folder).fetch)
        assert server.asked_for_pack.wait(60)
        command_lines = [each.cmdline() for each in gits_of(psutil.Process())]
        server.may_send_pack.set()
        fetching.result()
    assert not [line for line in command_lines if BASIC in str(line) or TOKEN in str(line)]
