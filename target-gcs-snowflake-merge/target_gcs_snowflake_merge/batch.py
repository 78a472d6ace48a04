"""A batch: rows of one stream that are loaded together, on disk until then."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import pyarrow as pa

from target_gcs_snowflake_merge.columns import BadRowError, Columns
from target_gcs_snowflake_merge.parquet import PartWriter
from target_gcs_snowflake_merge.paths import file_name
from target_gcs_snowflake_merge.sql import MAX_FILES, Parent
from target_gcs_snowflake_merge.values import encode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from target_gcs_snowflake_merge.errors import BadRecordError
    from target_gcs_snowflake_merge.exact_columns import ExactRows
    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.parquet import Encoder
    from target_gcs_snowflake_merge.records import RecordDecoder, Row

CHUNK_ROWS = 1_000  # rows of a stream that are Python objects at one time
CHUNK_BYTES = 4 * 1024 * 1024  # ... and bytes of their JSON text


@dataclass(frozen=True)
class Limits:
    """When a batch is full."""

    rows: int
    bytes: int
    age_seconds: float


class Origin(NamedTuple):
    """Where records come from: number in the run and line of the first, the length of their JSON text.

    The place is that in a file of a BATCH message.
    """

    sequence: int
    line: int
    bytes: int
    place: str = ""


@dataclass(frozen=True)
class Part:
    """A finished file of a batch: where it is, what the lake calls it, its rows and its length."""

    path: Path
    name: str
    rows: int
    bytes: int = 0


@dataclass
class _Chunk:
    """Rows that are not Arrow yet, in the order in which they came."""

    rows: list[Row] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    versions: list[int | None] = field(default_factory=list)
    bytes: int = 0

    def remove(self, index: int) -> None:
        """Forget the row at INDEX."""
        for each in self._lists():
            del each[index]

    def cut(self, index: int) -> None:
        """Forget the row at INDEX and all behind it."""
        for each in self._lists():
            del each[index:]

    def _lists(self) -> tuple[list[Any], ...]:
        return self.rows, self.sequences, self.lines, self.places, self.versions


class BatchFacts(Protocol):
    """What the ledger and the warehouse need to know of a batch."""

    id: str
    layout: Layout
    began_at: dt.datetime
    rows: int
    first_sequence: int
    last_sequence: int
    complete_sets: list[Parent]

    @property
    def organisations(self) -> tuple[str, ...]:
        """Return the organisations whose rows are in the batch."""


class Batch:
    """Takes rows, and writes them to a Parquet file per organisation as they come."""

    def __init__(
        self,
        decoder: RecordDecoder,
        folder: Path,
        encoder: Encoder,
        reject: Callable[[BadRecordError, int], None],
        most_files: int,
    ) -> None:
        """Begin a batch; REJECT takes a record that turns out not to fit, and its number.

        No more than MOST_FILES stay open; organisations beyond them get a file for each time of writing.
        """
        self.id = uuid.uuid4().hex
        self.layout = decoder.layout
        self.began_at = dt.datetime.now(dt.UTC)
        self.rows = 0
        self.taken = 0
        self.complete_sets: list[Parent] = []
        self._completed_at: list[int] = []
        self.parts: list[Part] = []
        self.first_sequence = 0
        self.last_sequence = 0
        self._opened = time.monotonic()
        self._decoder = decoder
        self._columns = Columns(decoder)
        self._folder = folder
        self._encoder = encoder
        self._reject = reject
        self._most_files = most_files
        self._chunk = _Chunk()
        self._waiting: list[Future[pa.RecordBatch]] = []
        self._of_waiting: list[str | None] = []
        self._writers: dict[str | None, PartWriter] = {}
        self._closed: list[tuple[str | None, PartWriter]] = []

    @property
    def organisations(self) -> tuple[str, ...]:
        """Return the organisations whose rows are in the batch."""
        found = {organisation for organisation, _ in self._files() if organisation is not None}
        return tuple(sorted(found))

    def add(self, rows: Sequence[Row], origin: Origin, version: int | None = None) -> None:
        """Take the rows of records that stand in consecutive lines, all of one version."""
        chunk, count = self._chunk, len(rows)
        chunk.rows += rows
        chunk.sequences += range(origin.sequence, origin.sequence + count)
        chunk.lines += range(origin.line, origin.line + count)
        chunk.places += [origin.place] * count
        chunk.versions += [version] * count
        chunk.bytes += origin.bytes
        self.taken += count
        self.first_sequence = self.first_sequence or origin.sequence
        self.last_sequence = origin.sequence + count - 1
        if len(chunk.rows) >= CHUNK_ROWS or chunk.bytes >= CHUNK_BYTES:
            self.flush()

    def complete(self, sets: list[Parent]) -> None:
        """Note parents all of whose rows are in the batch by now."""
        self.complete_sets += sets
        self._completed_at += [self.last_sequence] * len(sets)

    def add_columns(self, rows: ExactRows, first_sequence: int, version: int | None = None) -> int:
        """Take rows that are columns already, numbered from the first; return their size in bytes."""
        data = self._columns.of_exact(rows, first_sequence, version)
        self._write(data, rows.organisations)
        self.taken += rows.count
        self.first_sequence = self.first_sequence or first_sequence
        self.last_sequence = first_sequence + rows.count - 1
        return int(data.nbytes)

    @property
    def open_files(self) -> int:
        """Return how many files are being written."""
        return len(self._writers)

    def is_full(self, limits: Limits) -> bool:
        """Tell whether the batch should be loaded."""
        return (
            self.is_large(limits)
            or time.monotonic() - self._opened >= limits.age_seconds
            or len(self._writers) + len(self._closed) >= MAX_FILES
        )

    def is_large(self, limits: Limits, times: int = 1) -> bool:
        """Tell whether the batch has some TIMES the size that it may have, which counts what is written."""
        written = sum(writer.bytes_written for _, writer in self._files())
        return self.taken >= limits.rows * times or written >= limits.bytes * times

    def flush(self) -> None:
        """Turn the rows that are still Python objects into Arrow; one that does not fit goes to REJECT."""
        chunk = self._chunk
        while chunk.rows:
            try:
                data = self._columns.record_batch(chunk.rows, chunk.sequences, chunk.versions)
            except BadRowError as bad:
                self._put_aside(chunk, bad)
                continue
            index = self.layout.organisation_index
            organisations = [None if index is None else getattr(row, f"f{index}") for row in chunk.rows]
            self._write(data, organisations)
            break
        self._chunk = _Chunk()

    def spill(self) -> None:
        """Write all rows to disk."""
        self.flush()
        self._hand_over()
        for writer in self._writers.values():
            writer.flush()

    def _write(self, data: pa.RecordBatch, of_rows: Sequence[str | None]) -> None:
        """Keep rows until they are written; split now, those of many organisations would take much room.

        Until then they get their digests, in the thread that writes.
        """
        self._waiting.append(self._encoder.begin(partial(self._columns.with_digests, data)))
        self._of_waiting += of_rows
        self.rows += data.num_rows

    def _hand_over(self) -> None:
        """Hand the rows that wait to the files of their organisations."""
        waiting, of_rows = [each.result() for each in self._waiting], self._of_waiting
        self._waiting, self._of_waiting = [], []
        organisations = dict.fromkeys(of_rows)
        if len(organisations) == 1:
            for data in waiting:
                self._writer(*organisations).write(data)
            return
        indices: dict[str | None, list[int]] = {organisation: [] for organisation in organisations}
        for index, organisation in enumerate(of_rows):
            indices[organisation].append(index)
        table = pa.Table.from_batches(waiting, self._columns.schema)
        for organisation, chosen in indices.items():
            for data in table.take(pa.array(chosen)).combine_chunks().to_batches():
                self._writer(organisation).write(data)
            if len(self._writers) > self._most_files:
                writer = self._writers.pop(organisation)
                writer.close()
                self._closed.append((organisation, writer))

    def _files(self) -> list[tuple[str | None, PartWriter]]:
        """Return all files so far, with the organisations whose rows they hold."""
        return [*self._closed, *self._writers.items()]

    def _writer(self, organisation: str | None) -> PartWriter:
        if organisation not in self._writers:
            number = len(self._writers) + len(self._closed)
            path = self._folder / f"{self.id}-{number:04d}.parquet"
            self._writers[organisation] = PartWriter(path, self._columns.schema, self._encoder)
        return self._writers[organisation]

    def _put_aside(self, chunk: _Chunk, bad: BadRowError) -> None:
        """Reject one row; when that ends the run, the rows behind it are not loaded either.

        So only the sets that were complete before it still are.
        """
        still_complete = bisect_left(self._completed_at, chunk.sequences[bad.index])
        del self.complete_sets[still_complete:], self._completed_at[still_complete:]
        bad.error.line = chunk.lines[bad.index]
        bad.error.say_where(chunk.places[bad.index])
        bad.error.stream = self.layout.stream
        bad.error.raw = encode_json(chunk.rows[bad.index])
        try:
            self._reject(bad.error, chunk.sequences[bad.index])
        except Exception:
            chunk.cut(bad.index)
            raise
        chunk.remove(bad.index)

    def finish(self) -> None:
        """Close the files: they are the parts of the batch."""
        self.flush()
        self._hand_over()
        for writer in self._writers.values():
            writer.close()
        for index, (organisation, writer) in enumerate(self._files()):
            name = file_name(self.layout.stream, organisation, self.began_at, self.id, index)
            self.parts.append(Part(writer.path, name, writer.rows, writer.path.stat().st_size))

    def remove(self) -> None:
        """Delete the files on disk."""
        for _, writer in self._files():
            writer.path.unlink(missing_ok=True)
