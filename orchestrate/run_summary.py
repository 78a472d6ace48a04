"""Prints what runs left in `_RUN_SUMMARY`, as JSON: a row for each plugin of each run, the oldest first.

    python -m orchestrate.run_summary [--environment=dev] RUN_ID ...

A run is named by MELTANO_RUN_ID, which Meltano and the loader take their name for it from. Its tables are
those of Meltano's environment, by default of the one that is in force here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from dotenv import load_dotenv
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import LoaderError, MissingObjectError
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.naming import SUMMARY_TABLE
from target_gcs_snowflake_merge.provision import ledger_table
from target_gcs_snowflake_merge.warehouse import Warehouse

from orchestrate.warehouse_settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FAILED = 1


def rows_of_runs(summary: sql.Table, run_ids: Sequence[str]) -> str:
    """Return the query for the rows of runs that speak of a plugin as a whole."""
    wanted = ", ".join(map(sql.literal, run_ids))
    return f"SELECT * FROM {summary}\nWHERE RUN_ID IN ({wanted}) AND STREAM IS NULL\nORDER BY ENDED_AT"  # noqa: S608 - quoted


def read(variables: Mapping[str, str], run_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows by column; before the first load there are none. Raises `LoaderError`."""
    settings = settings_from(variables)
    warehouse = Warehouse(connection_options(settings, "run_summary"))
    try:
        table = ledger_table(settings).sibling(SUMMARY_TABLE)
        return warehouse.session.execute(rows_of_runs(table, run_ids)).records()
    except MissingObjectError:
        return []
    finally:
        warehouse.close()


def main(arguments: Sequence[str]) -> int:
    """Print the rows; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m orchestrate.run_summary", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--environment", help="environment of Meltano that the runs were of")
    parser.add_argument("run_ids", nargs="*", metavar="RUN_ID")
    given = parser.parse_args(arguments)
    load_dotenv(".env")  # as Meltano does; what is set already stays
    named = {"MELTANO_ENVIRONMENT": given.environment} if given.environment else {}
    try:
        rows = read({**os.environ, **named}, given.run_ids) if given.run_ids else []
    except LoaderError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED
    sys.stdout.write(json.dumps(rows, default=str) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
