"""Parquet files, written row group by row group in a thread of their own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from target_gcs_snowflake_merge.errors import FatalLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ROW_GROUP_BYTES = 8 * 1024 * 1024  # of Arrow: a row group that is not the last has as many
ARROW_TO_PARQUET = 3  # so many bytes of Arrow are about one in the file

T = TypeVar("T")


@contextmanager
def writing() -> Iterator[None]:
    """Say what it means when a file cannot be written, as on a disk that is full."""
    try:
        yield
    except OSError as error:
        message = f"A file of rows cannot be written to the temporary folder: {error}"
        raise FatalLoadError(message) from error


class Encoder:
    """A thread that encodes and compresses while the next rows are read; one row group waits at most."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encode")
        self._last: Future[None] | None = None

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Run WORK behind what was submitted before."""
        return self._thread.submit(work)

    def submit(self, work: Callable[[], None]) -> None:
        """Run WORK behind what was submitted before; raise what went wrong there."""
        self.wait()
        self._last = self._thread.submit(work)

    def wait(self) -> None:
        """Wait until all work is done; raise what went wrong."""
        last, self._last = self._last, None
        if last is not None:
            with writing():
                last.result()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()


class PartWriter:
    """Writes one Parquet file.

    Of each row group something stays in memory until the file is closed, so small ones wait in a file of
    their own for more to come.
    """

    def __init__(self, path: Path, schema: pa.Schema, encoder: Encoder) -> None:
        """Open the file."""
        self.path = path
        self.rows = 0
        self._schema = schema
        self._encoder = encoder
        with writing():
            self._writer = pq.ParquetWriter(path, schema, compression="snappy")
        self._pending: list[pa.RecordBatch] = []
        self._waiting = path.with_suffix(".arrow")
        self._waiting_bytes = 0

    def write(self, chunk: pa.RecordBatch) -> None:
        """Add rows to the file."""
        self._pending.append(chunk)
        self.rows += chunk.num_rows

    @property
    def bytes_written(self) -> int:
        """Return the size of the file so far, with what waits for it."""
        return self.path.stat().st_size + self._waiting_bytes // ARROW_TO_PARQUET

    def flush(self) -> None:
        """Hand the rows over to be written to disk."""
        if self._pending:
            self._encoder.submit(partial(self._write, self._take(), is_last=False))

    def close(self) -> None:
        """Finish the file."""
        self._encoder.wait()  # what is on its way may still begin to wait for more
        if self._pending or self._waiting_bytes:
            self._encoder.submit(partial(self._write, self._take(), is_last=True))
        self._encoder.wait()
        with writing():
            self._writer.close()
        del self._writer  # Arrow's part keeps 0.2 MB, of each file of a batch

    def _take(self) -> pa.Table:
        pending, self._pending = self._pending, []
        return pa.Table.from_batches(pending, self._schema)

    def _write(self, table: pa.Table, *, is_last: bool) -> None:
        if not self._waiting_bytes and (is_last or table.nbytes >= ROW_GROUP_BYTES):
            self._writer.write_table(table)
            return
        with pa.OSFile(str(self._waiting), "ab") as file, pa.ipc.new_stream(file, self._schema) as stream:
            stream.write_table(table)
        self._waiting_bytes += table.nbytes
        if is_last or self._waiting_bytes >= ROW_GROUP_BYTES:
            self._writer.write_table(_read(self._waiting))
            self._waiting.unlink()
            self._waiting_bytes = 0


def _read(path: Path) -> pa.Table:
    """Return the rows of all Arrow streams of a file, which may be deleted before they are."""
    tables = []
    with pa.memory_map(str(path)) as file:
        while file.tell() < file.size():
            tables.append(pa.ipc.open_stream(file).read_all())
    return pa.concat_tables(tables)
