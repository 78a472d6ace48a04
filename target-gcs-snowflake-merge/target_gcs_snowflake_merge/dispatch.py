"""What is loaded when: batches go to the queue, and a STATE goes out when all before it is committed."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import rejected
from target_gcs_snowflake_merge.errors import LoaderError
from target_gcs_snowflake_merge.load_queue import LoadQueue
from target_gcs_snowflake_merge.settings import OVERWRITE
from target_gcs_snowflake_merge.state import StateGate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from target_gcs_snowflake_merge.batch import Batch
    from target_gcs_snowflake_merge.loader import Loader
    from target_gcs_snowflake_merge.outcome import Loaded
    from target_gcs_snowflake_merge.registry import Registry
    from target_gcs_snowflake_merge.schema import ColumnType
    from target_gcs_snowflake_merge.settings import Settings
    from target_gcs_snowflake_merge.sql import Table
    from target_gcs_snowflake_merge.stream import Stream

POLL_SECONDS = 0.5
OVERWRITTEN = "all rows of tables that are replaced in the end"


class Dispatch:
    """Stands between the message loop and the threads that load."""

    def __init__(self, settings: Settings, loader: Loader, emit: Callable[[bytes], None]) -> None:
        """Take what it works with: EMIT writes a STATE."""
        self.is_overwriting = settings.load_method == OVERWRITE
        self._loader = loader
        self._emit = emit
        self._queue: LoadQueue[Loaded | None] = LoadQueue()
        self._gate = StateGate()
        self._replacements: dict[Table, Table] = {}

    @property
    def is_hurried(self) -> bool:
        """Tell whether the process is to stop."""
        return self._loader.is_hurried

    def hold(self, stream: Stream, batch: Batch, sequence: int) -> None:
        """Hold back every STATE behind a record until its batch is committed."""
        self._gate.hold(batch.id, sequence)
        if self._is_overwritten(stream):
            self._gate.hold(OVERWRITTEN, sequence)

    def stop_at(self, sequence: int) -> None:
        """Hold back every STATE behind a record for good: the record cannot be loaded."""
        self._gate.hold("a record that cannot be loaded", sequence)

    def count_rejected(self, stream: str) -> None:
        """Take note of a record that cannot be loaded, for the summary."""
        self._loader.tally.reject(stream)

    def arrive(self, sequence: int, state: bytes) -> None:
        """Take a STATE that came behind the record of this number."""
        self._gate.arrive(sequence, state)
        self.collect()
        self._emit_state()

    def load(self, stream: Stream) -> None:
        """Hand the batch of a stream over to be loaded; wait while too many of its batches wait."""
        batch = stream.batch
        if batch is None:
            return
        batch.finish()
        stream.detach()
        while self._queue.is_crowded(stream.target.name):
            self._queue.wait_for_any(POLL_SECONDS)
            self.collect()
        destination = partial(self._destination, stream)
        self._queue.submit(
            stream.target.name,
            partial(self._loader.load, batch, destination),
            ahead=partial(self._loader.upload, batch),
        )

    def _destination(self, stream: Stream) -> Table:
        """Return the table that batches of a stream go to; called in the order of the table's work."""
        target = stream.target
        if not self._is_overwritten(stream):
            return target
        if target not in self._replacements:
            self._replacements[target] = self._loader.tables.begin_replacement(target)
        return self._replacements[target]

    def _is_overwritten(self, stream: Stream) -> bool:
        return self.is_overwriting and stream.schema != rejected.SCHEMA

    def change_table(
        self, target: Table, statements: Sequence[str], wanted: Mapping[str, ColumnType]
    ) -> None:
        """Run DDL behind what was handed over for this table before; then it has the columns WANTED."""
        self._queue.submit(target.name, partial(self._change_table, target, statements, wanted))

    def _change_table(
        self, target: Table, statements: Sequence[str], wanted: Mapping[str, ColumnType]
    ) -> None:
        """Run DDL on a table, and on the one that is to replace it: its name stands first in a statement."""
        self._loader.tables.change(statements)
        self._loader.tables.require(target, wanted)
        if target in self._replacements:
            replacement = str(self._replacements[target])
            self._loader.tables.change([text.replace(str(target), replacement, 1) for text in statements])

    def activate_version(self, stream: Stream, version: int, sequence: int) -> None:
        """Remove the rows of earlier versions behind what was handed over for this table before."""
        target = stream.target
        hold = f"version {version} of {target.name} behind {sequence}"
        self._gate.hold(hold, sequence)
        work = partial(self._loader.activate_version, hold, stream.schema.stream, target, version)
        self._queue.submit(target.name, work)

    def collect(self) -> None:
        """Take note of what was loaded: drop its staging tables, and emit the STATE that this allows.

        Where that cannot be written, or other work has failed, nothing that was loaded is forgotten.
        """
        try:
            for result in self._queue.finished():
                if result is None:
                    continue
                self._gate.release(result.batch_id)
                for staging in result.stagings:
                    self._queue.submit(staging.name, partial(self._loader.tables.drop, staging))
        finally:
            self._emit_state()

    def _emit_state(self) -> None:
        state = self._gate.emittable()
        if state is not None:
            self._emit(state)

    def drain(self, registry: Registry) -> None:
        """Load what is left of all streams and wait until it is committed.

        Records that only now are found not to fit may open one more stream, that of rejected records.
        """
        for _ in range(2):
            for stream in registry.all_streams:
                self.load(stream)
        while self._queue.wait_for_any(POLL_SECONDS):
            self.collect()

    def settle(self) -> None:
        """Wait for what still runs where some work has failed: what is committed is taken note of."""
        while self._queue.wait_for_any(POLL_SECONDS):
            with suppress(LoaderError):  # work behind what has failed fails with it
                self.collect()

    def replace(self) -> None:
        """Put complete new tables in the place of the old ones, where that is wanted; emit the last STATE."""
        for target, replacement in self._replacements.items():
            self._loader.tables.replace(target, replacement)
        self._gate.release(OVERWRITTEN)
        self._emit_state()
        self.discard()

    def discard(self) -> None:
        """Drop the old tables that were replaced, and new ones that are not complete."""
        for replacement in self._replacements.values():
            self._loader.tables.drop(replacement)
        self._replacements.clear()

    def close(self) -> None:
        """Wait for the threads to end; work that did not begin is dropped."""
        self._queue.close()
