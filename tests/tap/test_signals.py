"""A signal ends the run soon, whatever hangs."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.servers import TOKEN, serve_github

from .made import LOGIN
from .running import Output
from .test_faults import whole

if TYPE_CHECKING:
    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
COMMAND = str(Path(sys.executable).with_name("tap-github-custom"))
PIPE_BYTES = 4096


def test_a_signal_ends_the_run_with_its_state(three: Made, made_github: Server, tmp_path: Path) -> None:
    """SIGTERM while a request hangs: exit 143 at once, and STATE says what was done."""
    del three
    made_github.add_fault(path="/repos/made/two/commits", times=None, delay_seconds=30)
    config = tmp_path / "config.json"
    summary = tmp_path / "summary.json"
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "summary_path": str(summary)}
    config.write_text(json.dumps({**settings, "cache_dir": str(tmp_path), "concurrency": 1}))
    process = subprocess.Popen(
        [COMMAND, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not any("two/commits" in each["path"] for each in made_github.requests()):
        assert process.poll() is None
        time.sleep(0.1)
    asked_at = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)  # of Meltano, which was in the group that got the first one
    text, log = process.communicate(timeout=30)
    assert process.returncode == 143, log.decode()
    assert time.monotonic() - asked_at < 20, "the process waited for its threads"
    assert "made/3" in whole(Output(text))
    assert "signal 15" in json.loads(summary.read_text())["outcome"]
    assert TOKEN not in text.decode() + log.decode() + summary.read_text()
    made_github.clear_faults()


def test_a_signal_while_people_are_asked_for_keeps_the_state(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """Who waits for an answer is not taken for somebody who cannot write: the last STATE comes behind it."""
    del three
    made_github.add_fault(path="/orgs/made/members", delay_seconds=13)
    config = tmp_path / "config.json"
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "cache_dir": str(tmp_path)}
    config.write_text(json.dumps(settings))
    with subprocess.Popen([COMMAND, "--config", str(config)], stdout=subprocess.PIPE) as process:
        while not any("members" in each["path"] for each in made_github.requests()):
            assert process.poll() is None
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGTERM)
        try:
            text, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, "the answer came, and nothing was left to do"
    assert whole(Output(text)) == {"made/1", "made/2", "made/3"}


@pytest.mark.parametrize("is_log_read", [True, False], ids=["log read", "log not read"])
def test_a_signal_ends_a_run_whose_output_nobody_takes(
    three: Made, made_github: Server, tmp_path: Path, *, is_log_read: bool
) -> None:
    """The target hangs and the pipe is full: the last STATE is lost, but the process ends, and says so."""
    three.add("many", 4, pulls=50)
    config = tmp_path / "config.json"
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "cache_dir": str(tmp_path)}
    config.write_text(json.dumps(settings))
    unread, full = os.pipe()
    fcntl.fcntl(full, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    with subprocess.Popen(
        [COMMAND, "--config", str(config)],
        stdout=full,
        stderr=subprocess.PIPE if is_log_read else full,
    ) as process:
        while select.select([], [full], [], 0)[1]:
            assert process.poll() is None
            time.sleep(0.1)
        os.kill(process.pid, signal.SIGTERM)
        try:
            _, log = process.communicate(timeout=30)
        finally:
            process.kill()
    os.close(unread)
    os.close(full)
    assert process.returncode == 143
    assert not is_log_read or b"signal 15 without the last STATE" in log


@pytest.mark.parametrize("taken", [300_000, 400_000, 500_000])
def test_a_target_that_ends_takes_the_tap_along(tmp_path: Path, taken: int) -> None:
    """Threads that read ahead do not wait for somebody who takes their rows."""
    generate(tmp_path / "data", seed=1, size="small")
    config = tmp_path / "config.json"
    with serve_github(tmp_path / "data") as github:
        settings = {"auth_token": TOKEN, "api_url": github.url, "cache_dir": str(tmp_path)}
        organizations = ["lantern-labs", "lantern-works"]
        config.write_text(json.dumps({**settings, "organizations": organizations, "commit_source": "api"}))
        with subprocess.Popen(
            [COMMAND, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert len(process.stdout.read(taken)) == taken
            process.stdout.close()
            try:
                _, log = process.communicate(timeout=30)
            finally:
                process.kill()
    assert process.returncode == 1
    assert b"The target has closed the pipe" in log
