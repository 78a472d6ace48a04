"""Ends a command that a scheduler began: in a way that lets it keep what it has."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event

GRACE_SECONDS = (
    120.0  # for what a command does at SIGTERM: Meltano ends the plugins, the loader commits what it has
)


def end(process: subprocess.Popen[str] | subprocess.Popen[bytes], is_done: Event) -> None:
    """End a process that leads a session, by SIGTERM, then by SIGKILL; return when it has ended, or is done.

    What the process leaves behind is ended after it, as dbt has to be, and never with it: Meltano ends tap
    and loader itself, and a second SIGTERM, seconds later, would keep the loader from committing what it has.
    """
    killed_at = time.monotonic() + GRACE_SECONDS
    process.terminate()
    with suppress(subprocess.TimeoutExpired, ProcessLookupError):
        process.wait(GRACE_SECONDS)
        os.killpg(process.pid, signal.SIGTERM)
    if not is_done.wait(killed_at - time.monotonic()):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
