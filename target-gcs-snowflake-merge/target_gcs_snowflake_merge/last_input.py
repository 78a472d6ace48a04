"""What the tap still sends when the target has given up."""

from __future__ import annotations

import os
import select
import time

QUIET_SECONDS = 0.5
STARTING_SECONDS = 10.0  # a tap that was started at the same moment may take so long to its first line
LONGEST_SECONDS = 20.0
CHUNK_BYTES = 1 << 20


def forget_input(descriptor: int, *, is_starting: bool = False) -> None:
    """Read what is on its way until the tap pauses or ends, at most for LONGEST_SECONDS; keep none of it.

    Who feeds a target whose input is full when it ends, Meltano for one, fails in turn with a stack trace,
    below which the reason is lost. No STATE is written for what is forgotten: the tap sends it again.
    """
    if os.isatty(descriptor):
        return
    deadline = time.monotonic() + LONGEST_SECONDS
    patience_seconds = STARTING_SECONDS if is_starting else QUIET_SECONDS
    while time.monotonic() < deadline:
        readable, _, _ = select.select([descriptor], [], [], patience_seconds)
        if not readable or not os.read(descriptor, CHUNK_BYTES):
            return
        patience_seconds = QUIET_SECONDS
