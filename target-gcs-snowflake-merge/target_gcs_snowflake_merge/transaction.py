"""A transaction that is never left idle for so long that Snowflake may have ended it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import RetryableLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from target_gcs_snowflake_merge.errors import LoaderError
    from target_gcs_snowflake_merge.warehouse import Answer, Session

MOST_IDLE_SECONDS = 240.0  # after 300 Snowflake rolls back one that holds up another


class Transaction:
    """An open transaction of a session.

    Of one that was rolled back for its idleness, as that of a machine that slept, nobody is told: the next
    statement commits by itself, and COMMIT succeeds over nothing. Who slept while a statement ran finds its
    answer on waking, and cannot tell that from a statement that took long, as behind a lock. So when much
    time has passed between two answers, Snowflake is asked what is open: nothing, where the rows are lost.
    """

    def __init__(self, session: Session, clock: Callable[[], float] = time.time) -> None:
        """Begin it; the clock is one that goes on while the machine sleeps."""
        self._session = session
        self._clock = clock
        session.execute(sql.BEGIN)
        self._answered_at = clock()

    def execute(
        self, statement: str, bound: Sequence[str] = (), *, lost: type[LoaderError] = RetryableLoadError
    ) -> Answer:
        """Run a statement in it; raise `RetryableLoadError` where it may be gone by now, LOST where it is."""
        answer, silent = self._answer(statement, bound)
        if silent > MOST_IDLE_SECONDS and self.execute(sql.CURRENT_TRANSACTION).rows == [(None,)]:
            message = f"A transaction is gone behind a statement that took {silent:.0f} s"
            raise lost(message)
        return answer

    def commit(self) -> bool:
        """Commit it; tell whether that took so long that it may have been gone by then."""
        _, silent = self._answer(sql.COMMIT)
        return silent > MOST_IDLE_SECONDS

    def _answer(self, statement: str, bound: Sequence[str] = ()) -> tuple[Answer, float]:
        """Return an answer, and for how many seconds there was none."""
        idle = self._clock() - self._answered_at
        if idle > MOST_IDLE_SECONDS:
            message = f"A transaction was idle for {idle:.0f} s, and Snowflake may have ended it"
            raise RetryableLoadError(message)
        answer = self._session.execute(statement, bound)
        answered_at = self._clock()
        silent, self._answered_at = answered_at - self._answered_at, answered_at
        return answer, silent
