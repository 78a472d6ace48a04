"""The way of a batch into its table: upload, COPY, check, then MERGE with the ledger in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import (
    FatalLoadError,
    LoaderError,
    RetryableLoadError,
    SessionLostError,
)
from target_gcs_snowflake_merge.layout import Catalog
from target_gcs_snowflake_merge.naming import ROW_HASH, SUMMARY_TABLE
from target_gcs_snowflake_merge.outcome import Changes, Loaded, Staged
from target_gcs_snowflake_merge.provision import ledger_table, prepare_schema, prepare_stage, stage_name
from target_gcs_snowflake_merge.settings import APPEND_ONLY, MERGE
from target_gcs_snowflake_merge.staging import require_loaded, staging_columns
from target_gcs_snowflake_merge.summary import Tally, source_rows
from target_gcs_snowflake_merge.sweep import leftover_tables, sweep_objects
from target_gcs_snowflake_merge.tables import Tables
from target_gcs_snowflake_merge.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from target_gcs_snowflake_merge.batch import Batch, BatchFacts, Part
    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.retry import Patience
    from target_gcs_snowflake_merge.settings import Settings
    from target_gcs_snowflake_merge.storage import Lake
    from target_gcs_snowflake_merge.warehouse import Session, Warehouse

logger = logging.getLogger("target-gcs-snowflake-merge")


class Loader:
    """Brings batches into tables, exactly once."""

    def __init__(
        self, settings: Settings, lake: Lake, warehouse: Warehouse, patience: Patience, run_id: str
    ) -> None:
        """Take what it works with; nothing is read or written yet."""
        self._settings = settings
        self._lake = lake
        self._warehouse = warehouse
        self._patience = patience
        self._run_id = run_id
        self._ledger = ledger_table(settings)
        self._stage = stage_name(settings)
        self._below_stage = ""
        self._folders: set[str] = set()
        self._has_summary = False
        self.tables = Tables(self._ledger, warehouse, patience)
        self.catalog = Catalog()
        self.tally = Tally()

    def prepare(self) -> None:
        """Check what has to be there, make what may be made, and learn what the schema holds."""
        self._patience.run("look at the bucket", lambda _: self._lake.check())
        session = self._warehouse.session
        self.catalog = self._patience.run(
            "read the schema", lambda _: prepare_schema(self._settings, session)
        )
        self._has_summary = True
        self._below_stage = self._patience.run(
            "find the stage", lambda _: prepare_stage(self._settings, session)
        )
        self._sweep_tables()

    def _sweep_limit(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) - dt.timedelta(hours=self._settings.sweep_after_hours)

    def _sweep_tables(self) -> None:
        for name in leftover_tables(self.catalog.tables, self._sweep_limit()):
            logger.info("Sweeping %s, which a run left behind", name)
            self.tables.drop(self.tables.named(name))

    def sweep_objects(self) -> None:
        """Delete what runs that died have left in the folders of the lake that this run wrote to."""
        try:
            sweep_objects(
                self._lake, self._warehouse.session, self._ledger, self._folders, self._sweep_limit()
            )
        except LoaderError as error:
            logger.warning("Orphans in the lake are left for a later run: %s", error)

    def upload(self, batch: Batch) -> None:
        """Bring the files of a batch into the lake."""
        for part in batch.parts:
            self._patience.run(f"upload {part.name}", partial(self._upload, part))

    def load(self, batch: Batch, destination: Callable[[], sql.Table]) -> Loaded:
        """Bring a batch that lies in the lake into a table; DESTINATION is asked when it is its turn."""
        parts = batch.parts
        if not parts and not batch.complete_sets:
            return Loaded(batch.id)
        loaded = self.transfer(batch, parts, destination())
        self._folders.update(part.name.rsplit("/date=", 1)[0] for part in parts)
        batch.remove()
        return loaded

    def transfer(self, batch: BatchFacts, parts: Sequence[Part], target: sql.Table) -> Loaded:
        """Bring files that lie in the lake into a table, and enter the ledger."""
        stream = batch.layout.stream
        began = time.monotonic()
        stagings: list[sql.Table] = []
        try:
            staged = (
                self._patience.run(f"copy {stream}", lambda _: self._copy(batch, parts, stagings))
                if parts
                else None
            )
            entry = self._patience.run(
                f"merge {stream}", lambda attempt: self._commit(attempt, batch, parts, target, staged)
            )
        except LoaderError:
            for staging in stagings:
                self.tables.drop(staging)
            raise
        self.tally.committed(entry, parts, time.monotonic() - began)
        self._log(stream, entry)
        return Loaded(batch.id, tuple(stagings))

    def _log(self, stream: str, entry: sql.LedgerEntry) -> None:
        logger.info(
            "Loaded %s: %d records, %d inserted, %d updated, %d left alone, %d deleted",
            stream,
            entry.rows,
            entry.inserted,
            entry.updated,
            entry.unchanged,
            entry.deleted,
        )

    def activate_version(self, hold: str, stream: str, target: sql.Table, version: int) -> Loaded:
        """Mark or delete the rows that are not in a version of the table; no batch of the ledger has them."""
        hard = self._settings.hard_delete
        (answer,) = self.tables.change([sql.activate_version(target, version, self._run_id, hard=hard)])
        deleted = Changes().plus(answer).deleted
        self.tally.delete(stream, deleted)
        logger.info("Activated version %d of %s: %d rows of earlier ones deleted", version, stream, deleted)
        return Loaded(hold)

    def _upload(self, part: Part, _attempt: int) -> None:
        self._lake.upload(part.path, part.name)

    def _copy(self, batch: BatchFacts, parts: Sequence[Part], stagings: list[sql.Table]) -> Staged:
        """Copy into a staging table that nobody else knows: an earlier attempt may still be running.

        STAGINGS takes note of it, so that it is dropped whatever comes of it.
        """
        session = self._warehouse.session
        staging = self.tables.new_staging()
        stagings.append(staging)
        session.execute(sql.create_staging(staging, staging_columns(batch.layout)))
        ids: list[str] = []
        for first in range(0, len(parts), sql.MAX_FILES):
            some = parts[first : first + sql.MAX_FILES]
            names = [self._below_stage + part.name for part in some]
            answer = session.execute(sql.copy_into(staging, self._stage, names))
            require_loaded(answer, some)
            ids.append(answer.statement_id)
        return Staged(staging, tuple(ids))

    def _commit(
        self, attempt: int, batch: BatchFacts, parts: Sequence[Part], target: sql.Table, staged: Staged | None
    ) -> sql.LedgerEntry:
        """Merge and enter the ledger in one transaction; an earlier attempt may have committed unseen.

        Then the ledger is asked twice: before the work is done again, and again behind the lock that the
        MERGE takes, behind which an earlier attempt can no longer commit. So a row of the ledger that may be
        there without the rows it tells of ends the run.
        """
        session = self._warehouse.session
        if attempt and (changes := self._committed(session, batch)):
            return self._entry(batch, parts, target, changes)
        transaction = Transaction(session)
        try:
            changes = Changes(statement_ids=staged.copy_ids if staged else ())
            for statement in self._transfer(batch, target, staged):
                changes = changes.plus(transaction.execute(statement))
            if attempt and (earlier := self._committed(session, batch)):
                session.execute(sql.ROLLBACK)
                return self._entry(batch, parts, target, earlier)
            entry = self._entry(batch, parts, target, changes)
            insert, bound = sql.insert_ledger(self._ledger, entry), sql.bound_to_ledger(entry)
            transaction.execute(insert, bound, lost=FatalLoadError)
            if transaction.commit() and not self._committed(session, batch):
                message = "A transaction was gone before its COMMIT"
                raise RetryableLoadError(message)
        except LoaderError as error:
            roll_back(session, error)
            raise
        return entry

    def _transfer(self, batch: BatchFacts, target: sql.Table, staged: Staged | None) -> list[str]:
        """Return what moves staged rows into the table, then what marks the rows that are missing."""
        layout, hard = batch.layout, self._settings.hard_delete
        staging = staged.table if staged else None
        statements = []
        if staging is not None:
            keyed = merge_keys(layout, self._settings)
            if keyed.keys:
                statements.append(sql.merge(keyed, target, staging, self._run_id, hard_delete=hard))
            else:
                statements.append(sql.append(layout, target, staging, self._run_id))
        for parents in sql.of_one_statement(batch.complete_sets):
            sets = sql.CompleteSets(parents, self.tally.began_at)
            statements.append(sql.mark_missing(layout, target, staging, sets, self._run_id, hard=hard))
        return statements

    def _committed(self, session: Session, batch: BatchFacts) -> Changes | None:
        rows = session.execute(sql.find_batch(self._ledger, batch.id)).rows
        if not rows:
            return None
        inserted, updated, deleted, unchanged = map(int, rows[0])
        return Changes(inserted, updated, deleted, batch.rows - unchanged)

    def _entry(
        self, batch: BatchFacts, parts: Sequence[Part], target: sql.Table, changes: Changes
    ) -> sql.LedgerEntry:
        return sql.LedgerEntry(
            batch_id=batch.id,
            run_id=self._run_id,
            stream=batch.layout.stream,
            table=target.name,
            organisations=batch.organisations,
            files=tuple(self._settings.lake_url + part.name for part in parts),
            rows=batch.rows,
            inserted=changes.inserted,
            updated=changes.updated,
            unchanged=max(batch.rows - changes.effective, 0),  # a key may be in the table several times
            deleted=changes.deleted,
            first_sequence=batch.first_sequence,
            last_sequence=batch.last_sequence,
            began_at=batch.began_at,
            statement_ids=changes.statement_ids,
        )

    def committed_since(self, day: dt.date) -> list[tuple[Any, ...]]:
        """Return id, beginning, commit and table of the batches from the day before on, as they began."""
        midnight = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(days=1)
        statement = sql.committed_since(self._ledger, midnight)
        return self._patience.run(
            "read the ledger", lambda _: self._warehouse.session.execute(statement)
        ).rows

    def summarize(self, outcome: str, source: bytes = b"") -> None:
        """Enter what the run did, and what the tap says of itself; a run is none the worse without."""
        if not self._has_summary:
            return
        now = dt.datetime.now(dt.UTC)
        rows = [*self.tally.table_rows(self._run_id, outcome, now), *source_rows(source, self._run_id, now)]
        try:
            self._patience.briefly.run("write the summary", partial(self._enter_summary, rows, now))
        except LoaderError as error:
            logger.warning("The run has no row in %s: %s", SUMMARY_TABLE, error)

    def _enter_summary(self, rows: Sequence[sql.SummaryRow], now: dt.datetime, attempt: int) -> None:
        """Enter the rows, unless an earlier attempt has done it unseen."""
        summary = self.tables.named(SUMMARY_TABLE)
        session = self._warehouse.session
        if attempt and session.execute(sql.find_summary(summary, self._run_id, now)).rows[0][0]:
            return
        session.execute(sql.insert_summary(summary, rows))

    def merges(self, layout: Layout) -> bool:
        """Tell whether rows that are loaded twice are there once."""
        return bool(merge_keys(layout, self._settings).keys)

    def hurry(self) -> None:
        """Try nothing again from now on; called by a signal handler."""
        self._patience.stopping.set()

    @property
    def is_hurried(self) -> bool:
        """Tell whether the process is to stop."""
        return self._patience.stopping.is_set()

    def close(self) -> None:
        """End all sessions."""
        self._warehouse.close()


def merge_keys(layout: Layout, settings: Settings) -> Layout:
    """Return a layout whose keys are what to merge on; none means to append."""
    if settings.load_method == APPEND_ONLY:
        return replace(layout, keys=())
    if not layout.keys and settings.keyless_method == MERGE:
        return replace(layout, keys=(ROW_HASH,))
    return layout


def roll_back(session: Session, error: LoaderError) -> None:
    """Undo an open transaction; where that fails the session ends, which undoes it too."""
    if isinstance(error, SessionLostError):
        return
    try:
        session.execute(sql.ROLLBACK)
    except LoaderError:
        session.close()
