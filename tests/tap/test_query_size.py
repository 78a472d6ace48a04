"""How much one query asks for, after good and bad moments."""

from __future__ import annotations

import time

from tap_github_custom.reading.query_size import MAX_FAILED_IN_A_ROW, QuerySize

SECONDS = 0.2


def test_what_was_too_large_is_tried_again_later() -> None:
    """It may have been a bad moment: the rest of the run, and other organisations, get as much as usual."""
    size = QuerySize(50, SECONDS)
    size.halve(50)
    size.halve(50)  # by another thread, which asked before
    assert size.value == 25
    size.halve(25)
    assert size.value == 12
    time.sleep(SECONDS)
    assert size.value == 50


def test_graphql_that_fails_at_single_things_is_not_asked_for_some_time() -> None:
    """One in a row with successes costs the others nothing."""
    size = QuerySize(50, SECONDS)
    for _ in range(MAX_FAILED_IN_A_ROW):
        size.halve(1)
        size.succeeded()
        assert size.value == 1
    for _ in range(MAX_FAILED_IN_A_ROW):
        size.halve(1)
    assert size.value == 0
    time.sleep(SECONDS)
    assert size.value == 50


def test_what_failed_before_counts_no_more_when_as_much_as_usual_is_asked_for() -> None:
    """The first question that is too large then is halved, as in the beginning."""
    size = QuerySize(50, SECONDS)
    for _ in range(MAX_FAILED_IN_A_ROW):
        size.halve(1)
    time.sleep(SECONDS)
    assert size.value == 50
    size.halve(50)
    assert size.value == 25
