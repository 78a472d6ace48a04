"""What the run has spent, for its summary."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tap_github_custom.errors import BudgetSpentError

if TYPE_CHECKING:
    from tap_github_custom.client.allowance import Limit


@dataclass
class Spending:
    """What one organisation has cost of one resource, and the limit as last seen (None: never seen)."""

    requests: int = 0
    points: int = 0
    retries: int = 0
    waits: int = 0
    waited_seconds: float = 0.0
    limit: int | None = None
    remaining: int | None = None
    reset_epoch: int | None = None


class Usage:
    """Counters for each organisation and resource ("core", "graphql"). Safe to use from any thread."""

    def __init__(self, max_requests: int | None = None) -> None:
        """Begin at nothing; MAX_REQUESTS is the budget of the whole run."""
        self._max_requests = max_requests
        self._spent = 0
        self._by_key: dict[tuple[str, str], Spending] = {}
        self._lock = threading.Lock()

    @property
    def requests(self) -> int:
        """Return how many requests were sent in all."""
        return self._spent

    def check_budget(self) -> None:
        """Raise `BudgetSpentError` where no further request may be sent."""
        if self._max_requests is not None and self._spent >= self._max_requests:
            raise BudgetSpentError(self._max_requests)

    def spend_request(self, organization: str, resource: str) -> None:
        """Count a request that is about to be sent, or raise `BudgetSpentError`."""
        with self._lock:
            self.check_budget()
            self._spent += 1
            self._spending(organization, resource).requests += 1

    def add_points(self, organization: str, resource: str, points: int) -> None:
        """Count what an answer cost."""
        with self._lock:
            self._spending(organization, resource).points += points

    def add_retry(self, organization: str, resource: str) -> None:
        """Count a request that is sent again."""
        with self._lock:
            self._spending(organization, resource).retries += 1

    def add_wait(self, organization: str, resource: str, seconds: float) -> None:
        """Count a wait for a limit."""
        with self._lock:
            spending = self._spending(organization, resource)
            spending.waits += 1
            spending.waited_seconds += seconds

    def see_limit(self, organization: str, resource: str, stated: Limit) -> None:
        """Remember what is left."""
        with self._lock:
            spending = self._spending(organization, resource)
            spending.limit = stated.limit
            spending.remaining = stated.remaining
            spending.reset_epoch = stated.reset_epoch

    def spending(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return a copy of all counters: organisation, in lower case -> resource -> `Spending` as a dict."""
        with self._lock:
            copy: dict[str, dict[str, dict[str, Any]]] = {}
            for (organization, resource), spending in sorted(self._by_key.items()):
                copy.setdefault(organization, {})[resource] = asdict(spending)
            return copy

    def _spending(self, organization: str, resource: str) -> Spending:
        return self._by_key.setdefault((organization.lower(), resource), Spending())
