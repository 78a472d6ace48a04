"""The statement that reads files of the lake into a staging table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.sql.text import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.sql.text import Table

MAX_FILES = 1_000  # as many as FILES takes


def copy_into(staging: Table, stage: Table, files: Sequence[str]) -> str:
    r"""Return the COPY of FILES, named relative to the stage.

    Neither FORCE nor PURGE: each file is read once, and the lake stays. Timestamps need
    USE_LOGICAL_TYPE; without it microseconds are taken for seconds. What is said besides are defaults that
    would change values: text `\N` would become NULL, bytes would be read as text.
    """
    names = ",\n".join(f"  {literal(name)}" for name in files)
    return (
        f"COPY INTO {staging}\n"
        f"FROM @{stage}\n"
        f"FILES = (\n{names}\n)\n"
        "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE USE_VECTORIZED_SCANNER = TRUE"
        " BINARY_AS_TEXT = FALSE TRIM_SPACE = FALSE NULL_IF = ())\n"
        "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE\n"
        "ON_ERROR = ABORT_STATEMENT"
    )
