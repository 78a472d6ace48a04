"""How long a failure is tried again, as tables."""

from __future__ import annotations

import pytest
from tap_github_custom.client.patience import Patience
from tap_github_custom.client.progress import Progress
from tap_github_custom.client.verdict import Failed


def test_waits_double_within_a_budget_of_time() -> None:
    """From half a second to half a minute; the last attempt is at the end of the budget."""
    patience = Patience(seconds=120.0)
    now, waits = 0.0, []
    while (wait := patience.wait_seconds(now, jitter=1.0)) is not None:
        waits.append(wait)
        now += wait
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 28.5]


def test_jitter_parts_those_who_wait() -> None:
    """From half of the wait to all of it."""
    assert [Patience(120.0).wait_seconds(0.0, jitter) for jitter in (0.0, 0.5, 1.0)] == [0.25, 0.375, 0.5]


@pytest.mark.parametrize(("after_seconds", "wait"), [(0.0, 0.5), (7.0, 7.0), (500.0, 120.0)])
def test_the_server_s_wish_is_granted_within_the_budget(after_seconds: float, wait: float) -> None:
    """Retry-After of a 503 counts, but not beyond the time that there is."""
    assert Patience(120.0).wait_seconds(0.0, 1.0, after_seconds) == wait


def test_attempts_can_be_counted_as_well() -> None:
    """Three attempts are two waits."""
    patience = Patience(120.0, attempts=3)
    assert [patience.wait_seconds(0.0, 1.0) is None for _ in range(3)] == [False, False, True]


@pytest.mark.parametrize(
    ("failed", "options", "attempts"),
    [
        (Failed(503, "unwell"), {}, None),
        (Failed(503, "unwell"), {"is_first_contact": True}, None),
        (Failed(0, "no name", is_unreachable=True), {"is_first_contact": True}, 3),
        (Failed(0, "no name", is_unreachable=True), {}, None),
        (Failed(0, "reset"), {"is_first_contact": True}, None),
        (Failed(502, "heavy", is_heavy=True), {"is_divisible": True}, 3),
        (Failed(502, "heavy", is_heavy=True), {}, None),
        (Failed(200, "heavy", is_heavy=True), {}, None),
        (Failed(200, "HTML"), {}, 6),
    ],
)
def test_each_trouble_has_its_patience(
    failed: Failed, options: dict[str, bool], attempts: int | None
) -> None:
    """A wrong name, too large a question and what is no JSON are given up earlier than GitHub's bad days."""
    progress = Progress(120.0, is_divisible=options.get("is_divisible", False))
    patience = progress.patience(failed, is_first_contact=options.get("is_first_contact", False))
    assert patience.attempts == attempts
