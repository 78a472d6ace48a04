"""How things go: throughput, cycle time, lead time, coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.panel import number, panel, share, time
from dashboard.reading import percentiles

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row, Weeks

TITLE = "Overview"

MERGED = "Pull requests merged in the period, whenever they were opened."
CYCLE_TIME = (
    "From opening to merge, of what was merged in the period. p50 is the median: half took less. "
    "p75 and p95 say how long the slow ones take; a mean would hide both."
)
LEAD_TIME = (
    "From the first authored commit to the first successful production deployment that holds the merge, "
    "by service, of what came to production in the period. What is not deployed yet does not count."
)
COVERAGE = (
    "Share of the pull requests merged in the period that somebody else has reviewed, be it after the "
    "merge. Reviews of bots, of service accounts and of the author do not count."
)


def show(reading: Reading) -> None:
    """Show the numbers that matter most, beside those of the period before, and how they went by week."""
    merged, lead_time = reading.by_week("merged"), reading.by_week("lead_time")
    opened = reading.rows("opened")
    _numbers(merged, lead_time)
    left, right = st.columns(2)
    with left:
        _throughput(reading, merged, opened)
    with right:
        cycle_time(merged)
    with left:
        coverage(merged)
    with right:
        lead_times(lead_time)


def _numbers(merged: Weeks, lead_time: Weeks) -> None:
    now, before = merged.current, merged.before
    first, second, third, fourth = st.columns(4)
    with first:
        number("Merged", now.get("merged_count", 0), before.get("merged_count"), MERGED)
    with second:
        time(
            "Cycle time, median",
            now.get("merge_p50"),
            before.get("merge_p50"),
            now.get("merged_count", 0),
            CYCLE_TIME,
        )
    with third:
        time(
            "Lead time, median",
            lead_time.current.get("lead_time_p50"),
            lead_time.before.get("lead_time_p50"),
            lead_time.current.get("lead_time_count", 0),
            LEAD_TIME,
        )
    with fourth:
        share("Review coverage", reviewed(now), reviewed(before), now.get("merged_count", 0), COVERAGE)


def reviewed(row: Row) -> float | None:
    """Return the share of merged pull requests that were reviewed; None where none was merged."""
    return row["reviewed_count"] / row["merged_count"] if row.get("merged_count") else None


def _throughput(reading: Reading, merged: Weeks, opened: list[Row]) -> None:
    merged_by = {row["week"]: row["merged_count"] for row in merged.weeks}
    current = [row for row in opened if row["is_current"]]
    opened_by = {row["week"]: row["opened_count"] for row in reading.weekly(current)}
    rows = [
        {"week": week, "Opened": opened_by.get(week, 0), "Merged": merged_by.get(week, 0)}
        for week in reading.every_week()
    ]
    panel(
        "Throughput",
        "How many pull requests were opened and merged, by week: where the first stay above the second, "
        "work piles up.",
        f"{MERGED} Weeks have seven days and are counted back from the end of the period.",
        charts.counts_over_time(rows, ("Opened", "Merged"), "Pull requests")
        if merged_by or opened_by
        else None,
        rows,
    )


def cycle_time(merged: Weeks) -> None:
    """Show the time from opening to merge by week."""
    rows = [{"week": row["week"], **percentiles(row, "merge", "merged_count")} for row in merged.weeks]
    panel(
        "Cycle time",
        "How long pull requests take from opening to merge. A hollow point is of fewer than five cases.",
        f"{CYCLE_TIME} The figures are in seconds.",
        charts.percentiles_over_time(rows, "Cycle time"),
        rows,
    )


def lead_times(lead_time: Weeks) -> None:
    """Show the lead time to production by week."""
    known = [row for row in lead_time.weeks if row["lead_time_count"]]
    rows = [{"week": row["week"], **percentiles(row, "lead_time", "lead_time_count")} for row in known]
    panel(
        "Lead time",
        "How long it takes from the first commit to production. A hollow point is of fewer than five cases.",
        f"{LEAD_TIME} The figures are in seconds.",
        charts.percentiles_over_time(rows, "Lead time"),
        rows,
    )


def coverage(merged: Weeks) -> None:
    """Show review coverage by week."""
    rows = [
        {"week": row["week"], "share": reviewed(row), "case_count": row["merged_count"]}
        for row in merged.weeks
    ]
    panel(
        "Review coverage",
        "Which share of what was merged somebody else has reviewed. A hollow point is of fewer than five "
        "cases.",
        COVERAGE,
        charts.shares_over_time(rows, "Review coverage"),
        rows,
    )
