"""Measures the loader; the command is in `benchmarks/README.md`."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sandbox.servers import serve_gcs, serve_snowflake

from benchmarks.loader import pull_requests, report
from benchmarks.loader.contestants import (
    HERE,
    OURS,
    PEERS,
    ROOT,
    command,
    environment,
    install,
    loaded,
    prepare,
    settings,
    write_settings,
)
from benchmarks.loader.measure import Run, Work, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.servers import Server

PARQUET = ("DuckDB read_json to Parquet", "this target, to Parquet only")


def to_parquet(work: Work, repeat: int) -> list[Run]:
    """Measure the way to Parquet, the fastest of several runs; they alternate."""
    commands = (
        [sys.executable, str(HERE / "duckdb_parquet.py"), str(work.source), str(work.folder / "parquet")],
        [str(install(OURS) / "python"), str(HERE / "parquet_only.py"), str(work.source)],
    )
    nothing = {"PYTHONPATH": str(ROOT), "HOME": str(work.folder)}
    rounds = [
        [run(name, work, command, nothing) for name, command in zip(PARQUET, commands, strict=True)]
        for _ in range(repeat)
    ]
    return [min(same, key=lambda each: each.wall_seconds) for same in zip(*rounds, strict=True)]


def to_warehouse(name: str, work: Work) -> Run:
    """Measure a whole load of a contestant, on stand-ins of its own; its rows are counted afterwards."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with serve_gcs(folder / "gcs") as gcs, serve_snowflake(folder / "db", gcs_url=gcs.url) as db:
            prepare(db)
            config = write_settings(work.folder / "config.json", settings(name, db))
            arguments = command(name, work.source, config)
            db.clear_requests()
            done = run(name, work, arguments, environment(name, gcs, db, folder))
            sent = statements(db)
            if not done.failure and (rows := loaded(name, db)) != (work.records, work.records):
                done = replace(done, failure=f"{rows[0]} rows with {rows[1]} keys")
            return replace(done, statements=sent)


def all_to_warehouse(names: Sequence[str], work: Work, repeat: int) -> list[Run]:
    """Measure whole loads, the fastest of several runs of each; they alternate."""
    rounds = [[to_warehouse(name, work) for name in names] for _ in range(repeat)]
    return [min(same, key=lambda each: each.wall_seconds) for same in zip(*rounds, strict=True)]


def statements(warehouse: Server) -> int:
    """Return how many statements the warehouse was sent."""
    return sum(bool(entry["statement"]) for entry in warehouse.requests())


@click.command()
@click.option("--records", type=int, multiple=True, default=(20_000, 100_000), help="Records of a file.")
@click.option("--repeat", default=3, help="Runs of each contestant, of which the fastest counts.")
@click.option("--peers/--no-peers", default=True, help="Measure peers, too.")
def main(records: tuple[int, ...], repeat: int, *, peers: bool) -> None:
    """Measure the loader beside DuckDB and its peers, and write the table."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        for count in records:
            source = folder / f"{count}.singer"
            pull_requests.write(source, count)
            work = Work(count, source, folder)
            names = (OURS, *PEERS) if peers else (OURS,)
            runs += [*to_parquet(work, repeat), *all_to_warehouse(names, work, repeat)]
    text = report.table(runs)
    click.echo(text)
    report.write(ROOT / "benchmarks" / "README.md", text)


if __name__ == "__main__":
    main()
