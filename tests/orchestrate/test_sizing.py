"""The sizing page says what the formula says, and the formula what it was made of."""

from __future__ import annotations

from pathlib import Path

from benchmarks.sizing.formula import Cost, Found, units
from benchmarks.sizing.plan import rows

PAGE = Path(__file__).parents[2] / "orchestrate" / "SIZING.md"


def test_the_units_explain_the_runs_that_they_come_from() -> None:
    """A quiet run, and two mixtures of repositories and pull requests."""
    quiet = Found(200, 0, 0), Cost(10, 1000)
    few = Found(200, 190, 700), Cost(700, 9_000_000)
    many = Found(30, 25, 1800), Cost(170, 20_000_000)
    found = units(quiet, few, many)
    for run, cost in (quiet, few, many):
        said = found.cost(run)
        assert round(said.points, 6) == cost.points
        assert round(said.bytes, 3) == cost.bytes


def test_the_page_has_the_table_that_the_command_prints() -> None:
    """With the numbers that the page calls assumptions."""
    assert "\n".join(rows((10, 1_000, 10_000), 150, 0.05, 5)) in PAGE.read_text(encoding="utf-8")
