"""`python -m benchmarks.tap`: measure both taps, and print the figures as a table."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sandbox.github.advance import advance
from sandbox.github.dataset import Dataset
from sandbox.github.generate import generate
from sandbox.github.generator.settings import SIZES
from sandbox.servers import serve_github

from benchmarks.tap.collected import Collected
from benchmarks.tap.contestants import MeltanoLabsTap, ThisTap
from benchmarks.tap.measurement import measure
from benchmarks.tap.table import HEADER, line
from benchmarks.tap.truth import truth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.servers import Server

    from benchmarks.tap.collected import Difference
    from benchmarks.tap.contestants import Contestant
    from benchmarks.tap.measurement import Measurement

PEER = "meltanolabs-tap-github==1.30.1"
ROOT = Path(__file__).resolve().parents[2]
PEER_FOLDER = ROOT / ".tools" / "meltanolabs-tap-github"
UNLIMITED = 1_000_000_000
UNREADABLE = {403, 451}  # the other tap ends at the first such repository


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, path_type=Path), help="A data folder instead of a generated one."
)
@click.option("--size", type=click.Choice(list(SIZES)), default="wide", help="How much is generated.")
@click.option("--latency", type=int, multiple=True, default=(0, 50), help="Milliseconds before every answer.")
@click.option("--peer/--no-peer", default=True, help="Whether the other tap is measured, too.")
def main(data: Path | None, size: str, latency: tuple[int, ...], *, peer: bool) -> None:
    """Measure a full sync, one where nothing has changed and, of generated data, one after a day."""
    with tempfile.TemporaryDirectory(prefix="benchmark-tap-") as name:
        folder = Path(name)
        days = [data] if data else _generated(folder, size)
        click.echo(HEADER)
        for milliseconds in latency:
            seconds: dict[str, float] = {}
            ours = ThisTap(Path(sys.executable).with_name("tap-github-custom"))
            for contestant in (ours, _peer()) if peer else (ours,):
                runs = _compete(contestant, days, milliseconds, folder / f"{contestant.name}-{milliseconds}")
                for phase, figures, differences in runs:
                    times = figures.seconds / seconds.setdefault(phase, figures.seconds)
                    labels = (f"{milliseconds} ms", phase, contestant.name)
                    click.echo(line(labels, figures, times, differences))


def _compete(
    contestant: Contestant, days: list[Path], latency_ms: int, folder: Path
) -> Iterator[tuple[str, Measurement, dict[str, Difference]]]:
    """Yield the figures of each phase of one tap: full, nothing changed, a day later."""
    collected = Collected(contestant.streams)
    port = 0
    for day, data in enumerate(days):
        organizations = list(Dataset(data).organization_by_login)
        expected = truth(data)
        with _serve(data, latency_ms, port) as server:
            port = server.port  # the same address on the next day, as at GitHub
            for phase in ("one day's changes",) if day else ("full sync", "nothing changed"):
                figures = measure(contestant, server, organizations, folder, collected)
                yield phase, figures, collected.differences(expected)


@contextmanager
def _serve(data: Path, latency_ms: int, port: int) -> Iterator[Server]:
    with serve_github(
        data,
        latency_ms=latency_ms,
        port=port,
        points_per_hour=UNLIMITED,
        anonymous_points_per_hour=UNLIMITED,
    ) as server:
        yield server


def _generated(folder: Path, size: str) -> list[Path]:
    """Return the data of a generated organisation, and the same a day later."""
    today, tomorrow = folder / "today", folder / "tomorrow"
    generate(today, seed=1, size=size)
    shutil.copytree(today, tomorrow)
    advance(tomorrow, days=1)
    for data in (today, tomorrow):
        for repository in Dataset(data).repository_by_id.values():
            if repository.status in UNREADABLE:
                shutil.rmtree(repository.folder)
    return [today, tomorrow]


def _peer() -> MeltanoLabsTap:
    """Return the other tap, installed by uv in an environment of its own."""
    command = PEER_FOLDER / "bin" / "tap-github"
    if not command.exists():
        uv = str(ROOT / ".tools" / "bin" / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", str(PEER_FOLDER)], check=True)  # noqa: S603 - ours
        install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PEER_FOLDER), PEER]
        subprocess.run(install, check=True)  # noqa: S603 - ours
    return MeltanoLabsTap(command)


if __name__ == "__main__":
    main()
