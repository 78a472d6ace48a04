"""How many comments on the code a pull request has, which GraphQL does not say in so many words.

`totalCommentsCount` is documented as "how many comments this pull request has received": the conversation,
the comments on the code and, as GitHub's own pages count, perhaps the texts of reviews. Which of them is
found out by comparing a few pull requests with their REST answers. What is found out is kept in the state.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        self._settled = settled if settled in {*READINGS, UNKNOWN} else None
        self._scores = dict.fromkeys(READINGS, 0)
        self._lock = threading.Lock()

    @property
    def settled(self) -> str | None:
        """Return the reading that has been confirmed, `unknown` where there is none, None before."""
        with self._lock:
            return self._settled

    def count(self, node: Json, reviews: list[Json], ask: Callable[[], int | None]) -> int | None:
        """Return the number for a pull request of GraphQL with all its reviews; ASK gives REST's answer."""
        if node.get("totalCommentsCount") is None:
            return ask()
        with self._lock:
            settled = self._settled
            if settled is None:  # one at a time: what is found out for one, the next need not ask for
                return self._compared(node, reviews, ask)
        value = READINGS[settled](node, reviews) if settled in READINGS else -1
        return value if value >= 0 else ask()

    def _compared(self, node: Json, reviews: list[Json], ask: Callable[[], int | None]) -> int | None:
        """Return the number as REST tells it, if it is still needed, and learn from it."""
        values = {name: reading(node, reviews) for name, reading in READINGS.items()}
        agreed = next(iter(values.values())) if len(set(values.values())) == 1 else -1
        if agreed == 0 or (agreed > 0 and max(self._scores.values()) >= CONFIRMATIONS):
            return agreed
        truth = ask()
        if truth is not None:
            self._learn(values, truth)
        return truth

    def _learn(self, values: Mapping[str, int], truth: int) -> None:
        """Settle where one reading was right often enough, and more often than any other, or where none is.

        One comparison proves nothing, in either direction: somebody may have commented between the answer of
        GraphQL and that of REST.
        """
        for name, value in values.items():
            self._scores[name] += 1 if value == truth else -1
        *_, second, best = sorted(self._scores, key=lambda name: self._scores[name])
        score, lead = self._scores[best], self._scores[best] - self._scores[second]
        if score <= -CONFIRMATIONS:
            self._settled = UNKNOWN
        elif score >= CONFIRMATIONS and lead >= 2 * CONFIRMATIONS:  # each comparison parts them by two
            self._settled = best
