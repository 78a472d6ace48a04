"""Staging tables: their names, their columns, and whether COPY has filled them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.errors import FatalLoadError
from target_gcs_snowflake_merge.naming import ROW_HASH, SEQUENCE, STAGING_PREFIX, TABLE_VERSION

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.batch import Part
    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.warehouse import Answer


def staging_name(now: dt.datetime) -> str:
    """Return a fresh name that tells when it was made."""
    return f"{STAGING_PREFIX}{now:%Y%m%dT%H%M%SZ}_{uuid.uuid4().hex.upper()}"


def staging_columns(layout: Layout) -> dict[str, str]:
    """Return the columns of the staging table of a stream."""
    columns = {column.name: column.type.staging_sql for column in layout.columns}
    version = {TABLE_VERSION: "NUMBER(38,0)"} if layout.is_versioned else {}
    return {**columns, SEQUENCE: "NUMBER(38,0)", ROW_HASH: "VARCHAR", **version}


def require_loaded(answer: Answer, parts: Sequence[Part]) -> None:
    """Raise unless COPY says of every file that all its rows were loaded."""
    rows = [row for row in answer.records() if "file" in row]
    for part in parts:
        row = next((row for row in rows if str(row["file"]).endswith(part.name)), None)
        if row is None or row["status"] != "LOADED" or int(row["rows_loaded"]) != part.rows:
            said = f"{row['status']}, {row['rows_loaded']} rows" if row else "nothing"
            message = f"COPY should have loaded {part.rows} rows of {part.name}, but reports {said} of it."
            raise FatalLoadError(message)
