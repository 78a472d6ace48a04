"""Gap: Snowflake lets a second writer wait for the first; DuckDB fails the second.

What waits for what is as on Snowflake: UPDATE, DELETE and MERGE on one table wait for each other until
the transaction ends, INSERT and COPY INTO only add and wait for none of them; statements that define a
table wait for all, and all wait for them.
"""

from __future__ import annotations

import threading
import time
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from snowflake.connector.errors import ProgrammingError

if TYPE_CHECKING:
    from collections.abc import Iterable

CHECK_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 120.0
MOST_WAITERS = 20
LOCKED = (
    "Another statement has locked table '{table}' in a transaction and this lock has not yet been released. "
    "Your statement was aborted because {reason}."
)


class Mode(Enum):
    """What a statement does to a table."""

    APPEND = "append"
    CHANGE = "change"
    DEFINE = "define"

    def excludes(self, other: Mode) -> bool:
        """Tell whether two sessions can not have these two at a time."""
        return Mode.DEFINE in {self, other} or (self is Mode.CHANGE and other is Mode.CHANGE)


class Owner(Protocol):
    """Who may hold locks: a session."""

    def is_gone(self) -> bool:
        """Tell whether its client has gone away."""

    def abandon(self) -> None:
        """Roll back what its client left open."""


class TableLocks:
    """Which session holds which table, and how."""

    def __init__(self, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        """Let a statement wait so long before it is aborted."""
        self._changed = threading.Condition()
        self._held: dict[str, dict[Owner, Mode]] = {}
        self._waiting: dict[str, int] = {}
        self._longest_wait_seconds = longest_wait_seconds

    def acquire(self, owner: Owner, tables: Iterable[str], mode: Mode) -> None:
        """Wait until the tables are free for this use; what the owner holds already, it keeps."""
        for table in sorted(tables):
            self._acquire(owner, table, mode)

    def _acquire(self, owner: Owner, table: str, mode: Mode) -> None:
        deadline = time.monotonic() + self._longest_wait_seconds
        with self._changed:
            holders = self._held.setdefault(table, {})
            if self._blockers(owner, table, mode) and self._waiting.get(table, 0) >= MOST_WAITERS:
                raise _locked(table, f"the number of waiters for this lock exceeds the {MOST_WAITERS} limit")
            self._waiting[table] = self._waiting.get(table, 0) + 1
            try:
                while blockers := self._blockers(owner, table, mode):
                    if time.monotonic() > deadline:
                        raise _locked(table, f"it waited {self._longest_wait_seconds:.0f} seconds")
                    for blocker in blockers:
                        if blocker.is_gone():
                            self._drop(blocker)
                            blocker.abandon()
                    self._changed.wait(CHECK_SECONDS)
            finally:
                self._waiting[table] -= 1
            holders = self._held.setdefault(table, {})
            if holders.get(owner) in {None, Mode.APPEND} or mode is Mode.DEFINE:
                holders[owner] = mode

    def release(self, owner: Owner) -> None:
        """Give up everything that the owner holds."""
        with self._changed:
            self._drop(owner)
            self._changed.notify_all()

    def _drop(self, owner: Owner) -> None:
        for holders in self._held.values():
            holders.pop(owner, None)

    def _blockers(self, owner: Owner, table: str, mode: Mode) -> list[Owner]:
        held = self._held.setdefault(table, {})
        return [other for other, how in held.items() if other is not owner and how.excludes(mode)]


def _locked(table: str, reason: str) -> ProgrammingError:
    message = LOCKED.format(table=table, reason=reason)
    return ProgrammingError(msg=message, errno=625, sqlstate="57014")
