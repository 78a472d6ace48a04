"""An interrupt reaches the command that the alert runs exactly once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .test_alert import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WITH_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
WRAPPER = "import sys; from orchestrate.alert.__main__ import run; sys.exit(run(sys.argv[1:], 'r'))"
COUNTING = """if True:
    import os, select, signal, sys, time
    told, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling)  # a byte for each, also for two that come at once
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    print("ready", flush=True)
    select.select([told], [], [], 10)
    time.sleep(1)
    count = len(os.read(told, 100)) if select.select([told], [], [], 0)[0] else 0
    print(count, flush=True)
    os._exit(count)
"""
DIRECTLY = (sys.executable, "-c", COUNTING)
IN_A_SHELL = ("sh", "-c", '"$@"; true', "sh", *DIRECTLY)
ENDING_IT = ("sh", "-c", """trap 'kill $!; wait; exit 3' TERM; "$@" & wait""", "sh", *DIRECTLY)


@contextmanager
def wrapped(code: str, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the wrapper in a session of its own, on a terminal; give it and the end of who types there."""
    typing, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", code, *command],
        cwd=ROOT,
        stdin=terminal,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            assert process.stdout.readline() == b"ready\n"
            yield process, typing
        finally:
            process.kill()
            os.close(typing)
            os.close(terminal)


@pytest.mark.parametrize("command", [DIRECTLY, IN_A_SHELL])
def test_ctrl_c_reaches_the_command_once(command: Sequence[str]) -> None:
    """And what that has begun; a second one would be taken for impatience."""
    with wrapped(WITH_TERMINAL + WRAPPER, *command) as (process, typing):
        os.write(typing, b"\x03")
        assert process.stdout.readline() == b"1\n"
        process.wait(30)


@pytest.mark.parametrize("command", [DIRECTLY, IN_A_SHELL])
def test_an_interrupt_that_the_alert_alone_got_is_handed_on(command: Sequence[str]) -> None:
    """As from a scheduler, which has no terminal."""
    with wrapped(WRAPPER, *command) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == b"1\n"
        process.wait(30)


@pytest.mark.parametrize("command", [DIRECTLY, IN_A_SHELL, ENDING_IT])
def test_an_end_reaches_what_the_command_has_begun_once(command: Sequence[str]) -> None:
    """A shell dies of SIGTERM and says nothing, as Meltano while dbt runs; a loader it tells itself."""
    with wrapped(WRAPPER, *command) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == b"1\n"
        process.wait(30)


def test_a_terminal_that_is_closed_ends_the_command() -> None:
    """It is in a session of its own, to which nobody else would tell it."""
    with wrapped(WRAPPER, *DIRECTLY) as (process, _):
        process.send_signal(signal.SIGHUP)
        assert process.wait(30) != 0
        assert process.stdout.read() == b""
