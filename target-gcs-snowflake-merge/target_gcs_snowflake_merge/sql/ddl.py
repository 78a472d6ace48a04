"""Statements that make and change objects; each of them commits by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.naming import INGESTED_AT
from target_gcs_snowflake_merge.sql.text import definitions, literal, quote

if TYPE_CHECKING:
    from target_gcs_snowflake_merge.sql.text import Table

# The schema's may ignore case: two keys would be one, and of two rows one would be lost.
_NO_COLLATION = "DEFAULT_DDL_COLLATION = ''"


def list_columns(database: str, schema: str, table: str | None = None) -> str:
    """Return the query for the columns of all tables of a schema, or of one table."""
    one = f"  AND TABLE_NAME = {literal(table)}\n" if table is not None else ""
    return (
        "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, NUMERIC_PRECISION, NUMERIC_SCALE,"
        " CHARACTER_MAXIMUM_LENGTH\n"
        f"FROM {quote(database)}.INFORMATION_SCHEMA.COLUMNS\n"
        f"WHERE TABLE_SCHEMA = {literal(schema)}\n"
        f"{one}"
        "ORDER BY TABLE_NAME, ORDINAL_POSITION"
    )


def create_database(database: str) -> str:
    """Return the statement that makes the database."""
    return f"CREATE DATABASE IF NOT EXISTS {quote(database)}"


def create_schema(database: str, schema: str) -> str:
    """Return the statement that makes the schema."""
    return f"CREATE SCHEMA IF NOT EXISTS {quote(database)}.{quote(schema)}"


def create_integration(name: str, url: str) -> str:
    """Return the statement that lets Snowflake's service account into the bucket."""
    return (
        f"CREATE STORAGE INTEGRATION IF NOT EXISTS {quote(name)}\n"
        "TYPE = EXTERNAL_STAGE\n"
        "STORAGE_PROVIDER = 'GCS'\n"
        "ENABLED = TRUE\n"
        f"STORAGE_ALLOWED_LOCATIONS = ({literal(url)})"
    )


def show_stages(stage: Table) -> str:
    """Return the statement that lists a stage; `_` in its name matches any character."""
    return f"SHOW STAGES LIKE {literal(stage.name)} IN SCHEMA {quote(stage.database)}.{quote(stage.schema)}"


def create_stage(stage: Table, url: str, integration: str | None) -> str:
    """Return the statement that makes the stage over the lake."""
    lines = [f"CREATE STAGE IF NOT EXISTS {stage}", f"URL = {literal(url)}"]
    if integration:
        lines.append(f"STORAGE_INTEGRATION = {quote(integration)}")
    return "\n".join(lines)


def create_table(table: Table, columns: dict[str, str]) -> str:
    """Return the statement that makes a table."""
    return f"CREATE TABLE IF NOT EXISTS {table} (\n{definitions(columns)}\n)\n{_NO_COLLATION}"


def create_table_like(table: Table, model: Table) -> str:
    """Return the statement that makes an empty table with the columns and the grants of another."""
    return f"CREATE OR REPLACE TABLE {table} LIKE {model} COPY GRANTS"


def create_staging(table: Table, columns: dict[str, str]) -> str:
    """Return the statement that makes a staging table: it outlives its session, but has no fail-safe."""
    return (
        f"CREATE OR REPLACE TRANSIENT TABLE {table} (\n{definitions(columns)}\n)\n"
        f"DATA_RETENTION_TIME_IN_DAYS = 0\n{_NO_COLLATION}"
    )


def add_column(table: Table, name: str, kind: str) -> str:
    """Return the statement that adds a column."""
    return f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {quote(name)} {kind}"


def widen_column(table: Table, name: str, kind: str) -> str:
    """Return the statement that gives a NUMBER more digits, or a VARCHAR more characters."""
    return f"ALTER TABLE {table} ALTER COLUMN {quote(name)} SET DATA TYPE {kind}"


def swap_tables(table: Table, replacement: Table) -> str:
    """Return the statement that exchanges two tables at once; sent twice it would undo itself."""
    return f"ALTER TABLE {table} SWAP WITH {replacement}"


def rename_table(table: Table, name: Table) -> str:
    """Return the statement that gives a table another name."""
    return f"ALTER TABLE {table} RENAME TO {name}"


def newest_row(table: Table) -> str:
    """Return the query for the moment at which a table was last written to."""
    return f"SELECT MAX({quote(INGESTED_AT)}) FROM {table}"  # noqa: S608 - quoted


def drop_table(table: Table) -> str:
    """Return the statement that drops a table."""
    return f"DROP TABLE IF EXISTS {table}"
