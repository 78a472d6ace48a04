"""Retries: with jitter, inside a budget, for what may pass."""

from __future__ import annotations

import threading

import pytest
from snowflake.connector.errors import ProgrammingError
from target_gcs_snowflake_merge.errors import FatalLoadError, RetryableLoadError
from target_gcs_snowflake_merge.retry import LONGEST_WAIT_SECONDS, Patience, wait_before
from target_gcs_snowflake_merge.warehouse import translate


class Clock(threading.Event):
    """Time that passes only by waiting."""

    now = 0.0

    def wait(self, timeout: float | None = None) -> bool:
        """Let time pass; tell whether somebody wants the wait to end."""
        self.now += timeout or 0
        return self.is_set()


def patience(clock: Clock) -> Patience:
    """Return a patience of a minute on that clock."""
    return Patience(60, stopping=clock, clock=lambda: clock.now)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("SQL compilation error: invalid identifier 'LOCKED'", FatalLoadError),
        ("Numeric value 'too many locks' is not recognized", FatalLoadError),
        ('Table "CONFLICT" is broken', FatalLoadError),
        ("The statement couldn't get the lock of table 'ITEM'", RetryableLoadError),
        (
            "Statement '01a2' has locked table 'ITEM' and this lock has not yet been released",
            RetryableLoadError,
        ),
        (
            "Your statement was aborted because the number of waiters for this lock exceeds 20",
            RetryableLoadError,
        ),
    ],
)
def test_a_name_or_a_value_is_no_lock(message: str, kind: type[Exception]) -> None:
    """A column may be called LOCKED: what fails because of it would be tried for minutes."""
    assert type(translate(ProgrammingError(msg=message, errno=904))) is kind


def test_work_is_tried_until_it_succeeds() -> None:
    """A lock that goes away in time is no error; the work knows which attempt it is."""

    def work(attempt: int) -> int:
        if attempt < 3:
            text = "busy"
            raise RetryableLoadError(text)
        return attempt

    assert patience(Clock()).run("merge", work) == 3


def test_the_budget_of_time_ends_it() -> None:
    """Work that never succeeds ends as a fatal error, inside the budget."""
    clock = Clock()

    def work(_: int) -> None:
        text = "still busy"
        raise RetryableLoadError(text)

    with pytest.raises(FatalLoadError, match="Gave up to merge after 60 seconds of trying: still busy"):
        patience(clock).run("merge", work)
    assert 20 < clock.now <= 60


def test_work_that_took_long_is_tried_again() -> None:
    """A connection may be lost behind an hour of MERGE; but nobody waits for such hours again and again."""
    clock = Clock()
    attempts = []

    def work(attempt: int) -> None:
        attempts.append(attempt)
        clock.now += 3600
        text = "lost"
        raise RetryableLoadError(text)

    with pytest.raises(FatalLoadError, match="Gave up to merge"):
        patience(clock).run("merge", work)
    assert attempts == [0, 1]


def test_a_fatal_error_is_not_tried_again() -> None:
    """What will fail again fails at once."""
    attempts = []

    def work(attempt: int) -> None:
        attempts.append(attempt)
        text = "no"
        raise FatalLoadError(text)

    with pytest.raises(FatalLoadError):
        patience(Clock()).run("merge", work)
    assert attempts == [0]


def test_waits_grow_and_differ() -> None:
    """Waiters of one lock do not come back together."""
    assert wait_before(0) <= 0.5
    assert all(wait_before(100) <= LONGEST_WAIT_SECONDS for _ in range(20))
    assert len({wait_before(5) for _ in range(20)}) > 1


def test_a_signal_ends_the_patience() -> None:
    """Who is told to stop does not wait for a warehouse that is away."""
    clock = Clock()
    clock.set()

    def work(_: int) -> None:
        text = "away"
        raise RetryableLoadError(text)

    with pytest.raises(FatalLoadError, match="because of a signal: away"):
        patience(clock).run("merge", work)
    assert clock.now < LONGEST_WAIT_SECONDS
