"""A transaction that is never left idle for so long that Snowflake may have ended it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import RetryableLoadError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.warehouse import Answer, Session

MOST_IDLE_SECONDS = 240.0  # after 300 Snowflake rolls back one that holds up another


class Transaction:
    """An open transaction of a session.

    Of one that was rolled back for its idleness, as that of a machine that slept, nobody is told: the next
    statement commits by itself, and COMMIT succeeds over nothing.
    """

    def __init__(self, session: Session) -> None:
        """Begin it."""
        self._session = session
        session.execute(sql.BEGIN)
        self._answered_at = time.time()

    def execute(self, statement: str, bound: Sequence[str] = ()) -> Answer:
        """Run a statement in it; raise `RetryableLoadError` where it may be gone by now."""
        idle = time.time() - self._answered_at
        if idle > MOST_IDLE_SECONDS:
            message = f"A transaction was idle for {idle:.0f} s, and Snowflake may have ended it"
            raise RetryableLoadError(message)
        answer = self._session.execute(statement, bound)
        self._answered_at = time.time()
        return answer
