"""The ledger: a row for each batch that was committed, written in the transaction of its rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.naming import STAGING_PREFIX
from target_gcs_snowflake_merge.sql.ddl import create_table
from target_gcs_snowflake_merge.sql.text import NOW_UTC, literal, moment, quote

if TYPE_CHECKING:
    from datetime import datetime

    from target_gcs_snowflake_merge.sql.text import Table

BEGINNING = "beginning of the ledger"
LEDGER_COLUMNS = {
    "BATCH_ID": "VARCHAR",
    "RUN_ID": "VARCHAR",
    "STREAM": "VARCHAR",
    "TABLE_NAME": "VARCHAR",
    "ORGANISATIONS": "VARIANT",
    "FILES": "VARIANT",
    "ROW_COUNT": "NUMBER(38,0)",
    "ROWS_INSERTED": "NUMBER(38,0)",
    "ROWS_UPDATED": "NUMBER(38,0)",
    "ROWS_UNCHANGED": "NUMBER(38,0)",
    "ROWS_DELETED": "NUMBER(38,0)",
    "FIRST_SEQUENCE": "NUMBER(38,0)",
    "LAST_SEQUENCE": "NUMBER(38,0)",
    "BEGAN_AT": "TIMESTAMP_NTZ",
    "COMMITTED_AT": "TIMESTAMP_NTZ",
    "STATEMENT_IDS": "VARIANT",
}


@dataclass(frozen=True)
class LedgerEntry:
    """What the ledger remembers of a batch."""

    batch_id: str
    run_id: str
    stream: str
    table: str
    organisations: tuple[str, ...]
    files: tuple[str, ...]
    rows: int
    inserted: int
    updated: int
    unchanged: int
    """Of the rows, those that were left alone: unchanged, older, or followed by another of the same key."""
    deleted: int
    first_sequence: int
    last_sequence: int
    began_at: datetime
    statement_ids: tuple[str, ...]


def create_ledger(ledger: Table) -> str:
    """Return the statement that makes the ledger."""
    return create_table(ledger, LEDGER_COLUMNS)


def begin_ledger(ledger: Table, now: datetime) -> str:
    """Return the statement that enters the ledger's own beginning: a batch that is never committed.

    From then on the ledger tells what is an orphan, before it knows any batch. One that knows something stays
    as it is, and who empties it begins it anew.
    """
    columns = ", ".join(map(quote, ("BATCH_ID", "BEGAN_AT")))
    return (
        f"INSERT INTO {ledger} ({columns})\n"  # noqa: S608 - all quoted
        f"SELECT {literal(BEGINNING)}, {moment(now)}\n"
        f"WHERE NOT EXISTS (SELECT 1 FROM {ledger})"
    )


def insert_ledger(ledger: Table, entry: LedgerEntry) -> str:
    """Return the statement that enters a batch; a SELECT, because VALUES takes no PARSE_JSON.

    Organisations and files are bound to it: of thousands the names are longer than the 1 MB of a statement.
    """
    values = (
        literal(entry.batch_id),
        literal(entry.run_id),
        literal(entry.stream),
        literal(entry.table),
        "PARSE_JSON(?)",
        "PARSE_JSON(?)",
        str(entry.rows),
        str(entry.inserted),
        str(entry.updated),
        str(entry.unchanged),
        str(entry.deleted),
        str(entry.first_sequence),
        str(entry.last_sequence),
        moment(entry.began_at),
        NOW_UTC,
        f"PARSE_JSON({literal(_json(entry.statement_ids))})",
    )
    columns = ", ".join(map(quote, LEDGER_COLUMNS))
    selected = ",\n".join(f"  {value}" for value in values)
    return f"INSERT INTO {ledger} ({columns})\nSELECT\n{selected}"


def bound_to_ledger(entry: LedgerEntry) -> tuple[str, str]:
    """Return what is bound to the statement that enters a batch, in its order."""
    return _json(entry.organisations), _json(entry.files)


def find_batch(ledger: Table, batch_id: str) -> str:
    """Return the query that tells whether a batch was committed."""
    counts = ("ROWS_INSERTED", "ROWS_UPDATED", "ROWS_DELETED", "ROWS_UNCHANGED")
    return (
        f"SELECT {', '.join(map(quote, counts))}\n"
        f"FROM {ledger}\n"
        f"WHERE {quote('BATCH_ID')} = {literal(batch_id)}"
    )


def loaded_streams(ledger: Table) -> str:
    """Return the query for the streams of all batches, with their tables; the ledger's beginning has none.

    Of one that replaced its table the ledger only knows what took the rows until then.
    """
    table, prefix = quote("TABLE_NAME"), literal(STAGING_PREFIX)
    return (
        f"SELECT DISTINCT {quote('STREAM')}, CASE WHEN NOT STARTSWITH({table}, {prefix}) THEN {table} END\n"
        f"FROM {ledger}\n"
        f"WHERE {quote('STREAM')} IS NOT NULL"
    )


def committed_since(ledger: Table, began_at: datetime) -> str:
    """Return the query for the batches that began at a moment or later, behind the ledger's beginning."""
    return (
        f"SELECT {quote('BATCH_ID')}, {quote('BEGAN_AT')}, {quote('COMMITTED_AT')}, {quote('TABLE_NAME')}\n"
        f"FROM {ledger}\n"
        f"WHERE {quote('BEGAN_AT')} >= {moment(began_at)} OR {quote('BATCH_ID')} = {literal(BEGINNING)}\n"
        f"ORDER BY {quote('BEGAN_AT')}"
    )


def _json(values: tuple[str, ...]) -> str:
    return json.dumps(values, ensure_ascii=False)
