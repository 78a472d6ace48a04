"""Reads repositories side by side, and hands their rows on one repository after the other."""

from __future__ import annotations

import queue
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.repository_reading import RepositoryReading

EMISSIONS_AHEAD = 8
POLL_SECONDS = 0.5


class _AbandonedError(Exception):
    """Nobody waits for the rows any more."""


@dataclass
class _End:
    """The end of a reading: as it should be, or by an error."""

    error: BaseException | None = None


@dataclass
class UnderWay:
    """A repository that is being read in a thread of its own; its rows wait in a short queue."""

    reading: RepositoryReading
    _queue: queue.Queue[Emission | _End] = field(default_factory=lambda: queue.Queue(EMISSIONS_AHEAD))

    def read(self, abandoned: threading.Event) -> None:
        """Read to the end; never more than a few pages ahead of who takes the rows."""
        try:
            for emission in self.reading.emissions():
                self._put(emission, abandoned)
            self._put(_End(), abandoned)
        except _AbandonedError:
            pass
        except BaseException as error:  # noqa: BLE001 - whoever takes the rows raises it again
            self._put_error(error, abandoned)

    def emissions(self, check: Callable[[], None]) -> Iterator[Emission]:
        """Yield the rows; CHECK is called while waiting, and may raise."""
        while True:
            check()
            try:
                found = self._queue.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(found, _End):
                if found.error is not None:
                    raise found.error
                return
            yield found

    def _put(self, item: Emission | _End, abandoned: threading.Event) -> None:
        while not abandoned.is_set():
            try:
                self._queue.put(item, timeout=POLL_SECONDS)
            except queue.Full:
                continue
            return
        raise _AbandonedError

    def _put_error(self, error: BaseException, abandoned: threading.Event) -> None:
        try:
            self._put(_End(error), abandoned)
        except _AbandonedError:
            return


def side_by_side(readings: Iterable[RepositoryReading], *, workers: int) -> Generator[UnderWay, None, None]:
    """Yield readings in their order, each under way; WORKERS of them at once, none further ahead.

    The first in the row always has a thread, so whoever takes its rows never waits for nothing. Whoever wants
    no more has to close it: a thread waits until its rows are taken, and the process waits for the thread.
    """
    abandoned = threading.Event()
    waiting: deque[UnderWay] = deque()
    pool = ThreadPoolExecutor(workers, "repository")
    try:
        for reading in readings:
            under_way = UnderWay(reading)
            pool.submit(under_way.read, abandoned)
            waiting.append(under_way)
            if len(waiting) >= workers:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        abandoned.set()
        pool.shutdown(wait=False, cancel_futures=True)
