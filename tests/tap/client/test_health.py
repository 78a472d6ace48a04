"""What the answers say of the host."""

from __future__ import annotations

import time
from email.utils import formatdate

from tap_github_custom.client.answer import Reply
from tap_github_custom.client.health import Health
from tap_github_custom.client.verdict import Failed
from tap_github_custom.errors import GraphQLTooLargeError, RepositoryError, UnreachableError


def answered(ahead_seconds: float) -> Reply:
    """Return an answer of a host to whose clock ours is ahead."""
    date = formatdate(time.time() - ahead_seconds, usegmt=True)
    return Reply(200, {"date": date}, b"", "https://h/x")


def test_our_clock_is_ahead_by_no_more_than_any_answer_says() -> None:
    """Each was under way for a while, which looks the same; a clock that is behind is not ahead."""
    health = Health("https://h", 60.0)
    health.saw(answered(50))
    health.saw(answered(5))
    assert 5 <= health.ahead_seconds < 50
    health.saw(answered(20))
    assert 5 <= health.ahead_seconds < 20
    health.saw(answered(-30))
    assert health.ahead_seconds == 0


def test_an_outage_begins_with_the_first_bad_answer() -> None:
    """As long as nothing was asked, as when the target takes its time, nothing was bad."""
    outage_seconds = 0.05
    good, bad = (Reply(status, {}, b"", "https://h/x") for status in (200, 502))
    health = Health("https://h", outage_seconds)

    def given_up() -> type[Exception]:
        health.saw(bad)
        return type(health.why_given_up(Failed(502, "bad"), 3, bad.url))

    health.saw(good)
    time.sleep(outage_seconds)
    assert given_up() is RepositoryError
    time.sleep(outage_seconds)
    assert given_up() is UnreachableError
    health.saw(good)
    assert given_up() is RepositoryError


def test_an_outage_is_of_rest() -> None:
    """GraphQL alone may be down for long: REST is asked then, and tells whether all of GitHub is."""
    health = Health("https://h", 0)
    health.saw(Reply(502, {}, b"", "https://h/graphql"))
    assert type(health.why_given_up(Failed(502, "bad", is_heavy=True), 3, "x")) is GraphQLTooLargeError
    assert type(health.why_given_up(Failed(502, "bad"), 3, "x")) is UnreachableError


def test_a_wait_for_a_limit_is_no_outage() -> None:
    """Nobody has asked meanwhile."""
    health = Health("https://h", 0.05)
    health.saw(Reply(502, {}, b"", "https://h/x"))
    time.sleep(0.05)
    health.pause(0.05)
    assert type(health.why_given_up(Failed(502, "bad"), 3, "x")) is RepositoryError
