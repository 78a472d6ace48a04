"""What is known of the host: whether it was ever reached, is an API, has been well lately."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING

from tap_github_custom.client.verdict import SERVER_ERROR, content_type, server_time
from tap_github_custom.errors import (
    ConfigurationError,
    GraphQLTooLargeError,
    RepositoryError,
    UnreachableError,
)

if TYPE_CHECKING:
    from tap_github_custom.client.answer import Reply
    from tap_github_custom.client.verdict import Failed
    from tap_github_custom.errors import GitHubError


class Health:
    """Watches the answers; tells a host that is down from one question that fails."""

    def __init__(self, api_url: str, outage_seconds: float) -> None:
        """Begin with the benefit of the doubt."""
        self._api_url = api_url
        self._outage_seconds = outage_seconds
        self._is_an_api = False
        self._bad_since: float | None = None
        self.is_reached = False
        self.ahead_seconds = inf
        """How far our clock is ahead of GitHub's: no more than this, by all answers so far."""

    def saw(self, reply: Reply) -> None:
        """Take note of an answer."""
        self.is_reached = True
        self.ahead_seconds = min(self.ahead_seconds, max(time.time() - server_time(reply.headers), 0.0))
        self._is_an_api = self._is_an_api or "json" in content_type(reply)
        if reply.status < SERVER_ERROR:
            self._bad_since = None
        else:
            self.missed()

    def missed(self) -> None:
        """Take note of an answer that did not come, or was a bad one.

        An outage begins with the first of them: before, nobody may have asked for a while.
        """
        if self._bad_since is None:
            self._bad_since = time.monotonic()

    def pause(self, seconds: float) -> None:
        """Leave the wait for a limit out of an outage: nobody has asked."""
        if (bad_since := self._bad_since) is not None:
            self._bad_since = min(bad_since + seconds, time.monotonic())

    def why_given_up(self, failed: Failed, failures: int, url: str) -> GitHubError:
        """Return what is true after the last attempt: of the host as a whole, or of this question."""
        if not self.is_reached:
            return UnreachableError(f"{failed.reason}; check api_url, the network and the proxy.")
        if 0 < failed.status < SERVER_ERROR and not self._is_an_api and not failed.is_heavy:
            return ConfigurationError(
                f"{failed.reason}: api_url ({self._api_url}) is not that of an API; GitHub Enterprise "
                "Server's ends in /api/v3."
            )
        if failed.is_heavy:  # whether all of GitHub is down, REST will tell
            return GraphQLTooLargeError(failed.reason)
        bad_since = self._bad_since
        if bad_since is not None and (silent_seconds := time.monotonic() - bad_since) >= self._outage_seconds:
            return UnreachableError(
                f"GitHub has given no good answer for {silent_seconds:.0f} s: {failed.reason}."
            )
        return RepositoryError(failed.status, f"{failed.reason}, {failures} times in a row", url)
