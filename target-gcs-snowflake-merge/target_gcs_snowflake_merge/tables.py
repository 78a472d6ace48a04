"""The tables of the schema: made, changed, exchanged, dropped by DDL, which commits by itself."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import (
    FatalLoadError,
    LoaderError,
    MissingObjectError,
    RetryableLoadError,
)
from target_gcs_snowflake_merge.layout import Catalog
from target_gcs_snowflake_merge.staging import staging_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from target_gcs_snowflake_merge.retry import Patience
    from target_gcs_snowflake_merge.schema import ColumnType
    from target_gcs_snowflake_merge.warehouse import Answer, Warehouse

logger = logging.getLogger("target-gcs-snowflake-merge")


class Tables:
    """The tables beside the ledger."""

    def __init__(self, ledger: sql.Table, warehouse: Warehouse, patience: Patience) -> None:
        """Take what it works with; nothing is changed yet."""
        self._ledger = ledger
        self._warehouse = warehouse
        self._patience = patience

    def named(self, name: str) -> sql.Table:
        """Return a table of the schema."""
        return self._ledger.sibling(name)

    def new_staging(self) -> sql.Table:
        """Return a table that nobody else knows; its name tells when it was thought of."""
        return self.named(staging_name(dt.datetime.now(dt.UTC)))

    def change(self, statements: Sequence[str]) -> list[Answer]:
        """Run statements that commit by themselves; each may be sent twice, and the last answer counts."""
        return [
            self._patience.run("prepare a table", partial(self._execute, statement))
            for statement in statements
        ]

    def require(self, table: sql.Table, wanted: Mapping[str, ColumnType]) -> None:
        """Make sure that DDL left a table as it was planned: another run may have been there first.

        `IF NOT EXISTS` says nothing of it, and MERGE would round 5.25 to fit.
        """
        there = self._columns(table)
        missing = [name for name in wanted if name not in there]
        if missing:
            self.change([sql.add_column(table, name, wanted[name].sql) for name in missing])
            there = self._columns(table)
        for name, kind in wanted.items():
            current = there.get(name)
            if current is None or not current.holds(kind):
                message = f"Another run has changed {table}: no column {name} for {kind.sql}. Run again."
                raise FatalLoadError(message)

    def _columns(self, table: sql.Table) -> Mapping[str, ColumnType | None]:
        statement = sql.list_columns(table.database, table.schema, table.name)
        rows = self._patience.run("check a table", partial(self._execute, statement)).rows
        return Catalog.from_rows(rows).tables.get(table.name, {})

    def begin_replacement(self, model: sql.Table) -> sql.Table:
        """Make an empty table like another, for a stream that replaces its table.

        Each attempt has a name of its own: one before it that still runs would empty the table again.
        """
        begun: list[sql.Table] = []

        def create(_attempt: int) -> None:
            begun.append(self.new_staging())
            self._warehouse.session.execute(sql.create_table_like(begun[-1], model))

        is_made = False
        try:
            self._patience.run("prepare a table", create)
            is_made = True
        finally:
            for table in begun[:-1] if is_made else begun:
                self.drop(table)
        return begun[-1]

    def replace(self, target: sql.Table, replacement: sql.Table) -> None:
        """Put a complete table in the place of the old one, at once."""
        what = f"replace {target.name}"
        written = self._patience.run(what, lambda _: self._newest_row(replacement))
        names = [replacement]
        try:
            self._patience.run(what, partial(self._swap, target, names, written))
        finally:
            for name in names[1:]:
                self.drop(name)

    def drop(self, table: sql.Table) -> None:
        """Drop a staging table; one that stays is swept by a later run."""
        try:
            self._patience.briefly.run("drop a staging table", partial(self._execute, sql.drop_table(table)))
        except LoaderError as error:
            logger.warning("The staging table %s is left behind: %s", table, error)

    def _swap(self, target: sql.Table, names: list[sql.Table], written: object, attempt: int) -> None:
        """Exchange the tables, unless an earlier attempt has done it unseen: then the old rows lie there.

        One that still runs would undo the exchange: it finds nothing under the name that it knows. Nobody
        else knows any of the names, while another run may have written to the target since.
        """
        if attempt:
            self._rename(names)
            if self._newest_row(names[-1]) != written:
                return
        self._warehouse.session.execute(sql.swap_tables(target, names[-1]))

    def _rename(self, names: list[sql.Table]) -> None:
        """Give a table a name more; an earlier attempt may have given it each of those it has."""
        *known, new = [*names, self.new_staging()]
        names.append(new)
        for name in reversed(known):
            with contextlib.suppress(MissingObjectError):
                self._warehouse.session.execute(sql.rename_table(name, new))
                return
        message = f"A table has just been given another name than {names[0]}"
        raise RetryableLoadError(message)

    def _newest_row(self, table: sql.Table) -> object:
        return self._warehouse.session.execute(sql.newest_row(table)).rows[0][0]

    def _execute(self, statement: str, _attempt: int) -> Answer:
        return self._warehouse.session.execute(statement)
