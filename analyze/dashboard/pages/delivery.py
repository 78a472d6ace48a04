"""How fast and how often changes come to production, and how well that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.durations import DAY, HOUR
from dashboard.pages.overview import LEAD_TIME, lead_times
from dashboard.panel import number, panel, share, time

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row, Weeks

TITLE = "Delivery"

DEPLOYMENTS = (
    "Deployments to production that succeeded, of the kind that counts for the service, by when they were "
    "asked for; one of several services counts once. They have no author, so that the filters for teams and "
    "bots do not apply to them."
)
FAILURES = (
    "Share of the changes that came to production, by service, and were reverted since: a proxy for the "
    "change failure rate."
)
MATCH = (
    "How a merge was found in a deployment. **Exact**: the merge commit itself was deployed. "
    "**Contained**: a descendant of it was. **By time**: the first deployment after the merge, since "
    "nobody can tell whether it holds it; lead times that rest on it are estimates. Services that are live "
    "once merged need no match, and are left out."
)
WAITING = (
    "Of what was merged in the period, by service: not in production yet, and in no lead time. Services of "
    "which no deployment is known are left out."
)
PARTS = {"Exact": "sha_count", "Contained": "contained_count", "By time": "time_count"}
SHOWN = 20


def show(reading: Reading) -> None:
    """Show lead time, deployment frequency, change failures, and the quality of the matching."""
    lead_time, services = reading.by_week("lead_time"), reading.rows("lead_time_by_service")
    deployments, waiting = reading.rows("deployments"), reading.rows("waiting_for_deploy")[0]
    _numbers(reading, lead_time, deployments)
    _partial(waiting)
    left, right = st.columns(2)
    with left:
        _by_service(services)
    with right:
        _frequency(reading, deployments)
    with left:
        lead_times(lead_time)
    with right:
        _match_quality(services)


def _numbers(reading: Reading, lead_time: Weeks, deployments: list[Row]) -> None:
    successes = sum(row["success_count"] for row in deployments)
    deployed = lead_time.current.get("deployed_count", 0)
    reverted = lead_time.current.get("reverted_count", 0)
    first, second, third, fourth = st.columns(4)
    with first:
        time(
            "Lead time, median",
            lead_time.current.get("lead_time_p50"),
            lead_time.before.get("lead_time_p50"),
            lead_time.current.get("lead_time_count", 0),
            f"{LEAD_TIME} {_bucket(lead_time.current.get('lead_time_p50'))}",
        )
    with second:
        number("Deployments", successes, None, DEPLOYMENTS)
    with third:
        per_week = f"{successes * 7 / reading.period.days:.1f}"
        st.metric("Deployments a week", per_week, help=DEPLOYMENTS, border=True)
    with fourth:
        share("Reverted changes", reverted / deployed if deployed else None, None, deployed, FAILURES)


def _bucket(seconds: float | None) -> str:
    """Return the class of a lead time, as a sentence."""
    if seconds is None:
        return ""
    steps = (("elite", HOUR), ("high", DAY), ("medium", 7 * DAY))
    name = next((name for name, limit in steps if seconds < limit), "low")
    return f"This one is {name}: elite is below an hour, high below a day, medium below a week."


def _partial(waiting: Row) -> None:
    if waiting["waiting_count"]:
        st.caption(
            f"{waiting['waiting_count']:,} of {waiting['merged_count']:,} changes merged in the period are "
            "not in production yet, and in no lead time below: the newest weeks may look faster than they "
            "are.",
            help=WAITING,
        )


def _by_service(services: list[Row]) -> None:
    rows = [{name: row[name] for name in ("service", "case_count", "p50", "p75", "p95")} for row in services]
    known = [row for row in rows if row["case_count"]]
    panel(
        "Lead time by service",
        "Which services bring changes out quickly, and how far their slow ones lag behind.",
        f"{LEAD_TIME} The figures are in seconds.",
        charts.percentile_ranges(known[:SHOWN], "service", "Lead time by service"),
        known,
    )


def _frequency(reading: Reading, deployments: list[Row]) -> None:
    counts = {
        row["week"]: (row["success_count"], row["failure_count"]) for row in reading.weekly(deployments)
    }
    rows = [
        {"week": week, "Succeeded": succeeded, "Failed": failed}
        for week in reading.every_week()
        for succeeded, failed in [counts.get(week, (0, 0))]
    ]
    panel(
        "Deployment frequency",
        "How often production changes, by week, and how often the attempt fails.",
        DEPLOYMENTS,
        charts.counts_over_time(rows, ("Succeeded", "Failed"), "Deployments") if deployments else None,
        rows,
    )


def _match_quality(services: list[Row]) -> None:
    rows = [
        {"service": row["service"], **{part: row[column] for part, column in PARTS.items()}}
        for row in services
        if any(row[column] for column in PARTS.values())
    ]
    panel(
        "Match quality",
        "How far the lead times are to be trusted: the more is exact or contained, the better.",
        MATCH,
        charts.stacked_shares(rows[:SHOWN], "service", list(PARTS), "Match quality by service"),
        rows,
    )
