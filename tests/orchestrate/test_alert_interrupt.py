"""An interrupt reaches the command that the alert runs exactly once."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .test_alert import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

WITH_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
WRAPPER = "import sys; from orchestrate.alert.__main__ import run; sys.exit(run(sys.argv[1:], 'r'))"
COUNTING = """if True:
    import os, select, signal, time
    told, telling = os.pipe()
    os.set_blocking(telling, False)
    signal.set_wakeup_fd(telling)  # a byte for each, also for two that come at once
    signal.signal(signal.SIGINT, lambda *_: None)
    print("ready", flush=True)
    select.select([told], [], [], 30)
    time.sleep(1)
    os._exit(len(os.read(told, 100)))
"""


@contextmanager
def wrapped(code: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the wrapper in a session of its own, on a terminal; give it and the end of who types there."""
    typing, terminal = pty.openpty()
    command = [sys.executable, "-c", code, sys.executable, "-c", COUNTING]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=terminal, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            assert process.stdout.readline() == b"ready\n"
            yield process, typing
        finally:
            process.kill()
            os.close(typing)
            os.close(terminal)


def test_ctrl_c_reaches_the_command_once() -> None:
    """The terminal itself sends it to the command; a second one would be taken for impatience."""
    with wrapped(WITH_TERMINAL + WRAPPER) as (process, typing):
        os.write(typing, b"\x03")
        assert process.wait(30) == 1


def test_an_interrupt_that_the_alert_alone_got_is_handed_on() -> None:
    """As from a scheduler, which has no terminal."""
    with wrapped(WRAPPER) as (process, _):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
