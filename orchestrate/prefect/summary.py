"""What the loads of a run did and what they cost, as a table in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LOADER, TAP = "target-gcs-snowflake-merge", "tap-github-custom"
OF_LOADER = ("rows_read", "rows_inserted", "rows_updated", "rows_unchanged", "rows_deleted", "rows_rejected")
OF_TAP = ("requests", "points", "skipped")
HEADING = (
    *("part", "outcome", "read", "inserted", "updated", "unchanged", "deleted", "rejected"),
    *("requests", "points", "skipped", "seconds"),
)
NOTHING = "left no summary: it failed before the load, or was killed"


def markdown(runs: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of runs (part -> run id) from rows of `_RUN_SUMMARY`, the oldest first."""
    lines = [_line(HEADING), _line(["---"] * len(HEADING))]
    for part, run_id in runs.items():
        plugins = {row["plugin"]: row for row in rows if row["run_id"] == run_id}
        lines.append(_line(_cells(part, plugins)))
    return "\n".join(lines) + "\n"


def _cells(part: str, plugins: Mapping[str, Mapping[str, Any]]) -> list[str]:
    if LOADER not in plugins:
        return [_plain(part), NOTHING, *[""] * (len(HEADING) - 2)]
    loader, tap = plugins[LOADER], plugins.get(TAP, {})
    outcomes = dict.fromkeys(row["outcome"] for row in (tap, loader) if row.get("outcome"))
    return [
        _plain(part),
        _plain(", ".join(outcomes)),
        *(_number(loader[name]) for name in OF_LOADER),
        *(_number(tap.get(name)) for name in OF_TAP),
        f"{loader['seconds']:,.1f}",
    ]


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _plain(text: str) -> str:
    """Return a text that cannot end its cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
