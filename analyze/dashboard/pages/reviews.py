"""Who carries the reviews, and how long others wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.pages.overview import COVERAGE, coverage, reviewed
from dashboard.panel import number, panel, share, time
from dashboard.reading import percentiles

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row, Weeks

TITLE = "Reviews"

COUNTED = "Submitted reviews of a person other than the author."
FIRST_REVIEW = (
    "From opening to the first review by another person, of what was merged in the period. Pull requests "
    "without such a review do not count."
)
LOAD = (
    f"{COUNTED} In the period, by reviewer; the team filter means the team of the reviewer. Without names "
    "unless individuals are shown: a load is to be shared out, not a score."
)
SHOWN = 25


def show(reading: Reading) -> None:
    """Show load, waiting time and coverage."""
    merged, load = reading.by_week("merged"), reading.rows("review_load")
    _numbers(merged, load)
    left, right = st.columns(2)
    with left:
        _load(reading, load)
    with right:
        _first_review(merged)
        coverage(merged)
    _by_repository(reading)


def _numbers(merged: Weeks, load: list[Row]) -> None:
    now, before = merged.current, merged.before
    first, second, third, fourth = st.columns(4)
    with first:
        number("Reviews", load[0]["all_review_count"] if load else 0, None, COUNTED)
    with second:
        number(
            "Reviewers", load[0]["reviewer_count"] if load else 0, None, "People with at least one of them."
        )
    with third:
        time(
            "To first review, median",
            now.get("first_review_p50"),
            before.get("first_review_p50"),
            now.get("first_review_count", 0),
            FIRST_REVIEW,
        )
    with fourth:
        share("Review coverage", reviewed(now), reviewed(before), now.get("merged_count", 0), COVERAGE)


def _load(reading: Reading, load: list[Row]) -> None:
    rows = [
        {
            "reviewer": f"{row['place']}. {row['reviewer']}"
            if row["reviewer"]
            else f"Reviewer {row['place']}",
            **({"team": row["team"]} if reading.view.with_people else {}),
            "reviews": row["review_count"],
            "pull_requests": row["pull_request_count"],
            "approvals": row["approval_count"],
            "changes_requested": row["changes_requested_count"],
        }
        for row in load
    ]
    panel(
        "Load by reviewer",
        _shared(load),
        LOAD,
        charts.bars(rows[:SHOWN], "reviewer", "reviews", "Reviews by reviewer"),
        rows,
    )


def _shared(load: list[Row]) -> str:
    """Return how evenly the load is shared, in a sentence."""
    if not load:
        return ""
    total, needed, seen = load[0]["all_review_count"], 0, 0
    for row in load:
        needed, seen = needed + 1, seen + row["review_count"]
        if 2 * seen >= total:
            break
    people = "person gives" if needed == 1 else "people give"
    return f"{needed} {people} half of all reviews, of {load[0]['reviewer_count']} who review at all."


def _first_review(merged: Weeks) -> None:
    known = [row for row in merged.weeks if row["first_review_count"]]
    rows = [{"week": row["week"], **percentiles(row, "first_review", "first_review_count")} for row in known]
    panel(
        "Time to first review",
        "How long authors wait for somebody to look. A hollow point is of fewer than five cases.",
        f"{FIRST_REVIEW} By the week of the merge. The figures are in seconds.",
        charts.percentiles_over_time(rows, "Time to first review"),
        rows,
    )


def _by_repository(reading: Reading) -> None:
    rows = reading.rows("coverage_by_repository")
    parts = [
        {
            "repository": row["repository_full_name"],
            "Reviewed": row["reviewed_count"],
            "Not reviewed": row["merged_count"] - row["reviewed_count"],
            "self_merged": row["self_merged_count"],
        }
        for row in rows
    ]
    panel(
        "Coverage by repository",
        "Where changes go in without a second pair of eyes; the busiest repositories first.",
        f"{COVERAGE} Self-merged: merged by their author, reviewed or not.",
        charts.stacked_shares(
            parts[:SHOWN], "repository", ("Reviewed", "Not reviewed"), "Coverage by repository"
        ),
        parts,
    )
