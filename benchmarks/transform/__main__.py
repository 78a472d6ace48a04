"""Fill, build, add a day, build, add another day, build again; print what the last build took."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.transform.history import Slice, queries, repositories
from benchmarks.transform.scans import scanned_rows
from tests.transform.warehouse import DATABASE, Warehouse, warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping

RAW = f"{DATABASE}.RAW_TABLES"
BUILD = ("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model")
# Further apart than the lookback: what is loaded within it is looked at again.
FIRST, SECOND, THIRD = (f"'2026-01-0{day}'::timestamp_ntz" for day in (1, 5, 9))
SHARE_OF_A_DAY = 1000
# A history of years fills many parts of a table on Snowflake; this one is small, so that its parts must be.
PART_ROWS = 4096
COLUMNS = f"{'model':42} {'rows':>10} {'written':>8} {'scanned':>10} {'of':>10} {'seconds':>8} {'of':>6}"


@dataclass(frozen=True)
class Built:
    """What one build took: seconds and rows written, by model."""

    seconds: Mapping[str, float]
    written: Mapping[str, int]


def build(opened: Warehouse) -> Built:
    """Build everything."""
    opened.dbt(*BUILD)
    results = _artifact(opened, "run_results")["results"]
    names = [result["unique_id"].rsplit(".", 1)[-1] for result in results]
    return Built(
        {name: result["execution_time"] for name, result in zip(names, results, strict=True)},
        {
            name: result["adapter_response"].get("rows_affected") or 0
            for name, result in zip(names, results, strict=True)
        },
    )


def add(opened: Warehouse, tables: Mapping[str, str], *, create: bool = False) -> None:
    """Write the rows of queries into raw tables."""
    for table, query in tables.items():
        head = f"create table {RAW}.{table} as" if create else f"insert into {RAW}.{table}"
        opened.sql(f"{head} {query}")


def compile_models(opened: Warehouse, name: str, *options: str) -> None:
    """Write the queries of the models to a folder of this name, as they would run now."""
    opened.dbt("compile", "--target-path", str(opened.folder / name), *options)


def models(opened: Warehouse, materialized: str) -> dict[str, str]:
    """Return the schemas of the models of a materialization, by name."""
    return {
        node["name"]: node["schema"]
        for node in _artifact(opened, "manifest")["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == materialized
    }


def _artifact(opened: Warehouse, name: str) -> dict[str, Any]:
    path = opened.folder / "target" / f"{name}.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def main(pull_requests: int) -> None:
    """Measure with so many pull requests."""
    day = max(pull_requests // SHARE_OF_A_DAY, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with warehouse(folder) as opened:
            opened.sql(f"create database if not exists {DATABASE}")
        with warehouse(folder, part_rows=PART_ROWS) as opened:
            opened.sql(f"create schema if not exists {RAW}")
            first = {**queries(Slice(0, pull_requests), FIRST), "repository": repositories(FIRST)}
            add(opened, first, create=True)
            full = build(opened)
            add(opened, queries(Slice(pull_requests, pull_requests + day), SECOND))
            build(opened)
            add(opened, queries(Slice(pull_requests + day, pull_requests + 2 * day), THIRD))
            compile_models(opened, "anew", "--full-refresh")
            compile_models(opened, "next")
            incremental = sorted(models(opened, "incremental").items())
        names = [model for model, _ in incremental]
        anew, following = (
            scanned_rows(folder / "snowflake", folder / target, names, part_rows=PART_ROWS)
            for target in ("anew", "next")
        )
        with warehouse(folder, part_rows=PART_ROWS) as opened:
            last = build(opened)
            report(opened, incremental, last, full, following, anew)


def report(  # noqa: PLR0913, PLR0917 - the columns of a table
    opened: Warehouse,
    incremental: list[tuple[str, str]],
    last: Built,
    full: Built,
    following: Mapping[str, int],
    anew: Mapping[str, int],
) -> None:
    """Print the incremental models one by one, then all others together."""
    say(COLUMNS)
    for name, schema in incremental:
        (row,) = opened.sql(f"select count(*) as n from {DATABASE}.{schema}.{name}")
        say(
            f"{name:42} {row['N']:>10,} {last.written[name]:>8,} {following[name]:>10,} {anew[name]:>10,} "
            f"{last.seconds[name]:>8.1f} {full.seconds[name]:>6.1f}"
        )
    whole = models(opened, "table")
    last_seconds, full_seconds = (sum(each.seconds[name] for name in whole) for each in (last, full))
    say(f"{'tables that are always made anew':83} {last_seconds:>8.1f} {full_seconds:>6.1f}")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pull-requests", type=int, default=100_000)
    main(parser.parse_args().pull_requests)
