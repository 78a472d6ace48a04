"""Points: how many a credential may spend in a window, and how many are left."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.github.settings import Settings
    from sandbox.github.tokens import Grant

GRAPHQL_POINTS = 5_000


@dataclass
class Allowance:
    """The points of one credential for one resource; the window begins with its first request."""

    resource: str
    limit: int
    window_seconds: int
    used: int = 0
    reset: int = 0

    @property
    def remaining(self) -> int:
        """Return the points that are left in this window."""
        return max(self.limit - self.used, 0)

    def renew(self, now: float) -> None:
        """Begin a new window where the old one is over."""
        if now >= self.reset:
            self.used = 0
            self.reset = int(now) + self.window_seconds

    def headers(self) -> dict[str, str]:
        """Return what every answer says about the allowance."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
            "x-ratelimit-used": str(min(self.used, self.limit)),
            "x-ratelimit-resource": self.resource,
        }

    def overview(self) -> dict[str, int | str]:
        """Return the allowance as `GET /rate_limit` shows it."""
        return {
            "limit": self.limit,
            "used": min(self.used, self.limit),
            "remaining": self.remaining,
            "reset": self.reset,
            "resource": self.resource,
        }


class Limits:
    """The allowances of everyone who came by."""

    def __init__(self, settings: Settings) -> None:
        """Grant the points of REST that are set to every token of which nothing else is said."""
        self._settings = settings
        self._allowances: dict[tuple[str, str], Allowance] = {}

    def burst(self, grant: Grant) -> Allowance:
        """Return how many requests may still come in a short time."""
        most, seconds = self._settings.max_requests_per_burst, self._settings.burst_seconds
        return self._current(grant, "burst", most or sys.maxsize, seconds)

    def allowance(self, grant: Grant, resource: str) -> Allowance:
        """Return the current window of who pays."""
        return self._current(grant, resource, self._limit(grant, resource), self._settings.window_seconds)

    def _current(self, grant: Grant, resource: str, limit: int, seconds: int) -> Allowance:
        key = (grant.payer, resource)
        allowance = self._allowances.setdefault(key, Allowance(resource, limit, seconds))
        allowance.limit = limit
        allowance.renew(time.time())
        return allowance

    def _limit(self, grant: Grant, resource: str) -> int:
        if not grant.payer:
            return self._settings.anonymous_points_per_hour if resource == "core" else 0
        if resource == "graphql":
            asked = grant.graphql_points_per_hour
            return GRAPHQL_POINTS if asked is None else asked
        return self._settings.points_per_hour if grant.points_per_hour is None else grant.points_per_hour
