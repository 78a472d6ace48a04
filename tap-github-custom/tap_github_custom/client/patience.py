"""How often and how long one request is tried again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0


@dataclass
class Patience:
    """A budget of time, which begins with the first failure, and of attempts (None: as many as it takes)."""

    seconds: float
    attempts: int | None = None
    failures: int = 0
    ends_at: float = 0.0

    def wait_seconds(self, now: float, jitter: float, after_seconds: float = 0.0) -> float | None:
        """Count a failure; return how long to wait before the next attempt, or None: give up.

        `jitter` is from 0 to 1; `after_seconds` is what the server asks for at least. The last attempt is
        at the end of the budget, even if the server asked for more.
        """
        if not self.failures:
            self.ends_at = now + self.seconds
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(self.failures, 10))
        self.failures += 1
        left_seconds = self.ends_at - now
        if left_seconds <= 0 or (self.attempts is not None and self.failures >= self.attempts):
            return None
        return min(max(longest * (1 + jitter) / 2, after_seconds), left_seconds)

    def pause(self, seconds: float) -> None:
        """Leave out of the budget what was spent on waiting for something else."""
        self.ends_at += seconds

    def next_wait_seconds(self, after_seconds: float = 0.0) -> float | None:
        """Do the same now, with a random jitter: so waiters do not come back together."""
        jitter = random.random()  # noqa: S311 - jitter is no secret
        return self.wait_seconds(time.monotonic(), jitter, after_seconds)
