"""Who may go when, as tables: nothing here sleeps, the clock is a number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tap_github_custom.client.allowance import Allowance, Limit
from tap_github_custom.client.limiter import Limiter
from tap_github_custom.client.settings import ClientSettings
from tap_github_custom.credentials import Credential, Secret
from tap_github_custom.errors import ConfigurationError

A, B = (Credential(name, Secret(name)) for name in ("a", "b"))
HOUR = 3600.0
FULL = Limit(limit=5000, remaining=100, reset_seconds=HOUR, reset_epoch=10_000)


def limiter(**settings: float) -> Limiter:
    """Return a limiter with these settings."""
    return Limiter(replace(ClientSettings(), **settings))  # type: ignore[arg-type]


def wait(limits: Limiter, now: float, *credentials: Credential) -> float:
    """Return how long the next REST request has to wait; 0: it went, and is under way."""
    return limits.turn(credentials or (A,), "core", now).wait_seconds


@pytest.mark.parametrize(
    ("remaining", "reserve", "in_flight", "seconds"),
    [
        (1, 0, 0, 0.0),
        (0, 0, 0, HOUR),
        (1, 0, 1, HOUR),
        (8, 0, 7, 0.0),
        (8, 0, 8, HOUR),
        (500, 500, 0, HOUR),
        (501, 500, 0, 0.0),
    ],
)
def test_no_more_requests_than_points(remaining: int, reserve: int, in_flight: int, seconds: float) -> None:
    """What is under way counts as spent, and the reserve is not touched; else: until the reset."""
    allowance = Allowance(points_per_minute=0)
    allowance.learn(replace(FULL, remaining=remaining), now=0.0)
    for _ in range(in_flight):
        allowance.take(0.0)
    assert allowance.wait_seconds(reserve, now=0.0) == seconds
    assert allowance.wait_seconds(reserve, now=HOUR) == 0.0


@pytest.mark.parametrize(
    ("stated", "left"),
    [
        ([(100, 10_000), (99, 10_000)], 99),
        ([(99, 10_000), (100, 10_000)], 99),
        ([(99, 10_000), (98, 9_999)], 98),
        ([(99, 10_000), (98, 10_001)], 98),
        ([(0, 10_000), (4999, 13_600)], 4999),
        ([(4999, 13_600), (0, 10_000)], 4999),
    ],
    ids=["spent", "overtaken", "second before", "second after", "new window", "answer from the old window"],
)
def test_answers_overtake_each_other(stated: list[tuple[int, int]], left: int) -> None:
    """Of one window the lower number is true; a later window counts anew."""
    allowance = Allowance(points_per_minute=0)
    for remaining, reset in stated:
        allowance.learn(replace(FULL, remaining=remaining, reset_epoch=reset), now=0.0)
    assert allowance.left(0, now=1.0) == left


def test_another_limit_is_another_allowance() -> None:
    """Where GitHub raises or lowers a limit within a window, what was left of the former says nothing."""
    allowance = Allowance(points_per_minute=0)
    allowance.learn(replace(FULL, remaining=3), now=0.0)
    allowance.learn(replace(FULL, limit=15_000, remaining=14_000), now=0.0)
    assert allowance.left(0, now=1.0) == 14_000


def test_short_windows_are_windows_too() -> None:
    """Once a window is over, the next answer counts, however close its reset is."""
    allowance = Allowance(points_per_minute=0)
    allowance.learn(Limit(10, 0, 2.0, 100), now=0.0)
    allowance.learn(Limit(10, 9, 2.0, 102), now=2.5)
    assert allowance.left(0, now=2.6) == 9


def test_points_are_paced_by_the_minute() -> None:
    """No more than so many in any 60 seconds, for each credential and resource."""
    limits = limiter(rest_points_per_minute=3)
    assert [wait(limits, now) for now in (0.0, 10.0, 20.0)] == [0.0, 0.0, 0.0]
    assert wait(limits, 30.0) == 30.0
    assert wait(limits, 30.0, B) == 0.0
    assert limits.turn((A,), "graphql", 30.0).wait_seconds == 0.0
    assert wait(limits, 60.0) == 0.0
    assert wait(limits, 61.0) == 9.0


def test_an_enterprise_server_without_limits_is_not_paced() -> None:
    """0 is no limit."""
    limits = limiter(rest_points_per_minute=0)
    assert {wait(limits, 0.0) for _ in range(2000)} == {0.0}


def test_the_credential_with_most_left_goes_first() -> None:
    """One of which nothing is known counts as full; one that is blocked waits for no one."""
    limits = limiter()
    limits.learn(A, "core", replace(FULL, remaining=10), 0.0)
    assert limits.turn((A, B), "core", 0.0).credential == B
    limits.learn(B, "core", replace(FULL, remaining=9), 0.0)
    assert limits.turn((A, B), "core", 0.0).credential == A
    limits.block(A, "core", 60.0, 0.0)
    assert limits.turn((A, B), "core", 0.0).credential == B
    limits.block(B, "core", 30.0, 0.0)
    turn = limits.turn((A, B), "core", 0.0)
    assert (turn.credential, turn.wait_seconds) == (B, 30.0)


def test_a_block_is_for_one_resource_or_for_all() -> None:
    """A primary limit is of REST or GraphQL; Retry-After and secondary limits are of the account."""
    limits = limiter()
    limits.block(A, "core", 60.0, 0.0)
    assert limits.turn((A,), "graphql", 0.0).wait_seconds == 0.0
    limits.block(A, None, 30.0, 0.0)
    assert limits.turn((A,), "graphql", 0.0).wait_seconds == 30.0
    assert wait(limits, 0.0) == 60.0, "the longer wait stands"


def test_nobody_waits_longer_than_a_window() -> None:
    """A limit lasts an hour at most: then it is time to ask again, whatever the answer said."""
    limits = limiter()
    limits.block(A, "core", 1e9, 0.0)
    assert wait(limits, 0.0) == HOUR


@pytest.mark.parametrize(("jitter", "first"), [(0.0, 60.0), (1.0, 90.0)])
def test_secondary_limits_wait_longer_each_time(jitter: float, first: float) -> None:
    """At least 60 s, then twice as long each time, at most 15 minutes; a success ends the row."""
    limits = limiter()
    now, waits = 0.0, []
    for _ in range(6):
        limits.block_secondary(A, jitter, now, now)
        waits.append(wait(limits, now))
        now += waits[-1]
    assert waits == [min(first * 2**times, 900.0) for times in range(6)]
    limits.succeeded(A, now, now)
    limits.block_secondary(A, jitter, now, now)
    assert wait(limits, now) == first


def test_answers_to_what_was_under_way_count_once() -> None:
    """Eight refusals of eight requests that went together are one secondary limit."""
    limits = limiter()
    for _ in range(8):
        limits.block_secondary(A, 0.0, sent_at=-1.0, now=0.0)
    assert wait(limits, 0.0) == 60.0


def test_what_succeeds_beside_a_refusal_does_not_end_the_row() -> None:
    """Of two requests that go together one is refused each time, be it the first answer or the second."""
    limits = limiter()
    now, waits = 0.0, []
    for is_refused_first in (True, False, True, False):
        if is_refused_first:
            limits.block_secondary(A, 0.0, sent_at=now, now=now + 1)
            limits.succeeded(A, sent_at=now, now=now + 2)
        else:
            limits.succeeded(A, sent_at=now, now=now + 1)
            limits.block_secondary(A, 0.0, sent_at=now, now=now + 2)
        waits.append(limits.turn((A,), "core", now + 2).wait_seconds)
        now += 2 + waits[-1]
    assert waits == [59.0, 120.0, 239.0, 480.0]
    limits.succeeded(A, sent_at=now, now=now + 1)
    limits.block_secondary(A, 0.0, sent_at=now + 1, now=now + 2)
    assert wait(limits, now + 2) == 60.0, "what was sent after a success begins a row"


def test_a_row_grows_while_another_limit_lasts() -> None:
    """REST's allowance is empty for half an hour; what GraphQL is refused meanwhile counts all the same."""
    limits = limiter()
    limits.block(A, "core", 1800.0, now=0.0)
    waits = []
    now = 0.0
    for _ in range(3):
        limits.block_secondary(A, 0.0, now, now)
        waits.append(limits.turn((A,), "graphql", now).wait_seconds)
        now += waits[-1]
    assert waits == [60.0, 120.0, 240.0]


