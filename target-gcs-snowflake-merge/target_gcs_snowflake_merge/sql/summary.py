"""The summary: rows that say what a run did and what it cost, for the run as a whole and by stream."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.sql.ddl import create_table
from target_gcs_snowflake_merge.sql.text import literal, moment, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.sql.text import Table

SUMMARY_COLUMNS = {
    "RUN_ID": "VARCHAR",
    "PLUGIN": "VARCHAR",
    "STREAM": "VARCHAR",
    "OUTCOME": "VARCHAR",
    "BEGAN_AT": "TIMESTAMP_NTZ",
    "ENDED_AT": "TIMESTAMP_NTZ",
    "SECONDS": "FLOAT",
    "ROWS_READ": "NUMBER(38,0)",
    "ROWS_INSERTED": "NUMBER(38,0)",
    "ROWS_UPDATED": "NUMBER(38,0)",
    "ROWS_UNCHANGED": "NUMBER(38,0)",
    "ROWS_DELETED": "NUMBER(38,0)",
    "ROWS_REJECTED": "NUMBER(38,0)",
    "FILES": "NUMBER(38,0)",
    "BYTES": "NUMBER(38,0)",
    "REQUESTS": "NUMBER(38,0)",
    "POINTS": "NUMBER(38,0)",
    "WAITS": "NUMBER(38,0)",
    "WAITED_SECONDS": "FLOAT",
    "SKIPPED": "NUMBER(38,0)",
    "DETAILS": "VARCHAR",
}


@dataclass(frozen=True)
class SummaryRow:
    """A row of the summary, its fields in the order of the columns; None is what a plugin does not know."""

    run_id: str
    plugin: str
    stream: str | None
    """None is the run of the plugin as a whole."""
    outcome: str | None
    began_at: datetime
    ended_at: datetime
    seconds: float
    read: int | None = None
    inserted: int | None = None
    updated: int | None = None
    unchanged: int | None = None
    deleted: int | None = None
    rejected: int | None = None
    files: int | None = None
    bytes: int | None = None
    requests: int | None = None
    points: int | None = None
    waits: int | None = None
    waited_seconds: float | None = None
    skipped: int | None = None
    details: str | None = None


def create_summary(summary: Table) -> str:
    """Return the statement that makes the table of summaries."""
    return create_table(summary, SUMMARY_COLUMNS)


def insert_summary(summary: Table, rows: Sequence[SummaryRow]) -> str:
    """Return the one statement that enters all rows of a run."""
    columns = ", ".join(map(quote, SUMMARY_COLUMNS))
    values = ",\n".join(f"  ({', '.join(map(_value, astuple(row)))})" for row in rows)
    return f"INSERT INTO {summary} ({columns})\nVALUES\n{values}"


def find_summary(summary: Table, run_id: str, ended_at: datetime) -> str:
    """Return the query that tells whether rows of a run were entered; one run may load several times."""
    return (
        "SELECT COUNT(*)\n"
        f"FROM {summary}\n"
        f"WHERE {quote('RUN_ID')} = {literal(run_id)} AND {quote('ENDED_AT')} = {moment(ended_at)}"
    )


def _value(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, datetime):
        return moment(value)
    return str(value) if isinstance(value, int | float) else literal(str(value))
