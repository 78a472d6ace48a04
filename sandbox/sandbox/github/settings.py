"""How the stand-in for GitHub behaves."""

from __future__ import annotations

from dataclasses import dataclass

TOKEN = "sandbox-token"  # noqa: S105 - a secret of nobody: it opens the sandbox
POINTS_PER_HOUR = 15_000  # what an app of an Enterprise Cloud organisation may spend
GRAPHQL_MAX_NODES = 500_000  # beyond it GitHub refuses a query anyhow

SECONDARY_LIMIT = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach "
    "out to GitHub Support for help, please include the request ID."
)
LIMITS_URL = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"


@dataclass(frozen=True)
class Settings:
    """What a test can ask for.

    Everyone who shows the token has `points_per_hour` in each window of `window_seconds`; everyone else is an
    anonymous client with `anonymous_points_per_hour`. `graphql=False` answers 404 at /graphql; a query that
    may bring more than `graphql_max_nodes` nodes times out (502, HTML). Every answer comes `latency_ms`
    later. More than `max_concurrent` requests at once meet the secondary limit, and so do more than
    `max_requests_per_burst` (0: any number) within `burst_seconds`. `limited=False` counts
    nothing, as most Enterprise Servers do: no headers say what is left, /rate_limit is 404, GraphQL's
    `rateLimit` is null. `port` is used where it is free.
    """

    token: str = TOKEN
    points_per_hour: int = POINTS_PER_HOUR
    anonymous_points_per_hour: int = 60
    window_seconds: int = 3600
    graphql: bool = True
    graphql_max_nodes: int = GRAPHQL_MAX_NODES
    latency_ms: int = 0
    port: int = 0
    max_concurrent: int = 100
    max_requests_per_burst: int = 0
    burst_seconds: int = 60
    limited: bool = True
