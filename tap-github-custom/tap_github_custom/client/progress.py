"""What has happened to one question so far, and whether it is worth another try."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_github_custom.client.patience import Patience
from tap_github_custom.client.verdict import GARBLED_BELOW

if TYPE_CHECKING:
    from tap_github_custom.client.verdict import Failed

MAX_LIMITED = 20  # answers in a row that ask the question to wait
MAX_HEAVY = 3  # attempts at a GraphQL question that may be too large, where less can be asked for instead
MAX_GARBLED = 6  # attempts at an answer that should be JSON
SINGLE_SECONDS = 15.0  # for such a question where nothing less can be asked for; REST is the other way
FIRST_CONTACT_SECONDS = 3.0
NO_TIME_LIMIT = float("inf")


@dataclass
class Progress:
    """Counts by kind of trouble: each kind has a patience of its own."""

    retry_seconds: float
    is_divisible: bool = False
    limited: int = 0
    rejected: int = 0
    sent_at: float = 0.0  # the last attempt, of the monotonic clock
    _patiences: dict[str, Patience] = field(default_factory=dict)

    def patience(self, failed: Failed, *, is_first_contact: bool) -> Patience:
        """Return the patience that a failure is counted by."""
        if failed.is_unreachable and is_first_contact:
            # A name that does not resolve is mostly a wrong one: nobody should wait minutes to hear of it.
            return self._patiences.setdefault("contact", Patience(FIRST_CONTACT_SECONDS, MAX_HEAVY))
        if failed.is_heavy and self.is_divisible:
            return self._patiences.setdefault("heavy", Patience(NO_TIME_LIMIT, MAX_HEAVY))
        if failed.is_heavy:  # nothing smaller can be asked for: GitHub is unwell, or this is too much for it
            return self._patiences.setdefault("single", Patience(min(self.retry_seconds, SINGLE_SECONDS)))
        if 0 < failed.status < GARBLED_BELOW:
            return self._patiences.setdefault("garbled", Patience(self.retry_seconds, MAX_GARBLED))
        return self._patiences.setdefault("any", Patience(self.retry_seconds))

    def pause(self, seconds: float) -> None:
        """Leave the wait for a limit out of every budget: it is no retry."""
        for patience in self._patiences.values():
            patience.pause(seconds)

    @property
    def settling(self) -> Patience:
        """Return the patience with tokens that are so new that not all of GitHub may know them."""
        return self._patiences.setdefault("settling", Patience(self.retry_seconds))
