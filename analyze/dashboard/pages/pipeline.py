"""Whether the numbers are current and whole: the last runs, what they did and what they cost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.durations import NOTHING, duration
from dashboard.panel import number, panel, table

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row

TITLE = "Pipeline health"

RUNS = (
    "A run is healthy where it ended well, nothing was rejected, and no repository was skipped. Unfinished: "
    "killed, or still going on; what it did is not told then. Rows are counted by the loader."
)
POINTS = "Points of GitHub's rate limits that the tap has spent, by run, as far as it told."
STREAMS = (
    "Loaded: when a batch was last committed. Changed: when one was that changed a row. A stream may rest "
    "for weeks; where all of them rest, the pipeline does."
)
SHOWN = 15
BESIDE = timedelta(hours=1)
WELL = ("complete", "ended_early")


def show(reading: Reading) -> None:
    """Show the last runs, their costs, and how current each stream is; no filter applies."""
    runs = reading.rows("runs")
    if runs:
        _numbers(runs)
    left, right = st.columns(2)
    with left:
        _costs(runs)
    with right:
        _streams(reading.rows("freshness"))
    _runs(runs)


def _numbers(runs: list[Row]) -> None:
    newest = runs[0]
    healthy = sum(bool(run["is_healthy"]) for run in runs)
    first, second, third, fourth = st.columns(4)
    with first:
        st.metric("Last run", newest["outcome"].replace("_", " "), help=RUNS, border=True)
    with second:
        ago = (datetime.now(UTC).replace(tzinfo=None) - newest["ended_at"]).total_seconds()
        st.metric("Ended, ago", duration(ago), help="From the end of the last run until now.", border=True)
    with third:
        st.metric("Healthy runs", f"{healthy} of {len(runs)}", help=f"Of the last ones. {RUNS}", border=True)
    with fourth:
        number(
            "Rejected records",
            sum(run["rows_rejected"] or 0 for run in runs),
            None,
            f"Records that could not be loaded, in the last {len(runs)} runs.",
        )
    _beside(runs)
    if newest["skipped_count"]:
        st.warning(
            f"**Partial data.** The last run could not read {newest['skipped_count']:,} repositories; "
            "their numbers stay as they were."
        )


def _beside(runs: list[Row]) -> None:
    """Tell of runs beside the last that did not end well: workers share what is read, and each has a run."""
    since = runs[0]["began_at"] - BESIDE
    together = [run for run in runs if run["began_at"] >= since]
    bad = Counter(run["outcome"] for run in together[1:] if run["outcome"] not in WELL)
    if bad:
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(bad.items()))
        st.warning(
            f"**Not every run went well.** Of the {len(together) - 1} that began within an hour before the "
            f"last one: {outcomes}. The table below says why."
        )


def _costs(runs: list[Row]) -> None:
    told = [
        {"run": label, "points": run["point_count"], "run_id": run["run_id"]}
        for label, run in zip(_labels(runs), runs, strict=True)
        if run["point_count"] is not None
    ]
    panel(
        "API points",
        "What each of the last runs took of GitHub's limits; a jump means that much was read again.",
        POINTS,
        charts.bars(told[:SHOWN], "run", "points", "API points by run"),
        told,
    )


def _labels(runs: list[Row]) -> list[str]:
    """Return a label for each run, of which no two are alike: workers may begin in the same second."""
    times = [f"{run['began_at']:%Y-%m-%d %H:%M:%S}" for run in runs]
    before = [times[:place].count(time) for place, time in enumerate(times)]
    return [f"{time} ({count + 1})" if count else time for time, count in zip(times, before, strict=True)]


def _streams(rows: list[Row]) -> None:
    st.subheader("Streams", anchor=False, help=STREAMS)
    if not rows:
        st.info("No load has been entered into the ledger.")
        return
    st.caption("When rows of each stream were last loaded, those that rest first.")
    config = st.column_config
    table(
        rows,
        {
            "stream": config.TextColumn("Stream"),
            "last_loaded_at": config.DatetimeColumn("Loaded, UTC", format="YYYY-MM-DD HH:mm"),
            "last_changed_at": config.DatetimeColumn("Changed, UTC", format="YYYY-MM-DD HH:mm"),
            "run_count": config.NumberColumn("Runs"),
        },
    )


def _runs(runs: list[Row]) -> None:
    st.subheader("Runs", anchor=False, help=RUNS)
    if not runs:
        st.info("No run has told of itself yet.")
        return
    st.caption("The newest first, 50 at most.")
    config = st.column_config
    table(
        [{**run, "run_seconds": _duration(run["run_seconds"])} for run in runs],
        {
            "began_at": config.DatetimeColumn("Began, UTC", format="YYYY-MM-DD HH:mm"),
            "outcome": config.TextColumn("Outcome"),
            "is_healthy": config.CheckboxColumn("Healthy"),
            "reason": config.TextColumn("Reason"),
            "run_seconds": config.TextColumn("Took"),
            "rows_read": config.NumberColumn("Rows read"),
            "rows_changed": config.NumberColumn("Rows changed"),
            "rows_rejected": config.NumberColumn("Rejected"),
            "skipped_count": config.NumberColumn("Skipped"),
            "request_count": config.NumberColumn("Requests"),
            "point_count": config.NumberColumn("Points"),
            "waited_seconds": config.NumberColumn("Waited, seconds"),
            "attempt_count": config.NumberColumn("Attempts"),
            "ended_at": config.DatetimeColumn("Ended, UTC", format="YYYY-MM-DD HH:mm"),
            "run_id": config.TextColumn("Run"),
        },
    )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds:.0f} s" if seconds < 120 else duration(seconds)  # noqa: PLR2004 - two minutes
