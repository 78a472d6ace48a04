"""One process at a time for one clone."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from tap_github_custom.git.errors import RetryableGitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_SECONDS = 0.2


@contextlib.contextmanager
def locked(path: Path, *, timeout_seconds: float) -> Iterator[int]:
    """Hold the lock of a clone; yield its file descriptor.

    Processes that inherit the descriptor hold the lock as well: if the tap is killed, it stays locked until
    the git that the tap had started has ended too. The system frees it with the last of them.

    Raises:
        RetryableGitError: another process kept it for longer than the timeout.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait(descriptor, path, time.monotonic() + timeout_seconds)
        yield descriptor
    finally:
        os.close(descriptor)


def _wait(descriptor: int, path: Path, until: float) -> None:
    import fcntl  # noqa: PLC0415 - not on Windows, where the rest of the tap runs too

    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                msg = f"Another process is still busy with the clone of {path.stem}; try again later."
                raise RetryableGitError(msg) from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
