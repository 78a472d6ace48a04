"""The plain Snowflake scripts make the same tables as dbt."""

from __future__ import annotations

import runpy
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import snowflake.connector

from .warehouse import DATABASE, TRANSFORM

if TYPE_CHECKING:
    from pathlib import Path

    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

SCHEMAS = ("MARTS", "REPORTS")


@pytest.fixture(scope="module")
def written(built: Warehouse) -> Path:
    """Return the folder of the scripts."""
    built.dbt("compile", "--full-refresh")
    target = built.folder / "target"
    subprocess.run([sys.executable, str(TRANSFORM / "standalone.py"), str(target)], check=True)
    return target / "standalone"


def tables(opened: Warehouse) -> dict[str, list[str]]:
    """Return every mart and report whole, by name."""
    names = opened.sql(
        f"select table_schema, table_name from {DATABASE}.information_schema.tables "
        f"where table_schema in {SCHEMAS} order by 1, 2"
    )
    return {
        row["TABLE_NAME"]: sorted(
            map(repr, opened.sql(f"select * from {row['TABLE_SCHEMA']}.{row['TABLE_NAME']}"))
        )
        for row in names
    }


def run(opened: Warehouse, script: Path) -> None:
    """Run a script as `snowsql -f` does."""
    with (
        snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106 - nobody's
            host="127.0.0.1",
            port=opened.snowflake.port,
            protocol="http",
            database=DATABASE,
            platform_detection_timeout_seconds=0,
        ) as connection,
    ):
        for _ in connection.execute_stream(StringIO(script.read_text(encoding="utf-8"))):
            pass


def test_the_scripts_make_the_same_tables(built: Warehouse, written: Path) -> None:
    """All marts and reports, with the same rows, from the raw tables and nothing else; a second run, too."""
    expected = tables(built)  # what is dropped next is what the scripts make again
    for schema in ("STAGING", "INTERMEDIATE", "MARTS", "REPORTS", "SEEDS", "SNAPSHOTS"):
        built.sql(f"drop schema {DATABASE}.{schema} cascade")
    run(built, written / "reporting_data_model.sql")
    assert tables(built) == expected
    run(built, written / "lead_time_to_deploy.sql")
    assert tables(built) == expected


def test_the_scripts_make_nothing_of_another_source(written: Path) -> None:
    """Models that dbt only writes into others, as those of Fivetran's tables, are no tables here either."""
    assert "fivetran" not in (written / "reporting_data_model.sql").read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("value", "literal"), [("NULL", "null"), (" null", "null"), ("", "null"), ("x", "'x'")]
)
def test_null_in_a_seed_is_what_dbt_makes_of_it(value: str, literal: str) -> None:
    """Not text."""
    standalone = runpy.run_path(str(TRANSFORM / "standalone.py"), run_name="standalone")
    assert standalone["_literal"](value, "varchar") == literal
