"""The one limiter of the tap: which credential may send the next request, and when."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import inf
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


@dataclass
class _Row:
    """The secondary limits in a row of one credential; moments are of the monotonic clock.

    Of requests under way at once some are answered, some refused, in any order: neither a success nor a
    refusal of what was sent before the last refusal came says anything new. And a success ends the row only
    for what is sent after it: what was under way beside it is of the same rush.
    """

    refusals: int = 0
    refused_at: float = -inf
    succeeded_at: float = inf

    def refuse(self, sent_at: float, now: float) -> None:
        """Count a refusal."""
        if sent_at < self.refused_at:
            return
        self.refusals = 1 if sent_at >= self.succeeded_at else self.refusals + 1
        self.refused_at, self.succeeded_at = now, inf

    def succeed(self, sent_at: float, now: float) -> None:
        """Take note of a success."""
        if sent_at >= self.refused_at:
            self.succeeded_at = min(self.succeeded_at, now)


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
        self._rows: dict[str, _Row] = {}
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
            row = self._rows.setdefault(credential.name, _Row())
            row.refuse(sent_at, now)
            doublings = min(row.refusals - 1, 10)
        seconds = self._secondary_seconds * 2**doublings * (1 + jitter / 2)
        self.block(credential, None, min(seconds, LONGEST_SECONDARY_SECONDS), now)

    def succeeded(self, credential: Credential, sent_at: float, now: float) -> None:
        """Take note of a success, which ends a row of secondary limits for what is sent from now on."""
        with self._lock:
            if credential.name in self._rows:
                self._rows[credential.name].succeed(sent_at, now)

    def _allowance(self, name: str, resource: Resource) -> Allowance:
        key = (name, resource)
        if key not in self._allowances:
            self._allowances[key] = Allowance(self._per_minute[resource])
        return self._allowances[key]
