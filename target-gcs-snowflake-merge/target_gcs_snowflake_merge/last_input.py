"""What the tap still sends when the target has given up."""

from __future__ import annotations

import os
import select
import time

QUIET_SECONDS = 0.5
LONGEST_SECONDS = 20.0
CHUNK_BYTES = 1 << 20


def forget_input(descriptor: int) -> None:
    """Read what is on its way until the tap pauses or ends, at most for LONGEST_SECONDS; keep none of it.

    Who feeds a target whose input is full when it ends, Meltano for one, fails in turn with a stack trace,
    below which the reason is lost. No STATE is written for what is forgotten: the tap sends it again.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        readable, _, _ = select.select([descriptor], [], [], QUIET_SECONDS)
        if not readable or not os.read(descriptor, CHUNK_BYTES):
            return
