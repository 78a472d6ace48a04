"""Rows on their way into batches; a record that cannot be loaded goes into a batch of its own kind."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import rejected
from target_gcs_snowflake_merge.batch import CHUNK_ROWS, Batch, Limits, Origin
from target_gcs_snowflake_merge.naming import REJECTED_TABLE
from target_gcs_snowflake_merge.open_files import most_files
from target_gcs_snowflake_merge.parquet import Encoder
from target_gcs_snowflake_merge.settings import FAIL, MEBIBYTE
from target_gcs_snowflake_merge.stream import PATIENCE_WITH_SETS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from target_gcs_snowflake_merge.dispatch import Dispatch
    from target_gcs_snowflake_merge.errors import BadRecordError
    from target_gcs_snowflake_merge.exact_columns import ExactRows
    from target_gcs_snowflake_merge.records import Row
    from target_gcs_snowflake_merge.registry import Registry
    from target_gcs_snowflake_merge.settings import Settings
    from target_gcs_snowflake_merge.stream import Stream

SPILL_BYTES = 16 * 1024 * 1024  # JSON text of records whose rows are in memory, of all streams

logger = logging.getLogger("target-gcs-snowflake-merge")


class Filling:
    """Fills the batches of all streams, and has those loaded that are full."""

    def __init__(self, settings: Settings, folder: Path, registry: Registry, dispatch: Dispatch) -> None:
        """Take what it works with; files of rows lie in FOLDER."""
        self._settings = settings
        self._folder = folder
        self._registry = registry
        self._dispatch = dispatch
        self._encoder = Encoder()
        self._unwritten_bytes = 0
        self._most_files = most_files()
        self.rejected = 0
        self.limits = Limits(
            settings.batch_size_rows, settings.batch_size_mb * MEBIBYTE, settings.batch_age_seconds
        )

    def room(self, stream: Stream) -> int:
        """Return how many rows of a stream may be added at once: after them its batch is looked at."""
        taken = stream.batch.taken if stream.batch else 0
        limit = self.limits.rows * (1 if taken < self.limits.rows else PATIENCE_WITH_SETS)
        return max(1, min(CHUNK_ROWS - taken % CHUNK_ROWS, limit - taken))

    def add(self, stream: Stream, rows: Sequence[Row], origin: Origin, version: int | None = None) -> None:
        """Take rows, for which there is room."""
        stream.note_record(version)
        batch = stream.batch or self.open_batch(stream, origin.sequence)
        batch.add(rows, origin, version)
        if batch.taken % CHUNK_ROWS == 0 or batch.taken >= self.limits.rows:
            self._dispatch.collect()
            self.load_full()
        self._unwritten_bytes += origin.bytes
        self._spill_behind()

    def add_columns(self, stream: Stream, rows: ExactRows, first_sequence: int, version: int | None) -> None:
        """Take rows that are columns already, numbered from the first."""
        stream.note_record(version)
        batch = stream.batch or self.open_batch(stream, first_sequence)
        size = batch.add_columns(rows, first_sequence, version)
        self._dispatch.collect()
        self.load_full()
        self._unwritten_bytes += size
        self._spill_behind()

    def open_batch(self, stream: Stream, sequence: int) -> Batch:
        """Begin the next batch of a stream, with the record of this number at the earliest."""
        batch = stream.batch = Batch(
            stream.decoder, self._folder, self._encoder, self._put_aside, self._most_files
        )
        self._dispatch.hold(stream, batch, sequence)
        return batch

    def load_full(self) -> None:
        """Have the batches loaded that are large or old enough, or have too many files."""
        for stream in self._registry.all_streams:
            if stream.is_full(self.limits):
                self._dispatch.load(stream)
        self._close_files()

    def _spill_behind(self) -> None:
        """Write all rows to disk: however many streams there are, what is in memory is bounded.

        Few rows may be much: how large the batches have become is seen now.
        """
        if self._unwritten_bytes < SPILL_BYTES:
            return
        self._unwritten_bytes = 0
        for stream in self._registry.all_streams:
            if stream.batch is not None:
                stream.batch.spill()
                self._close_files()
        self.load_full()

    def _close_files(self) -> None:
        """Have batches loaded until no more files are open than may be; those inside a complete set last."""
        while sum(stream.open_files for stream in self._registry.all_streams) > self._most_files:
            with_files = [stream for stream in self._registry.all_streams if stream.open_files]
            fullest = max(with_files, key=lambda each: (not each.is_inside_set, each.open_files))
            self._dispatch.load(fullest)

    def reject(self, error: BadRecordError, sequence: int) -> None:
        """Put a record aside, or end the run at it: then no STATE behind it may go out."""
        self._put_aside(error, sequence)
        self._spill_behind()

    def _put_aside(self, error: BadRecordError, sequence: int) -> None:
        """Reject a record; nothing is spilled here, since a batch that is being written may have found it."""
        self.rejected += 1
        self._registry.note_rejected(error.stream)
        self._dispatch.count_rejected(error.stream)
        is_too_many = self.rejected > self._settings.max_bad_records
        if self._settings.on_bad_record == FAIL or is_too_many:
            self._dispatch.stop_at(sequence)
            raise error
        logger.warning("Put into %s: %s", REJECTED_TABLE, error)
        stream = self._registry.rejects
        batch = stream.batch or self.open_batch(stream, sequence)
        self._dispatch.hold(stream, batch, sequence)
        row = stream.decoder.convert(rejected.rejected_record(error, sequence))
        size = len(error.raw) + len(error.reason)
        batch.add([row], Origin(sequence, error.line, size))
        self._unwritten_bytes += size

    def close(self) -> None:
        """End the thread that writes files."""
        self._encoder.close()
