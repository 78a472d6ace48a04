"""How many rows the query of a model scans, by the profile of the engine behind the stand-in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fakesnow.dialect import parse_one
from sandbox.snowflake import numbers
from sandbox.snowflake.functions import replace_functions
from sandbox.snowflake.warehouse import Warehouse

from tests.transform.warehouse import DATABASE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def scanned_rows(
    folder: Path, compiled: Path, models: Iterable[str], *, part_rows: int | None = None
) -> dict[str, int]:
    """Run the compiled queries on the databases of a folder that no server has open; return rows by model.

    What a filter keeps the engine from reading, by the smallest and largest value of a part of a table, is
    not counted; what it reads and drops, is. The MERGE of what the query returns is not part of it. Tables
    in parts of another size than the usual one need that size here, too: the engine joins smaller parts.
    """
    with Warehouse(folder, part_rows=part_rows) as opened:
        session = opened.connect(DATABASE, "MARTS")
        found = {}
        for model in models:
            (path,) = compiled.rglob(f"{model}.sql")
            statement = parse_one(path.read_text(encoding="utf-8"))
            numbers.widen(statement)
            transformed = session.cursor()._transform(replace_functions(statement), None)  # noqa: SLF001 - fakesnow's own
            query = transformed.sql("duckdb")
            ((_, profile),) = session.duck.execute(f"explain (analyze, format json) {query}").fetchall()
            found[model] = sum(_scans(json.loads(profile)["operator"]))
        return found


def _scans(operators: list[dict[str, Any]]) -> Iterator[int]:
    for operator in operators:
        if operator["type"] == "TABLE_SCAN":
            yield operator["rows_scanned"]
        yield from _scans(operator.get("children", []))
