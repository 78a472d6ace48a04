"""What a run did, by stream: counted while batches are committed, joined with what the tap says of itself."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from target_gcs_snowflake_merge import rejected
from target_gcs_snowflake_merge.errors import BadRecordError, LoaderError, TerminatedError
from target_gcs_snowflake_merge.sql import SummaryRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.batch import Part
    from target_gcs_snowflake_merge.sql import LedgerEntry

PLUGIN = "target-gcs-snowflake-merge"
COMPLETE = "complete"
MAX_CHARACTERS = 1_000  # of an outcome
MAX_DETAILS_CHARACTERS = 100_000

logger = logging.getLogger(PLUGIN)


class SourceSummary(msgspec.Struct, frozen=True):
    """What a tap says of its run, in the key `x-run-summary` of a STATE message; all of it may be missing."""

    plugin: str = "tap"
    outcome: str | None = None
    began: dt.datetime | None = None
    seconds: float = 0.0
    rows: dict[str, int] = {}
    requests: int | None = None
    points: int | None = None
    waits: int | None = None
    waited_seconds: float | None = None
    skipped: list[msgspec.Raw] = []

    def table_rows(self, run_id: str, details: str, now: dt.datetime) -> list[SummaryRow]:
        """Return the rows of the summary: the run, then each stream; DETAILS is all that the tap said."""
        began = self.began.astimezone(dt.UTC) if self.began and self.began.tzinfo else self.began or now
        ended = began + dt.timedelta(seconds=self.seconds)
        whole = SummaryRow(
            run_id,
            self.plugin,
            None,
            self.outcome and self.outcome[:MAX_CHARACTERS],
            began,
            ended,
            self.seconds,
            read=sum(self.rows.values()),
            requests=self.requests,
            points=self.points,
            waits=self.waits,
            waited_seconds=self.waited_seconds,
            skipped=len(self.skipped),
            details=details if len(details) <= MAX_DETAILS_CHARACTERS else None,
        )
        streams = [
            SummaryRow(run_id, self.plugin, name, None, began, ended, self.seconds, read=count)
            for name, count in sorted(self.rows.items())
        ]
        return [whole, *streams]


@dataclass
class _Counts:
    """What came of the batches of one stream."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    files: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def plus(self, other: _Counts) -> _Counts:
        """Return the sum."""
        return _Counts(*(getattr(self, name) + getattr(other, name) for name in _Counts.__annotations__))

    def of_files(self) -> _Counts:
        """Return what a run adds to its own of records that were put aside: their stream was read already."""
        return _Counts(files=self.files, bytes=self.bytes)


@dataclass
class Tally:
    """Counts by stream. Safe to use from any thread."""

    began_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    _by_stream: dict[str, _Counts] = field(default_factory=lambda: defaultdict(_Counts))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def committed(self, entry: LedgerEntry, parts: Sequence[Part], seconds: float) -> None:
        """Count a batch that is committed."""
        counts = _Counts(
            read=entry.rows,
            inserted=entry.inserted,
            updated=entry.updated,
            unchanged=entry.unchanged,
            deleted=entry.deleted,
            files=len(parts),
            bytes=sum(part.bytes for part in parts),
            seconds=seconds,
        )
        self._add(entry.stream, counts)

    def reject(self, stream: str) -> None:
        """Count a record that cannot be loaded."""
        self._add(stream, _Counts(read=1, rejected=1))

    def delete(self, stream: str, rows: int) -> None:
        """Count rows that a new version of a table has removed."""
        self._add(stream, _Counts(deleted=rows))

    def _add(self, stream: str, counts: _Counts) -> None:
        with self._lock:
            self._by_stream[stream] = self._by_stream[stream].plus(counts)

    def table_rows(self, run_id: str, outcome: str, now: dt.datetime) -> list[SummaryRow]:
        """Return the rows of the summary: the run, then each stream."""
        with self._lock:
            by_stream = dict(sorted(self._by_stream.items()))
        total = _Counts()
        for stream, counts in by_stream.items():
            total = total.plus(counts.of_files() if stream == rejected.SCHEMA.stream else counts)
        seconds = (now - self.began_at).total_seconds()
        return [
            self._row(run_id, None, outcome, total, now, seconds),
            *(
                self._row(run_id, stream, None, counts, now, counts.seconds)
                for stream, counts in by_stream.items()
            ),
        ]

    def _row(  # noqa: PLR0913, PLR0917 - a row has many columns
        self,
        run_id: str,
        stream: str | None,
        outcome: str | None,
        counts: _Counts,
        now: dt.datetime,
        seconds: float,
    ) -> SummaryRow:
        return SummaryRow(
            run_id,
            PLUGIN,
            stream,
            outcome,
            self.began_at,
            now,
            round(seconds, 3),
            counts.read,
            counts.inserted,
            counts.updated,
            counts.unchanged,
            counts.deleted,
            counts.rejected,
            counts.files,
            counts.bytes,
        )


def source_rows(told: bytes, run_id: str, now: dt.datetime) -> list[SummaryRow]:
    """Return the rows of what a tap has told of its run; nothing where that cannot be understood."""
    if not told:
        return []
    try:
        summary = msgspec.json.decode(told, type=SourceSummary)
        return summary.table_rows(run_id, told.decode(), now)
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:  # such as a moment beyond all days
        logger.warning("What the tap says of its run is left out: %s", error)
        return []


def outcome_of(error: BaseException) -> str:
    """Return why a run failed, without a value of a record: that may be somebody's name."""
    if isinstance(error, TerminatedError):
        return f"stopped: {error.signal_name}"
    if isinstance(error, BadRecordError):
        return f"failed: line {error.line} (stream {error.stream!r}) cannot be loaded, the log says why"
    known = str(error) if isinstance(error, LoaderError) else f"unexpected {type(error).__name__}"
    return f"failed: {known}"[:MAX_CHARACTERS]
