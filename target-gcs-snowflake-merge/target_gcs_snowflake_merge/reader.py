"""Reads lines from standard input, so that a signal stops between two messages and never inside one."""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.encoding import GenericSingerReader

from target_gcs_snowflake_merge.errors import LoaderError, TerminatedError
from target_gcs_snowflake_merge.lines import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import IO

    from target_gcs_snowflake_merge.intake import Intake
    from target_gcs_snowflake_merge.lines import Lines
    from target_gcs_snowflake_merge.run import Run

SILENT_SECONDS = 1.0  # after which batches are looked at, whether lines have come or not


class LineReader(GenericSingerReader[bytes]):
    """Feeds an intake with lines; stands where the SDK expects its reader of messages."""

    default_input = property(lambda _: sys.stdin.buffer)

    def __init__(self, open_run: Callable[[], Run]) -> None:
        """Take a way to open the run when the first line is wanted."""
        super().__init__()
        self._open_run = open_run
        self._run: Run | None = None
        self._hurry: Callable[[], None] | None = None
        self._is_waiting = False
        self._signal: int | None = None

    def deserialize_json(self, line: bytes) -> dict[str, Any]:
        """Decode nothing here: the intake decodes, by type of message."""
        raise AssertionError(line)

    def process_lines(
        self, file_input: IO[Any] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Counter[str]:
        """Take all lines of a file; the callbacks of the SDK are not used."""
        del callbacks
        self._run = run = self._open_run()
        self.on_signal(run.hurry)
        counts: Counter[str] = Counter()
        with self._ending(run):
            run.prepare()
            lines = lines_of(self.default_input if file_input is None else file_input)
            looked_at = time.monotonic()
            while (some := self._next_lines(lines)) != []:
                self._take(run.intake, some or (), counts)
                if some is None or time.monotonic() - looked_at > SILENT_SECONDS:
                    run.intake.idle()
                    looked_at = time.monotonic()
        return counts

    def _take(self, intake: Intake, lines: Sequence[bytes], counts: Counter[str]) -> None:
        """Take lines; a signal stops between two messages, or behind some records of one stream."""
        position = 0
        while position < len(lines):
            self.heed()
            kind, taken = intake.take(lines, position)
            counts[kind] += taken
            position += taken

    def finish(self) -> None:
        """Load what is left; a signal in the meantime does not cut that short, but is told of."""
        if self._run is None:
            return
        with self._ending(self._run):
            self._run.finish()
        self.heed()

    def on_signal(self, hurry: Callable[[], None]) -> None:
        """Have what is under way hurry once a signal has come, be it while it was being opened."""
        self._hurry = hurry
        if self._signal is not None:
            hurry()

    def heed(self) -> None:
        """Stop where a signal has come."""
        if self._signal is not None:
            raise terminated(self._signal)

    def terminate(self, signal_number: int) -> None:
        """Stop before the next message; called by a signal handler."""
        self._signal = signal_number
        if self._hurry is not None:
            self._hurry()
        if self._is_waiting:
            raise terminated(signal_number)

    @contextmanager
    def _ending(self, run: Run) -> Iterator[None]:
        """End a run properly when it cannot go on; what follows from a signal is the signal's."""
        try:
            yield
        except LoaderError as error:
            run.abandon(error)
            if self._signal is not None and not isinstance(error, TerminatedError):
                raise terminated(self._signal) from error
            raise
        except BaseException as error:
            run.crash(error)
            raise

    def _next_lines(self, lines: Lines) -> list[bytes] | None:
        self.heed()
        self._is_waiting = True
        try:
            return lines.take(SILENT_SECONDS)
        finally:
            self._is_waiting = False


def terminated(signal_number: int) -> TerminatedError:
    """Return the error that ends a run which was told to stop."""
    return TerminatedError(signal_number, signal.Signals(signal_number).name)
