"""The table of a benchmark, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.loader.contestants import OURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.loader.measure import Run

HEAD = (
    "| run | records | seconds | rows/s | x DuckDB | x ours | CPU s | x ours | peak MiB | statements | |\n|"
    + "---|" * 11
)
BEGIN, END = "<!-- loader: begin -->", "<!-- loader: end -->"


def table(runs: Sequence[Run]) -> str:
    """Return a line per run; ratios are to DuckDB and to this target, with as many records.

    `x DuckDB` is of rows a second; `x ours` says how many times as long, and as much CPU, as this target.
    """
    duckdb = {each.records: each for each in runs if each.name.startswith("DuckDB")}
    ours = {each.records: each for each in runs if each.name == OURS}
    return "\n".join([HEAD, *(line(each, duckdb.get(each.records), ours.get(each.records)) for each in runs)])


def line(run: Run, duckdb: Run | None, ours: Run | None) -> str:
    """Return the line of a run; one that failed has no speed."""
    is_load = run.statements is not None
    seconds = speed = of_duckdb = of_ours = cpu_of_ours = "-"
    if not run.failure:
        seconds, speed = f"{run.wall_seconds:.1f}", f"{run.rows_per_second:,.0f}"
        of_duckdb = f"{duckdb.wall_seconds / run.wall_seconds:.2f}" if duckdb else "-"
        if ours and is_load:
            of_ours = f"{run.wall_seconds / ours.wall_seconds:.1f}"
            cpu_of_ours = f"{run.cpu_seconds / ours.cpu_seconds:.1f}"
    cells = (
        run.name,
        f"{run.records:,}",
        seconds,
        speed,
        of_duckdb,
        of_ours,
        f"{run.cpu_seconds:.1f}",
        cpu_of_ours,
        run.peak_mib,
        run.statements if is_load else "-",
        run.failure and f"{run.failure} after {run.wall_seconds:.0f} s",
    )
    return f"| {' | '.join(map(str, cells))} |"


def write(readme: Path, text: str) -> None:
    """Put a table between its marks."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
