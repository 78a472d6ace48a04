"""Trying again, with jitter, inside a budget of time."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from target_gcs_snowflake_merge.errors import FatalLoadError, RetryableLoadError

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
BRIEF_SECONDS = 10.0

logger = logging.getLogger("target-gcs-snowflake-merge")


@dataclass(frozen=True)
class Patience:
    """How long a piece of work is tried again; it ends at once when the process is told to stop."""

    seconds: float
    stopping: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], float] = time.monotonic

    @property
    def briefly(self) -> Patience:
        """Return a shorter patience, for what may as well be left undone."""
        return replace(self, seconds=min(self.seconds, BRIEF_SECONDS))

    def run(self, what: str, work: Callable[[int], Result]) -> Result:
        """Return what WORK(attempt) returns; attempts count from 0, only retryable errors are retried.

        An attempt that fails uses up half of the time at most: a MERGE may have waited an hour for a lock
        before the answer to its COMMIT is lost, and then the ledger is still to be asked.
        """
        used_seconds = 0.0
        attempt = 0
        while True:
            began = self.clock()
            try:
                return work(attempt)
            except RetryableLoadError as error:
                wait_seconds = wait_before(attempt)
                used_seconds += min(self.clock() - began, self.seconds / 2) + wait_seconds
                if used_seconds > self.seconds:
                    message = f"Gave up to {what} after {self.seconds:g} seconds of trying: {error}"
                    raise FatalLoadError(message) from error
                logger.warning("Could not %s, trying again in %.1f s: %s", what, wait_seconds, error)
                if self.stopping.wait(wait_seconds):
                    message = f"Gave up to {what} because of a signal: {error}"
                    raise FatalLoadError(message) from error
                attempt += 1


def wait_before(attempt: int) -> float:
    """Return a random wait, whose range doubles with each attempt: so waiters do not come back together."""
    longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311 - jitter is no secret
