"""How many comments on the code a pull request has, which GraphQL does not say in so many words.

`totalCommentsCount` is documented as "how many comments this pull request has received": the conversation,
the comments on the code and, as GitHub's own pages count, perhaps the texts of reviews. Which of them is
found out by comparing a few pull requests with their REST answers. What is found out is kept in the state.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_github_custom.repository import Json

CONFIRMATIONS = 2
UNKNOWN = "unknown"


def _without_conversation(node: Json, reviews: list[Json]) -> int:
    del reviews
    return int(node["totalCommentsCount"] - node["comments"]["totalCount"])


def _without_review_texts(node: Json, reviews: list[Json]) -> int:
    return _without_conversation(node, reviews) - sum(1 for review in reviews if review.get("body"))


READINGS: dict[str, Callable[[Json, list[Json]], int]] = {
    "all but the conversation": _without_conversation,
    "all but the conversation and the texts of reviews": _without_review_texts,
}


class ReviewComments:
    """Settles on one reading of `totalCommentsCount`, or on none. Safe to use from any thread."""

    def __init__(self, settled: str | None = None) -> None:
        """Take what an earlier run has settled on."""
        self._possible = [settled] if settled in READINGS else ([] if settled == UNKNOWN else list(READINGS))
        self._confirmed = CONFIRMATIONS if settled else 0
        self._lock = threading.Lock()

    @property
    def settled(self) -> str | None:
        """Return the reading that has been confirmed, `unknown` where there is none, None before."""
        with self._lock:
            if not self._possible:
                return UNKNOWN
            is_confirmed = len(self._possible) == 1 and self._confirmed >= CONFIRMATIONS
            return self._possible[0] if is_confirmed else None

    def count(self, node: Json, reviews: list[Json], ask: Callable[[], int | None]) -> int | None:
        """Return the number for a pull request of GraphQL with all its reviews; ASK gives REST's answer."""
        if node.get("totalCommentsCount") is None or self.settled == UNKNOWN:
            return ask()
        with self._lock:
            values = {name: READINGS[name](node, reviews) for name in self._possible}
            agreed = next(iter(values.values())) if len(set(values.values())) == 1 else None
            if agreed is not None and agreed >= 0 and (agreed == 0 or self._confirmed >= CONFIRMATIONS):
                return agreed
            truth = ask()
            if self._confirmed < CONFIRMATIONS or len(self._possible) > 1:
                self._possible = [name for name, value in values.items() if value == truth]
                self._confirmed += 1
            return truth
