"""The figures as a Markdown table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.tap.collected import Difference
    from benchmarks.tap.measurement import Measurement

_COLUMNS = (
    *("latency", "phase", "tap", "requests", "of git", "points", "time", "x", "records"),
    *("missing", "wrong", "too many"),
)
HEADER = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"


def line(
    labels: tuple[str, str, str], figures: Measurement, times: float, differences: Mapping[str, Difference]
) -> str:
    """Return the line of one run; its labels are latency, phase and tap.

    TIMES says how many times as long it took as the same run of the first tap.
    """
    cells = [
        *labels,
        *(f"{number:,}" for number in (figures.requests, figures.git_requests, figures.points)),
        f"{figures.seconds:.1f} s",
        f"{times:.1f}",
        f"{figures.records:,}",
        *(_by_table(differences, which) for which in ("missing", "wrong", "too_many")),
    ]
    return f"| {' | '.join(cells)} |"


def _by_table(differences: Mapping[str, Difference], which: str) -> str:
    """Return the number of rows in all, and the tables that they belong to."""
    counts = {table: getattr(difference, which) for table, difference in differences.items()}
    named = ", ".join(f"{table} {count:,}" for table, count in counts.items() if count)
    return f"{sum(counts.values()):,} ({named})" if named else "0"
