"""Parquet files, written row group by row group in a thread of their own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from target_gcs_snowflake_merge.errors import FatalLoadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


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
    """Writes one Parquet file."""

    def __init__(self, path: Path, schema: pa.Schema, encoder: Encoder) -> None:
        """Open the file."""
        self.path = path
        self.rows = 0
        self._schema = schema
        self._encoder = encoder
        with writing():
            self._writer = pq.ParquetWriter(path, schema, compression="snappy")
        self._pending: list[pa.RecordBatch] = []

    def write(self, chunk: pa.RecordBatch) -> None:
        """Add rows to the file."""
        self._pending.append(chunk)
        self.rows += chunk.num_rows

    @property
    def bytes_written(self) -> int:
        """Return the size of the file so far."""
        return self.path.stat().st_size

    def flush(self) -> None:
        """Hand the rows over to be written as a row group."""
        if self._pending:
            table = pa.Table.from_batches(self._pending, self._schema)
            self._pending = []
            self._encoder.submit(lambda: self._writer.write_table(table))

    def close(self) -> None:
        """Finish the file."""
        self.flush()
        self._encoder.wait()
        with writing():
            self._writer.close()
        del self._writer  # Arrow's part keeps 0.2 MB, of each file of a batch
