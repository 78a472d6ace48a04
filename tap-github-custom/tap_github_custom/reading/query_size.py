"""How much of GraphQL's answers one query may ask for, as long as GraphQL is worth asking."""

from __future__ import annotations

import logging
import threading
import time
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_github_custom.errors import GraphQLError
    from tap_github_custom.reading.source import Source

MAX_FAILED_IN_A_ROW = 3  # of queries for a single thing
CAUTION_SECONDS = 300.0

logger = logging.getLogger("tap-github-custom")


class QuerySize:
    """How much a query asks for: halved when GitHub gives up on one; some minutes later as much as usual.

    A question that is too large fails as GitHub does in a bad moment, which must not cost a whole run.
    """

    def __init__(self, usual: int, caution_seconds: float = CAUTION_SECONDS) -> None:
        """Begin with what usually works; 0: there is no GraphQL."""
        self._usual = usual
        self._value = usual
        self._caution_seconds = caution_seconds
        self._cautious_until = -inf
        self._failed_in_a_row = 0
        self._lock = threading.Lock()

    @property
    def value(self) -> int:
        """Return how much to ask for; 0: GraphQL has failed after all retries, and is not asked now."""
        with self._lock:
            if time.monotonic() >= self._cautious_until:
                self._value, self._failed_in_a_row = self._usual, 0
            return self._value

    def halve(self, tried: int) -> None:
        """Ask for at most half of what was TRIED from now on; for nothing where single things fail."""
        with self._lock:
            self._failed_in_a_row += tried == 1
            is_hopeful = self._failed_in_a_row < MAX_FAILED_IN_A_ROW
            self._limit(max(1, tried // 2) if is_hopeful else 0)

    def succeeded(self) -> None:
        """Note that a query was answered."""
        self._failed_in_a_row = 0

    def failed(self, source: Source, error: GraphQLError, about: str) -> None:
        """Ask for nothing from now on; but if GraphQL turns one organisation away, others may have it."""
        if source.has_graphql:
            text = "GraphQL is not asked for %s in the next %.0f minutes (%s): REST is"
            logger.warning(text, about, self._caution_seconds / 60, error)
            with self._lock:
                self._limit(0)

    def _limit(self, value: int) -> None:
        self._value = min(self._value, value)
        self._cautious_until = time.monotonic() + self._caution_seconds