def test_a_wait_is_told_once() -> None:
    """Not by every thread that waits for the same reset; but a later one is told again."""
    limits = limiter()
    limits.block(A, "core", 60.0, 0.0)
    assert [limits.turn((A,), "core", now).is_new_wait for now in (0.0, 0.0, 5.0)] == [True, False, False]
    limits.block(A, "core", 60.0, 60.0)
    assert limits.turn((A,), "core", 60.0).is_new_wait


def test_a_reserve_that_leaves_nothing_is_told() -> None:
    """Else the run would wait for ever."""
    limits = limiter(rate_limit_reserve=5000)
    with pytest.raises(
        ConfigurationError, match=r"rate_limit_reserve \(5000\) leaves nothing of the limit of 5000"
    ):
        limits.learn(A, "core", FULL, 0.0)


@pytest.mark.parametrize(
    ("headers", "stated"),
    [
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59", "x-ratelimit-reset": "1060"},
            Limit(60, 59, 60.0, 1060),
        ),
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "900"},
            Limit(60, 0, 0.0, 900),
        ),
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795759000000"},
            Limit(60, 0, 3600.0, 1795759000000),
        ),
        (
            {"x-ratelimit-limit": "60", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400},
            None,
        ),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "59"}, None),
        ({"x-ratelimit-limit": "60", "x-ratelimit-remaining": "", "x-ratelimit-reset": "soon"}, None),
        ({}, None),
    ],
)
def test_headers(headers: dict[str, str], stated: Limit | None) -> None:
    """What is missing or no number states nothing; a reset beyond an hour is milliseconds, or a mistake."""
    assert Limit.of(headers, now_epoch=1000.0) == stated
