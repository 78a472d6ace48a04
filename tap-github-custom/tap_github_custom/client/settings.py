"""How the client behaves: the settings of a run that concern HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

PUBLIC_API_URL = "https://api.github.com"
USER_AGENT = f"tap-github-custom/{version('tap-github-custom')}"


@dataclass(frozen=True)
class ClientSettings:
    """What a user may say about requests; the defaults suit GitHub.com and GitHub Enterprise Server."""

    api_url: str = PUBLIC_API_URL
    user_agent: str = USER_AGENT
    timeout_seconds: float = 60.0
    """Seconds without a byte after which an answer counts as lost."""
    concurrency: int = 8
    """Requests in flight at once, in all."""
    max_requests: int | None = None
    """Requests that the run may send, retries included; None is no budget."""
    rate_limit_reserve: int = 0
    """Points of each limit that are left for others."""
    retry_seconds: float = 120.0
    """Seconds for which one request is tried again after timeouts, resets and answers of 5xx."""
    outage_seconds: float = 600.0
    """Seconds of bad answers only after which the run ends, instead of skipping what cannot be read."""
    secondary_wait_seconds: float = 60.0
    """First wait after a secondary limit; it doubles each time."""
    rest_points_per_minute: int = 900
    """GitHub's secondary limit for REST, for each credential; 0 is none (GitHub Enterprise Server)."""
    graphql_points_per_minute: int = 2_000
    """GitHub's secondary limit for GraphQL, for each credential; 0 is none."""
