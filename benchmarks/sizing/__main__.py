"""`python -m benchmarks.sizing`: measure unit costs on two organisations, and check them on one of 1,000."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from sandbox.github.advance import advance
from sandbox.github.dataset import Dataset
from sandbox.github.generate import generate
from sandbox.github.generator.settings import SIZES
from sandbox.servers import serve_github

from benchmarks.sizing.formula import Cost, Found, units
from benchmarks.tap.collected import Collected
from benchmarks.tap.contestants import ThisTap
from benchmarks.tap.measurement import measure

UNLIMITED = 1_000_000_000
COLUMNS = "{:14} {:12} {:>12} {:>7} {:>7} {:>8} {:>6} {:>6} {:>8} {:>6}"
HEADING = ("organisation", "run", "repositories", "pulls", "points", "formula", "off", "MB", "formula", "off")


@dataclass(frozen=True)
class Run:
    """One run: what it found, and what it cost."""

    organization: str
    name: str
    found: Found
    cost: Cost


def runs(size: str, folder: Path) -> list[Run]:
    """Run the tap over a generated organisation: all of it, once more, and after a day."""
    data = folder / size
    generate(data, seed=1, size=size)
    tap = ThisTap(Path(sys.executable).with_name("tap-github-custom"))
    collected = Collected(tap.streams)
    port, done = 0, []
    for name in ("first sync", "nothing new", "a day later"):
        if name == "a day later":
            advance(data, days=1)
        with serve_github(data, port=port, points_per_hour=UNLIMITED) as server:
            port = server.port  # the same address on the next day, as at GitHub
            logins = list(Dataset(data).organization_by_login)
            figures = measure(tap, server, logins, folder / f"{size}-run", collected)
        records = _records(folder / f"{size}-run" / "output.jsonl")
        found = Found(
            len(Dataset(data).repository_by_id), _changed(records), len(records.get("pull_request", ()))
        )
        total = sum(len(line) for lines in records.values() for line, _ in lines)
        done.append(Run(size, name, found, Cost(figures.points, total)))
    return done


def _records(path: Path) -> dict[str, list[tuple[bytes, int | None]]]:
    """Return the RECORD lines of each stream, and the repositories that they belong to."""
    found: dict[str, list[tuple[bytes, int | None]]] = {}
    for line in path.read_bytes().splitlines():
        if line.startswith(b'{"type":"RECORD"') or b'"type": "RECORD"' in line[:40]:
            message = json.loads(line)
            repository = message["record"].get("repository_id")
            found.setdefault(message["stream"], []).append((line, repository))
    return found


def _changed(records: dict[str, list[tuple[bytes, int | None]]]) -> int:
    """Return how many repositories something was read of, beside their own row."""
    others = (lines for stream, lines in records.items() if stream not in {"repository", "user_lookup"})
    return len({repository for lines in others for _, repository in lines})


@click.command()
@click.option(
    "--check", type=click.Choice(list(SIZES)), default="vast", help="What the formula is checked on."
)
def main(check: str) -> None:
    """Print the unit costs, and for each run what it cost beside what the formula says."""
    with tempfile.TemporaryDirectory(prefix="benchmark-sizing-") as name:
        folder = Path(name)
        wide, medium = runs("wide", folder), runs("medium", folder)
        found = units(*((run.found, run.cost) for run in (wide[1], wide[0], medium[0])))
        click.echo(f"{found}\n{COLUMNS.format(*HEADING)}")
        for run in [*wide, *medium, *runs(check, folder / "check")]:
            click.echo(line(run, found.cost(run.found)))


def line(run: Run, said: Cost) -> str:
    """Return a line of the table: what a run cost, and what the formula says."""
    return COLUMNS.format(
        run.organization,
        run.name,
        f"{run.found.repositories:,}",
        f"{run.found.pull_requests:,}",
        f"{run.cost.points:,.0f}",
        f"{said.points:,.0f}",
        f"{said.points / run.cost.points - 1:.0%}",
        f"{run.cost.bytes / 1e6:.1f}",
        f"{said.bytes / 1e6:.1f}",
        f"{said.bytes / run.cost.bytes - 1:.0%}" if run.cost.bytes else "",
    )


if __name__ == "__main__":
    main()
