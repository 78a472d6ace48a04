"""What GraphQL's total of comments counts is found out by comparison, and no comparison proves it alone."""

from __future__ import annotations

from typing import Any

import pytest
from tap_github_custom.reading.review_comments import READINGS, UNKNOWN, ReviewComments

Json = dict[str, Any]

ALL, WITHOUT_TEXTS = READINGS


def told(comments: ReviewComments, total: int, texts: int, truth: int | None) -> int | None:
    """Return the number for a pull request with TOTAL comments beside the conversation; None: REST was asked.

    TEXTS of its reviews have one; REST says TRUTH.
    """
    node = {"totalCommentsCount": total + 5, "comments": {"totalCount": 5}}
    reviews: list[Json] = [{"body": "Text"}] * texts + [{"body": ""}]
    asked: list[int | None] = []

    def ask() -> int | None:
        asked.append(truth)
        return truth

    count = comments.count(node, reviews, ask)
    if asked:
        assert count == truth, "what REST says is true"
        return None
    return count


@pytest.mark.parametrize(("reading", "truths"), [(ALL, (3, 4)), (WITHOUT_TEXTS, (2, 2))])
def test_a_reading_that_fits_twice_is_settled_on(reading: str, truths: tuple[int, int]) -> None:
    """Where the other one does not; from then on nothing is asked for."""
    comments = ReviewComments()
    told(comments, 3, 1, truths[0])
    assert comments.settled is None
    told(comments, 4, 2, truths[1])
    assert comments.settled == reading
    assert told(comments, 3, 1, None) == truths[0]


def test_what_fits_both_readings_settles_nothing() -> None:
    """It tells only that what both say is true: the first pull request that parts them proves nothing yet."""
    comments = ReviewComments()
    assert [told(comments, 3, 0, 3) for _ in range(3)] == [None, None, 3]
    told(comments, 3, 1, 3)  # in truth 2: a comment came meanwhile
    assert comments.settled is None
    assert [told(comments, 3, 1, 2) for _ in range(4)] == [None, None, None, 2]
    assert comments.settled == WITHOUT_TEXTS


def test_a_comment_that_comes_between_two_answers_settles_nothing_wrongly() -> None:
    """It makes the wrong reading fit once, or none at all."""
    comments = ReviewComments()
    told(comments, 3, 1, 3)  # in truth 2: a comment came meanwhile
    told(comments, 4, 0, 4)
    told(comments, 4, 0, 4)
    assert comments.settled is None
    assert told(comments, 3, 1, 2) is None
    comments = ReviewComments()
    told(comments, 3, 1, 9)
    assert comments.settled is None


def test_where_nothing_fits_rest_is_asked() -> None:
    """For good."""
    comments = ReviewComments()
    for _ in range(2):
        told(comments, 3, 1, 7)
    assert comments.settled == UNKNOWN
    assert told(comments, 3, 0, 3) is None


@pytest.mark.parametrize(
    ("settled", "known"), [(ALL, ALL), (UNKNOWN, UNKNOWN), ("misspelt", None), (None, None)]
)
def test_what_an_earlier_run_found_out_is_kept(settled: str | None, known: str | None) -> None:
    """As far as it is still a reading."""
    assert ReviewComments(settled).settled == known
