"""What one credential may still spend on one resource, as far as GitHub has said."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 3_600.0  # a primary limit lasts an hour; then it is time to ask again
SAME_WINDOW_SECONDS = 60  # a window is an hour long: two resets that are closer are one


@dataclass(frozen=True)
class Limit:
    """The rate limit that an answer states; `reset_seconds` counts from the moment of the answer."""

    limit: int
    remaining: int
    reset_seconds: float
    reset_epoch: int

    @classmethod
    def of(cls, headers: Mapping[str, str], now_epoch: float) -> Limit | None:
        """Return what the headers state, or None: an Enterprise Server may have no limits.

        `now_epoch` is the server's own time: its clock and ours may differ.
        """
        try:
            reset = int(headers["x-ratelimit-reset"])
            return cls(
                limit=int(headers["x-ratelimit-limit"]),
                remaining=int(headers["x-ratelimit-remaining"]),
                reset_seconds=min(max(reset - now_epoch, 0.0), LONGEST_WAIT_SECONDS),
                reset_epoch=reset,
            )
        except (KeyError, ValueError, OverflowError):
            return None


@dataclass
class Allowance:
    """The state of one credential and resource; all moments are of the monotonic clock."""

    points_per_minute: int
    limit: int | None = None
    remaining: int | None = None
    reset_at: float = 0.0
    reset_epoch: int = 0
    blocked_until: float = 0.0
    in_flight: int = 0
    sent_at: deque[float] = field(default_factory=deque)

    def left(self, reserve: int, now: float) -> float:
        """Return the points that may still be spent; infinite where GitHub has said nothing."""
        if self.remaining is None or now >= self.reset_at:
            return float("inf")
        return self.remaining - self.in_flight - reserve

    def wait_seconds(self, reserve: int, now: float) -> float:
        """Return how long the next request has to wait; 0 where it may go."""
        waits = [self.blocked_until - now, self._pace_seconds(now)]
        if self.left(reserve, now) <= 0:
            waits.append(self.reset_at - now)
        return max(0.0, *waits)

    def take(self, now: float) -> None:
        """Count a request that is sent now."""
        self.in_flight += 1
        if self.points_per_minute:
            self.sent_at.append(now)

    def give_back(self) -> None:
        """Count the end of a request, whatever came of it."""
        self.in_flight -= 1

    def learn(self, stated: Limit, now: float) -> None:
        """Believe what an answer says: of one window the lower number, as answers overtake each other.

        GitHub's servers do not agree on the very second of the reset. Another limit is another allowance.
        """
        is_known = stated.limit == self.limit and self.remaining is not None and now < self.reset_at
        if is_known and stated.reset_epoch < self.reset_epoch - SAME_WINDOW_SECONDS:
            return  # an answer from before the reset
        is_same_window = is_known and stated.reset_epoch <= self.reset_epoch + SAME_WINDOW_SECONDS
        known = self.remaining if is_same_window and self.remaining is not None else stated.remaining
        self.limit = stated.limit
        self.remaining = min(known, stated.remaining)
        self.reset_epoch = stated.reset_epoch
        self.reset_at = now + stated.reset_seconds

    def _pace_seconds(self, now: float) -> float:
        if not self.points_per_minute:
            return 0.0
        while self.sent_at and self.sent_at[0] <= now - MINUTE_SECONDS:
            self.sent_at.popleft()
        if len(self.sent_at) < self.points_per_minute:
            return 0.0
        return self.sent_at[0] + MINUTE_SECONDS - now
