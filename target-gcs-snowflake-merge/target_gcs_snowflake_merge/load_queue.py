"""Work on the warehouse, done side by side for several streams and in order for each of them."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Result = TypeVar("Result")

WORKERS = 4
WAITING_PER_STREAM = 2


class LoadQueue(Generic[Result]):
    """Runs pieces of work in threads; work of one stream never overtakes earlier work of it."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="load")
        self._last: dict[str, Future[Result]] = {}
        self._running: deque[tuple[str, Future[Result]]] = deque()

    def submit(
        self, stream: str, work: Callable[[], Result], ahead: Callable[[], None] | None = None
    ) -> None:
        """Run WORK after what was submitted for this stream before, unless that failed; AHEAD at once."""
        before = self._last.get(stream)

        def in_turn() -> Result:
            if ahead is not None:
                ahead()
            if before is not None:
                before.result()
            return work()

        future = self._executor.submit(in_turn)
        self._last[stream] = future
        self._running.append((stream, future))

    def is_crowded(self, stream: str) -> bool:
        """Tell whether more work for this stream had better wait."""
        return sum(name == stream for name, _ in self._running) >= WAITING_PER_STREAM

    def finished(self) -> Iterator[Result]:
        """Yield the results of work that has ended since; then raise the error of work that failed."""
        ended = [(stream, future) for stream, future in self._running if future.done()]
        for entry in ended:
            self._running.remove(entry)
        futures = [future for _, future in ended]
        yield from (future.result() for future in futures if future.exception() is None)
        for future in futures:
            future.result()

    def wait_for_any(self, seconds: float) -> bool:
        """Wait until some work ends; return whether there was any."""
        futures = [future for _, future in self._running]
        wait(futures, timeout=seconds, return_when=FIRST_COMPLETED)
        return bool(futures)

    def close(self) -> None:
        """Wait for the threads to end; work that did not begin is dropped."""
        self._executor.shutdown(cancel_futures=True)
