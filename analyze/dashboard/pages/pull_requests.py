"""Where pull requests spend their time, and which are stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.durations import DAY, HOUR
from dashboard.panel import https, panel, table

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row

TITLE = "Pull requests"

STAGES = (
    "Of the pull requests merged in the period. **Coding**: first commit to opening. **Pickup**: to the "
    "first review by another person. **Review**: to the merge. **Deploy**: to production. A stage that is "
    "not known (a pull request without a review, or not deployed yet) does not count, and is never taken "
    "for 0. Medians of stages do not add up to the median of the whole."
)
DISTRIBUTION = "Of the pull requests merged in the period, by the time from opening to merge."
SIZES = (
    "Of the pull requests merged in the period, from opening to merge. By lines added and deleted: "
    "XS to 10, S to 50, M to 250, L to 1,000, XL above."
)
STUCK = (
    "Open now, whatever the period, and not touched in the seven days before the end of the data; archived "
    "repositories are left out. Waiting for: a first review by another person, an approval, or the merge."
)
RANGES = ("< 1 h", "1 to 4 h", "4 to 24 h", "1 to 3 d", "3 to 7 d", "1 to 2 w", "> 2 w")


def show(reading: Reading) -> None:
    """Show stages, distribution, and the pull requests that are worth a look."""
    left, right = st.columns(2)
    with left:
        _stages(reading)
    with right:
        _distribution(reading)
    _sizes(reading)
    _stuck(reading)
    _slowest(reading)


def _stages(reading: Reading) -> None:
    rows = reading.rows("stages")
    known = [row for row in rows if row["case_count"]]
    longest = max(known, key=lambda row: row["p50"], default=None)
    panel(
        "Stages",
        f"Where the time goes: the longest stage, by its median, is {longest['stage'].lower()}."
        if longest
        else "",
        STAGES,
        charts.percentile_ranges(known, "stage", "Stages of pull requests"),
        known,
    )


def _distribution(reading: Reading) -> None:
    counts = {row["place"]: row["merged_count"] for row in reading.rows("merge_time_distribution")}
    rows = [{"range": name, "count": counts.get(place, 0)} for place, name in enumerate(RANGES, start=1)]
    panel(
        "Time to merge",
        "How many pull requests took how long: a long tail at the bottom is what the median does not tell.",
        DISTRIBUTION,
        charts.bars(rows, "range", "count", "Pull requests by time to merge") if counts else None,
        rows,
    )


def _sizes(reading: Reading) -> None:
    rows = reading.rows("merge_time_by_size")
    panel(
        "Size and time to merge",
        "Whether large pull requests take longer to get in.",
        SIZES,
        charts.percentile_ranges(rows, "size_class", "Time to merge by size"),
        rows,
    )


def _stuck(reading: Reading) -> None:
    st.subheader("Stuck", anchor=False, help=STUCK)
    rows = reading.rows("stuck")
    if not rows:
        st.info("No open pull request has gone untouched for a week.")
        return
    count = rows[0]["stuck_count"]
    st.caption(f"{count:,} open pull requests were not touched for a week or longer{_of(len(rows), count)}.")
    end = reading.there.last_at
    _list(
        reading,
        [
            {
                **_name(row),
                "waits_for": row["waits_for"],
                "idle_days": round((end - row["updated_at"]).total_seconds() / DAY, 1),
                "age_days": round((end - row["created_at"]).total_seconds() / DAY, 1),
            }
            for row in rows
        ],
    )


def _slowest(reading: Reading) -> None:
    st.subheader(
        "Slowest", anchor=False, help="Merged in the period, the longest time from opening to merge first."
    )
    rows = reading.rows("slowest")
    if not rows:
        st.info("Nothing was merged in this period with these filters.")
        return
    st.caption(f"The {len(rows)} that took longest to get in.")
    _list(
        reading,
        [
            {
                **_name(row),
                "size": row["size_class"],
                "hours_to_review": _hours(row["seconds_to_first_review"]),
                "hours_to_merge": _hours(row["seconds_to_merge"]),
            }
            for row in rows
        ],
    )


def _of(shown: int, count: int) -> str:
    return f"; these are the {shown} longest" if shown < count else ""


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 1)


def _name(row: Row) -> Row:
    """Return what tells which pull request it is."""
    return {
        "link": https(row["html_url"]),
        "title": row["title"],
        "repository": row["repository_full_name"],
        "author": row["author_login"],
    }


def _list(reading: Reading, rows: list[Row]) -> None:
    """Show pull requests with links; their authors only where people are to be shown."""
    if not reading.view.with_people:
        rows = [{name: value for name, value in row.items() if name != "author"} for row in rows]
    config = st.column_config
    table(
        rows,
        {
            "link": config.LinkColumn("Pull request", display_text=r"/pull/(\d+)$", width="small"),
            "title": config.TextColumn("Title", width="large"),
            "repository": config.TextColumn("Repository"),
            "author": config.TextColumn("Author"),
            "waits_for": config.TextColumn("Waits for"),
            "idle_days": config.NumberColumn("Untouched, days"),
            "age_days": config.NumberColumn("Open, days"),
            "size": config.TextColumn("Size", width="small"),
            "hours_to_review": config.NumberColumn("To first review, hours"),
            "hours_to_merge": config.NumberColumn("To merge, hours"),
        },
    )
