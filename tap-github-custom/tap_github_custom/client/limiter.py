"""The one limiter of the tap: which credential may send the next request, and when."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tap_github_custom.client.allowance import LONGEST_WAIT_SECONDS, Allowance
from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.client.allowance import Limit
    from tap_github_custom.client.settings import ClientSettings
    from tap_github_custom.credentials import Credential

Resource = Literal["core", "graphql"]
RESOURCES: tuple[Resource, ...] = ("core", "graphql")
LONGEST_SECONDARY_SECONDS = 900.0


@dataclass(frozen=True)
class Turn:
    """A credential, and how long a request with it has to wait; 0: it is counted as sent."""

    credential: Credential
    wait_seconds: float
    is_new_wait: bool = False


class Limiter:
    """Knows every credential's allowances; decides, but never sleeps itself. Safe to use from any thread."""

    def __init__(self, settings: ClientSettings) -> None:
        """Begin without knowing any limit."""
        self._reserve = settings.rate_limit_reserve
        self._secondary_seconds = settings.secondary_wait_seconds
        self._per_minute: dict[Resource, int] = {
            "core": settings.rest_points_per_minute,
            "graphql": settings.graphql_points_per_minute,
        }
        self._allowances: dict[tuple[str, Resource], Allowance] = {}
        self._secondary_in_a_row: dict[str, int] = defaultdict(int)
        self._announced: dict[tuple[str, Resource], float] = {}
        self._lock = threading.Lock()

    def turn(self, credentials: Sequence[Credential], resource: Resource, now: float) -> Turn:
        """Return the credential that can go first, and of those the one that has most left."""
        with self._lock:
            allowances = {each: self._allowance(each.name, resource) for each in credentials}
            waits = {each: allowances[each].wait_seconds(self._reserve, now) for each in credentials}
            chosen = min(
                credentials, key=lambda each: (waits[each], -allowances[each].left(self._reserve, now))
            )
            if not waits[chosen]:
                allowances[chosen].take(now)
                return Turn(chosen, 0.0)
            until = now + waits[chosen]
            is_new = until > self._announced.get((chosen.name, resource), 0.0) + 1
            if is_new:
                self._announced[chosen.name, resource] = until
            return Turn(chosen, waits[chosen], is_new)

    def give_back(self, credential: Credential, resource: Resource) -> None:
        """Count the end of a request."""
        with self._lock:
            self._allowance(credential.name, resource).give_back()

    def learn(self, credential: Credential, resource: Resource, stated: Limit, now: float) -> None:
        """Take what an answer says about the limit; raise where the reserve leaves nothing of it."""
        with self._lock:
            self._allowance(credential.name, resource).learn(stated, now)
        if 0 < stated.limit <= self._reserve:
            message = (
                f"The setting rate_limit_reserve ({self._reserve}) leaves nothing of the limit of "
                f"{stated.limit} points ({resource}) of {credential.name}: choose a smaller one."
            )
            raise ConfigurationError(message)

    def block(self, credential: Credential, resource: Resource | None, seconds: float, now: float) -> None:
        """Let no request go for a while: to one resource, or (None) to any."""
        until = now + min(seconds, LONGEST_WAIT_SECONDS)
        with self._lock:
            for each in RESOURCES if resource is None else (resource,):
                allowance = self._allowance(credential.name, each)
                allowance.blocked_until = max(allowance.blocked_until, until)

    def block_secondary(self, credential: Credential, jitter: float, sent_at: float, now: float) -> None:
        """Wait longer with each secondary limit in a row; answers to what was sent before count once.

        `jitter` is from 0 to 1 and adds as much of half the wait.
        """
        with self._lock:
            is_known = sent_at < self._allowance(credential.name, "core").blocked_until
            if not is_known:
                self._secondary_in_a_row[credential.name] += 1
            times = max(self._secondary_in_a_row[credential.name], 1)
        seconds = self._secondary_seconds * 2 ** min(times - 1, 10) * (1 + jitter / 2)
        self.block(credential, None, min(seconds, LONGEST_SECONDARY_SECONDS), now)

    def succeeded(self, credential: Credential) -> None:
        """End a row of secondary limits."""
        with self._lock:
            self._secondary_in_a_row.pop(credential.name, None)

    def _allowance(self, name: str, resource: Resource) -> Allowance:
        key = (name, resource)
        if key not in self._allowances:
            self._allowances[key] = Allowance(self._per_minute[resource])
        return self._allowances[key]
