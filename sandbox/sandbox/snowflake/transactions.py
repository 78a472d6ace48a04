"""Gap: transactions as Snowflake has them, on DuckDB's.

- Snowflake reads what is committed at the start of each statement, DuckDB at the start of the
  transaction. So DuckDB's transaction begins with the first statement that writes, not with BEGIN.
- A statement that defines something commits what is open, then commits itself.
- CURRENT_TRANSACTION() tells what is open.
- What two sessions write to one table is put in a row by `table_locks`; what DuckDB still reports as a
  conflict is tried again, except in the midst of a transaction.

Not closed: after a statement failed at run time, DuckDB has lost the whole transaction, where Snowflake
would have lost the statement only. COMMIT says so; DuckDB's own would roll back in silence.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

from sandbox.snowflake.table_locks import Mode, Owner, TableLocks
from sandbox.snowflake.temporary_tables import CATALOG as TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot import Expr

ATTEMPTS = 8
PAUSE_SECONDS = 0.02
DEFINING = (exp.Alter, exp.Comment, exp.Create, exp.Drop, exp.TruncateTable)
CHANGING = (exp.Delete, exp.Merge, exp.Update)


@dataclass(frozen=True)
class Effect:
    """What a statement does, and to which tables; a statement that only reads has no mode."""

    mode: Mode | None
    tables: frozenset[str] = frozenset()


def effect_of(statement: Expr, database: str | None, schema: str | None) -> Effect:
    """Return what a statement does, before fakesnow rewrites it."""
    mode = _mode(statement)
    if mode is None:
        return Effect(None)
    named = (_key(table, database, schema) for table in _targets(statement))
    return Effect(mode, frozenset(key for key in named if key))


def _mode(statement: Expr) -> Mode | None:
    if isinstance(statement, CHANGING):
        return Mode.CHANGE
    if isinstance(statement, exp.Insert):
        return Mode.CHANGE if statement.args.get("overwrite") else Mode.APPEND
    if isinstance(statement, exp.Copy) and not isinstance(statement.this, exp.Var):
        return Mode.APPEND
    if isinstance(statement, DEFINING) and str(statement.args.get("kind")).upper() != "SESSION":
        return Mode.DEFINE
    return None


def _targets(statement: Expr) -> list[exp.Table]:
    if isinstance(statement, exp.TruncateTable):
        named = statement.expressions
    elif isinstance(statement, exp.Drop):
        named = statement.args.get("tables") or [statement.this]
    elif isinstance(statement, exp.Alter):
        named = [statement.this, *(action.this for action in statement.args["actions"])]
    else:
        named = [statement.this]
    tables = [one.this if isinstance(one, exp.Schema) else one for one in named]
    return [table for table in tables if isinstance(table, exp.Table)]


def _key(table: exp.Table, database: str | None, schema: str | None) -> str | None:
    if table.catalog == TEMPORARY:
        return None  # nobody else can see it
    return ".".join((table.catalog or database or "", table.db or schema or "", table.name)).upper()


class Transaction:
    """What is open in one session."""

    def __init__(
        self, duck: duckdb.DuckDBPyConnection, locks: TableLocks, owner: Owner, *, autocommit: bool
    ) -> None:
        """Begin with nothing open."""
        self._duck = duck
        self._locks = locks
        self._owner = owner
        self._has_begun = False
        self.autocommit = autocommit
        self.id: str | None = None

    def begin(self) -> None:
        """Open a transaction; where one is open, nothing happens."""
        self.id = self.id or str(time.time_ns())

    def tell_id(self, statement: Expr) -> None:
        """Put the number of the open transaction, or NULL, where a statement asks for it."""
        for function in list(statement.find_all(exp.CurrentTransaction)):
            function.replace(exp.convert(self.id))

    def commit(self) -> None:
        """Keep what the transaction did."""
        try:
            if self._has_begun:
                self._duck.execute("SELECT 1")  # fails where the transaction is lost
                self._duck.commit()
        except duckdb.TransactionException:
            self.rollback()
            raise
        finally:
            self._end()

    def rollback(self) -> None:
        """Undo what the transaction did."""
        try:
            if self._has_begun:
                self._has_begun = False
                self._duck.rollback()
        finally:
            self._end()

    def _end(self) -> None:
        self._has_begun, self.id = False, None
        self._locks.release(self._owner)

    def run(self, effect: Effect, work: Callable[[], None]) -> None:
        """Do the work of one statement, in the open transaction or in one of its own."""
        if effect.mode is None:
            work()
        elif effect.mode is Mode.DEFINE:
            self.commit()
            self._alone(effect, effect.mode, work)
        elif self.id or not self.autocommit:
            self.begin()
            self._locks.acquire(self._owner, effect.tables, effect.mode)
            if not self._has_begun:
                self._duck.begin()
                self._has_begun = True
            work()
        else:
            self._alone(effect, effect.mode, self._whole(work))

    def _whole(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return the work as one transaction of DuckDB: some statements here are several there."""

        def whole() -> None:
            self._duck.begin()
            try:
                work()
            except BaseException:
                self._duck.rollback()
                raise
            self._duck.commit()

        return whole

    def _alone(self, effect: Effect, mode: Mode, work: Callable[[], None]) -> None:
        self._locks.acquire(self._owner, effect.tables, mode)
        try:
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    work()
                except duckdb.TransactionException:
                    if attempt == ATTEMPTS:
                        raise
                    time.sleep(PAUSE_SECONDS * attempt * random.uniform(0.5, 1.5))  # noqa: S311 - jitter
                else:
                    return
        finally:
            self._locks.release(self._owner)
