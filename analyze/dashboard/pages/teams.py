"""How teams work and who helps whom; individuals only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.pages.overview import COVERAGE, CYCLE_TIME
from dashboard.panel import panel, table

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row

TITLE = "Teams"

TEAM = (
    "The team is the one that the author was in when the pull request was opened; unknown where none is "
    "known."
)
BETWEEN = (
    "Reviews in the period that count, by the team of the author (at the opening) and of the reviewer "
    "(at the review). The team filter means the team of the author."
)
SHOWN = 25


def show(reading: Reading) -> None:
    """Show teams side by side, and people on demand."""
    rows = reading.rows("teams")
    left, right = st.columns(2)
    with left:
        _cycle_time(rows)
    with right:
        _between(reading)
    _all(rows)
    if reading.view.with_people:
        _people(reading)
    else:
        st.caption(
            "Individuals are hidden. “Show individuals” in the sidebar shows them; they are no ranking."
        )


def _cycle_time(rows: list[Row]) -> None:
    counted = [
        {
            "team": row["team"],
            "case_count": row["merged_count"],
            **{name: row[name] for name in ("p50", "p75", "p95")},
        }
        for row in rows
    ]
    panel(
        "Cycle time by team",
        "How long the pull requests of each team take from opening to merge.",
        f"{CYCLE_TIME} {TEAM} The figures are in seconds.",
        charts.percentile_ranges(counted[:SHOWN], "team", "Cycle time by team"),
        counted,
    )


def _between(reading: Reading) -> None:
    rows = reading.rows("reviews_between_teams")
    panel(
        "Who reviews for whom",
        _across(rows[0], len(rows)) if rows else "",
        BETWEEN,
        charts.heatmap(
            _with_zeros(rows), "reviewer_team", "author_team", "review_count", "Reviews between teams"
        ),
        rows,
    )


def _across(sums: Row, shown: int) -> str:
    """Return how many reviews go across teams, of all of them, and which pairs are left out."""
    across, total = sums["across_count"], sums["total_count"]
    said = f"{across / total:.0%} of {total:,} reviews go across teams."
    left_out = sums["pair_count"] - shown
    return f"{said} {left_out:,} pairs with few reviews are left out." if left_out else said


def _with_zeros(rows: list[Row]) -> list[Row]:
    """Return a row for each pair of teams, those that never review each other as well."""
    counts = {(row["author_team"], row["reviewer_team"]): row["review_count"] for row in rows}
    authors, reviewers = (sorted({pair[side] for pair in counts}) for side in (0, 1))
    return [
        {"author_team": author, "reviewer_team": reviewer, "review_count": counts.get((author, reviewer), 0)}
        for author in authors
        for reviewer in reviewers
    ]


def _all(rows: list[Row]) -> None:
    st.subheader("Teams", anchor=False, help=f"{TEAM} {COVERAGE}")
    if not rows:
        st.info("Nothing was merged in this period with these filters.")
        return
    few = sum(row["merged_count"] < charts.FEW for row in rows)
    st.caption(
        f"{few} of {len(rows)} teams merged fewer than {charts.FEW} pull requests: their percentiles say "
        "little."
        if few
        else "What each team merged, how fast, and how much of it was reviewed."
    )
    config = st.column_config
    table(
        [
            {
                "team": row["team"],
                "merged_count": row["merged_count"],
                "author_count": row["author_count"],
                "review_coverage": row["review_coverage"],
                "first_review_hours": _hours(row["first_review_p50"]),
                "merge_hours": _hours(row["p50"]),
            }
            for row in rows
        ],
        {
            "team": config.TextColumn("Team"),
            "merged_count": config.NumberColumn("Merged"),
            "author_count": config.NumberColumn("Authors"),
            "review_coverage": config.NumberColumn("Coverage", format="percent"),
            "first_review_hours": config.NumberColumn("To first review, median hours"),
            "merge_hours": config.NumberColumn("To merge, median hours"),
        },
    )


def _people(reading: Reading) -> None:
    st.subheader("People", anchor=False, help=f"Authors of what was merged in the period. {COVERAGE}")
    rows = reading.rows("people")
    if not rows:
        st.info("Nobody merged anything in this period with these filters.")
        return
    st.caption("Counts say nothing about how hard or how useful the work was.")
    config = st.column_config
    table(
        [
            {
                "author": row["author"],
                "team": row["team"],
                "merged_count": row["merged_count"],
                "review_coverage": row["review_coverage"],
                "first_review_hours": _hours(row["first_review_p50"]),
                "merge_hours": _hours(row["merge_p50"]),
            }
            for row in rows
        ],
        {
            "author": config.TextColumn("Author"),
            "team": config.TextColumn("Team"),
            "merged_count": config.NumberColumn("Merged"),
            "review_coverage": config.NumberColumn("Coverage", format="percent"),
            "first_review_hours": config.NumberColumn("To first review, median hours"),
            "merge_hours": config.NumberColumn("To merge, median hours"),
        },
    )


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 1)
