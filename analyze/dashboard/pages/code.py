"""Which code changes, and how few people know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import charts
from dashboard.panel import number, panel, share, table
from dashboard.treemap import Box, squarify

if TYPE_CHECKING:
    from dashboard.reading import Reading, Row

TITLE = "Code"

CHURN = (
    "Lines added and deleted on default branches in the period. Lock files, generated and vendored paths, "
    "merge commits and what a fork began with are noise, and left out."
)
HOTSPOTS = "Files by how many commits changed them in the period, noise left out."
OWNERSHIP = (
    "Folders up to two levels deep, over all time and all teams. The bus factor is how many people it "
    "takes to have written half of the churn; only organisation and repository filter it."
)
WIDE = 2.4  # how much wider than high a treemap is
BOXES = 60
LEGIBLE = 0.09  # of the width: narrower boxes have no room for a name


def show(reading: Reading) -> None:
    """Show churn, hotspots and ownership."""
    churn, quality = reading.rows("churn"), reading.rows("churn_quality")[0]
    _numbers(quality)
    _treemap(churn)
    left, right = st.columns(2)
    with left:
        _hotspots(reading)
    with right:
        _ownership(reading)


def _numbers(quality: Row) -> None:
    churn, noise = quality["churn"] or 0, quality["noise_churn"] or 0
    first, second, third = st.columns(3)
    with first:
        number("Changed lines", churn, None, CHURN)
    with second:
        number("Commits", quality["commit_count"], None, "Commits on default branches in the period.")
    with third:
        share(
            "Noise left out", noise / (churn + noise) if churn + noise else None, None, churn + noise, CHURN
        )
    if quality["truncated_commit_count"]:
        st.warning(
            f"**Partial data.** Of {quality['truncated_commit_count']:,} commits GitHub told only some of "
            "the files."
        )


def boxes(churn: list[Row]) -> list[Row]:
    """Return the boxes of the largest rows of a churn, between 0 and 1, with names where there is room."""
    largest = [row for row in churn if row["churn"]][:BOXES]
    if not largest:
        return []
    placed = squarify([row["churn"] for row in largest], Box(0, 0, WIDE, 1))
    return [
        {
            "left": box.left / WIDE,
            "right": box.right / WIDE,
            "top": box.top,
            "bottom": box.bottom,
            "label": row["repository_full_name"],
            "caption": row["repository_full_name"].rpartition("/")[2]
            if box.width / WIDE > LEGIBLE and box.height > LEGIBLE
            else "",
            "group": row["language"],
            "value": row["churn"],
        }
        for row, box in zip(largest, placed, strict=True)
    ]


def _treemap(churn: list[Row]) -> None:
    panel(
        "Churn",
        "Where the work goes: a box per repository and language, as large as its changed lines.",
        CHURN,
        charts.treemap(boxes(churn), "Changed lines by repository and language"),
        churn,
    )


def _hotspots(reading: Reading) -> None:
    st.subheader("Hotspots", anchor=False, help=HOTSPOTS)
    rows = reading.rows("hotspots")
    if not rows:
        st.info("No file was changed in this period with these filters.")
        return
    st.caption("Files that change again and again are where a refactoring or a test pays.")
    config = st.column_config
    table(
        rows,
        {
            "file_path": config.TextColumn("File", width="medium"),
            "repository_full_name": config.TextColumn("Repository"),
            "language": config.TextColumn("Language"),
            "commit_count": config.NumberColumn("Commits"),
            "author_count": config.NumberColumn("Authors"),
            "churn": config.NumberColumn("Changed lines"),
            "last_changed_at": config.DatetimeColumn("Last change", format="YYYY-MM-DD"),
        },
    )


def _ownership(reading: Reading) -> None:
    st.subheader("Ownership", anchor=False, help=OWNERSHIP)
    rows = reading.rows("ownership")
    if not rows:
        st.info("No code is known of these repositories.")
        return
    alone, folders = rows[0]["alone_count"], rows[0]["folder_count"]
    st.caption(f"{alone:,} of {folders:,} folders were mostly written by one person.")
    hidden = {"folder_count", "alone_count", *([] if reading.view.with_people else ["top_author"])}
    config = st.column_config
    table(
        [{name: value for name, value in row.items() if name not in hidden} for row in rows],
        {
            "repository_full_name": config.TextColumn("Repository"),
            "path_prefix": config.TextColumn("Folder"),
            "bus_factor": config.NumberColumn("Bus factor"),
            "author_count": config.NumberColumn("Authors"),
            "top_author_share": config.NumberColumn("Share of the first", format="percent"),
            "top_author": config.TextColumn("First author"),
            "churn": config.NumberColumn("Changed lines"),
        },
    )
