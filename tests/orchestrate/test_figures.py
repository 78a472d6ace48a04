"""What documents cite of the loader's benchmark is what its table says, measured last."""

from __future__ import annotations

import math
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS, MELTANO, DLT = "this target", "meltanolabs-target-snowflake", "dlt"


def text(path: str) -> str:
    """Return a document as one line."""
    return " ".join((ROOT / path).read_text(encoding="utf-8").split())


def figures(*names: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return figures of the table, by run and records."""
    page = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    table = page.partition("<!-- loader: begin -->")[2].partition("<!-- loader: end -->")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()]
    run, records, *wanted = (rows[0].index(each) for each in ("run", "records", *names))
    return {(row[run], row[records]): tuple(row[each] for each in wanted) for row in rows[2:]}


def test_the_comparison_cites_the_table() -> None:
    """Statements and times of each that was measured, and the times at the smaller size."""
    of = figures("x ours", "statements")
    said = text("docs/comparison.md")
    (ours,) = re.findall(r"\| (\d+) statements: `python -m benchmarks\.loader", said)
    assert ours == of[OURS, "100,000"][1]
    pattern = r"{} [\d.]+ (\d+) statements, ([\d.]+) times"
    for run in (MELTANO, DLT):
        assert re.findall(pattern.format(run), said) == [of[run, "100,000"][::-1]]
    (smaller,) = re.findall(r"\(at 20,000 records ([\d.]+) and ([\d.]+) times\)", said)
    assert smaller == (of[MELTANO, "20,000"][0], of[DLT, "20,000"][0])


def test_the_others_cite_its_statements() -> None:
    """The page on sizes, and the decision for a loader of our own."""
    of = figures("x ours", "statements")
    ours = of[OURS, "100,000"][1]
    assert f"(COPY and MERGE), {ours} in all for one stream of 100,000 records" in text(
        "orchestrate/SIZING.md"
    )
    decision = text("docs/decisions/0001-a-loader-of-our-own.md")
    assert (
        f"{MELTANO} sent {of[MELTANO, '100,000'][1]}, a batch being 10,000 records, and this one {ours} ("
        in decision
    )


def test_the_page_on_sizes_reckons_with_its_speed() -> None:
    """In thousands of rows a second; the minutes that follow are rounded up."""
    ((speed,), said) = figures("rows/s")[OURS, "100,000"], text("orchestrate/SIZING.md")
    ((millions, thousands, minutes),) = re.findall(
        r"loads some (\d+) million rows: at the (\d+),000 rows a second .*? four workers need (\w+) minutes",
        said,
    )
    assert int(thousands) == int(speed.replace(",", "")) // 1000
    seconds = int(millions) * 1e6 / (4 * int(thousands) * 1e3)
    assert minutes == ("no", "one", "two", "three", "four", "five", "six")[math.ceil(seconds / 60)]
