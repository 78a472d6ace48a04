"""How much of GraphQL's answers one query may ask for, as long as GraphQL is worth asking."""

from __future__ import annotations

import threading

MAX_FAILED_IN_A_ROW = 3  # of queries for a single thing


class QuerySize:
    """How much a query asks for: halved for good when GitHub gives up on one.

    0: GraphQL has failed after all its retries, or at single ones in a row, and is not asked again.
    """

    def __init__(self, value: int) -> None:
        """Begin with what usually works; 0: there is no GraphQL."""
        self.value = value
        self._failed_in_a_row = 0
        self._lock = threading.Lock()

    def halve(self, tried: int) -> None:
        """Ask for at most half of what was TRIED from now on."""
        with self._lock:
            self._failed_in_a_row += tried == 1
            is_hopeful = self._failed_in_a_row < MAX_FAILED_IN_A_ROW
            self.value = min(self.value, max(1, tried // 2)) if is_hopeful else 0

    def succeeded(self) -> None:
        """Note that a query was answered."""
        self._failed_in_a_row = 0

    def give_up(self) -> None:
        """Ask no more."""
        with self._lock:
            self.value = 0
