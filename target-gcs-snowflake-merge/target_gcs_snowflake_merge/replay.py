"""Replay: brings files that lie in the lake into a table once more, without asking the source."""

from __future__ import annotations

import datetime as dt
import logging
import re
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge.batch import Part
from target_gcs_snowflake_merge.columns import LAYOUT_KEY, layout_of
from target_gcs_snowflake_merge.errors import FatalLoadError
from target_gcs_snowflake_merge.layout import prepare_table
from target_gcs_snowflake_merge.naming import STAGING_PREFIX
from target_gcs_snowflake_merge.paths import safe
from target_gcs_snowflake_merge.sweep import orphans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from target_gcs_snowflake_merge import sql
    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.loader import Loader
    from target_gcs_snowflake_merge.storage import Lake, Object

_NAME = re.compile(
    r"[^/]+/(?:org=(?P<org>[^/]*)/)?date=(?P<date>\d{4}-\d\d-\d\d)/(?P<batch>[0-9a-f]+)-\d+\.parquet"
)

logger = logging.getLogger("target-gcs-snowflake-merge")


@dataclass(frozen=True)
class Window:
    """Which files are replayed; the days are those on which their batches began, both included."""

    stream: str
    first_day: dt.date
    last_day: dt.date
    organisation: str | None = None

    def holds(self, name: str) -> bool:
        """Tell whether a file is to be replayed."""
        match = _NAME.fullmatch(name)
        return (
            match is not None
            and self.first_day <= dt.date.fromisoformat(match["date"]) <= self.last_day
            and (self.organisation is None or match["org"] == safe(self.organisation))
        )


@dataclass
class ReplayedBatch:
    """The files of one batch of an earlier run, loaded as a batch of their own."""

    layout: Layout
    rows: int
    organisations: tuple[str, ...]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    began_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    first_sequence: int = 0
    last_sequence: int = 0
    complete_sets: list[sql.Parent] = field(default_factory=list)


def batches(
    objects: Iterable[Object], window: Window, committed: Iterable[Sequence[Any]]
) -> list[list[Object]]:
    """Return the files of a window, batch by batch, in the order in which the batches were committed.

    They may have been written in another: a batch is on its way while the one before it is merged. COMMITTED
    holds id, beginning and commit of batches first; those that it does not know are older.
    """
    order = {batch_id: number for number, (batch_id, *_) in enumerate(sorted(committed, key=_commit))}
    groups: dict[str, list[Object]] = {}
    for each in objects:
        if window.holds(each.name):
            groups.setdefault(_batch(each.name), []).append(each)
    written = {batch_id: min(each.created for each in group) for batch_id, group in groups.items()}
    return [groups[each] for each in sorted(groups, key=lambda each: (order.get(each, -1), written[each]))]


def _commit(entry: Sequence[Any]) -> tuple[dt.datetime, dt.datetime]:
    """Return when a batch was committed, then when it began; the ledger's own beginning never was."""
    return entry[2] or entry[1], entry[1]


def replay(loader: Loader, lake: Lake, window: Window, heed: Callable[[], None]) -> int:
    """Load the files of a window again; return how many batches there were. HEED may stop between two.

    Files of a batch that was never committed are left out: the tap has sent their records once more.
    """
    objects = lake.list(f"{safe(window.stream)}/")
    committed = loader.committed_since(window.first_day)
    never_committed = set(orphans(objects, committed))
    groups = batches([each for each in objects if each.name not in never_committed], window, committed)
    require_merged(groups, committed, window)
    known = frozenset(loader.catalog.tables)
    for number, group in enumerate(groups, 1):
        heed()
        logger.info("Replaying batch %d of %d, %d files", number, len(groups), len(group))
        parts, layout = describe(lake, group)
        table = loader.tables.named(layout.table)
        if layout.table in known and not loader.merges(layout):
            message = (
                f"The stream {window.stream!r} has no key, its rows would be there twice: rename the table"
                f" {table} before a replay, or set keyless_method to merge."
            )
            raise FatalLoadError(message)
        layout, statements = prepare_table(layout, table, loader.catalog)
        loader.tables.change(statements)
        there = loader.catalog.tables[layout.table]
        layout = replace(layout, displaced=tuple(name for name in layout.displaced if name in there))
        batch = ReplayedBatch(layout, sum(part.rows for part in parts), organisations(group))
        loaded = loader.transfer(batch, parts, table)
        for staging in loaded.stagings:
            loader.tables.drop(staging)
    return len(groups)


def require_merged(
    groups: Sequence[Sequence[Object]], committed: Iterable[Sequence[Any]], window: Window
) -> None:
    """Raise where a batch went to a table that was to replace another: together they never were one."""
    replacing = {batch_id for batch_id, *_, table in committed if str(table).startswith(STAGING_PREFIX)}
    found = [each.name for group in groups for each in group if _batch(each.name) in replacing]
    if found:
        message = (
            f"The stream {window.stream!r} was loaded with load_method overwrite, as {found[0]}: each run has"
            " the whole table, so run it again instead, or replay days on which it was merged."
        )
        raise FatalLoadError(message)


def _batch(name: str) -> str:
    match = _NAME.fullmatch(name)
    return match["batch"] if match else ""


def describe(lake: Lake, group: Sequence[Object]) -> tuple[list[Part], Layout]:
    """Read from the files of a batch how many rows they have, and how these lie."""
    parts = []
    for each in group:
        schema, rows = lake.describe(each.name)
        if LAYOUT_KEY not in (schema.metadata or {}):
            message = f"{each.name} was not written by this target, or by a version that wrote no layout."
            raise FatalLoadError(message)
        parts.append(Part(Path(each.name), each.name, rows))
    return parts, layout_of(schema)


def organisations(group: Sequence[Object]) -> tuple[str, ...]:
    """Return the organisations whose rows are in some files."""
    matches = [_NAME.fullmatch(each.name) for each in group]
    return tuple(sorted({match["org"] for match in matches if match and match["org"] is not None}))
