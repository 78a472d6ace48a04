"""What the threads that load do side by side, and what they do in turn."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge.load_queue import LoadQueue

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 20.0


@pytest.fixture
def queue() -> Iterator[LoadQueue[str]]:
    """Return a queue whose threads end with the test."""
    queue: LoadQueue[str] = LoadQueue()
    yield queue
    queue.close()


def results(queue: LoadQueue[str]) -> list[str]:
    """Return what all the work came to."""
    found: list[str] = []
    while queue.wait_for_any(SECONDS):
        found += queue.finished()
    return found


def test_what_needs_no_turn_is_done_while_earlier_work_goes_on(queue: LoadQueue[str]) -> None:
    """So the files of a batch are on their way while the batch before it is merged; its own merge waits."""
    uploaded = threading.Event()
    merged: list[str] = []

    def first() -> str:
        assert uploaded.wait(SECONDS)
        merged.append("first")
        return "first"

    def second() -> str:
        merged.append("second")
        return "second"

    queue.submit("pull_request", first)
    queue.submit("pull_request", second, ahead=uploaded.set)
    assert results(queue) == ["first", "second"]
    assert merged == ["first", "second"]


@pytest.mark.parametrize("failing", ["ahead", "work"])
def test_work_is_left_undone_behind_what_failed(queue: LoadQueue[str], failing: str) -> None:
    """A batch behind one that failed, or whose own files did not arrive, is not merged."""

    def fail() -> None:
        raise ValueError(failing)

    def work() -> str:
        if failing == "work":
            fail()
        merged.append("first")
        return "first"

    def second() -> str:
        merged.append("second")
        return "second"

    merged: list[str] = []
    queue.submit("pull_request", work, ahead=fail if failing == "ahead" else None)
    queue.submit("pull_request", second)
    with pytest.raises(ValueError, match=failing):
        results(queue)
    queue.close()
    assert not merged
