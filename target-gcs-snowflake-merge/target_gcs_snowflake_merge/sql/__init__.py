"""The statements that the loader sends, as text: one function each, no I/O."""

from target_gcs_snowflake_merge.sql.copy import MAX_FILES, copy_into
from target_gcs_snowflake_merge.sql.ddl import (
    add_column,
    create_database,
    create_integration,
    create_schema,
    create_stage,
    create_staging,
    create_table,
    create_table_like,
    drop_table,
    list_columns,
    newest_row,
    show_stages,
    swap_tables,
    widen_column,
)
from target_gcs_snowflake_merge.sql.delete import CompleteSets, activate_version, mark_missing
from target_gcs_snowflake_merge.sql.doctor import (
    WHO_AM_I,
    are_in_session,
    grant,
    grant_ownership,
    show_schemas,
    show_tables,
)
from target_gcs_snowflake_merge.sql.ledger import (
    LEDGER_COLUMNS,
    LedgerEntry,
    begin_ledger,
    committed_since,
    create_ledger,
    find_batch,
    insert_ledger,
)
from target_gcs_snowflake_merge.sql.merge import append, merge
from target_gcs_snowflake_merge.sql.summary import (
    SUMMARY_COLUMNS,
    SummaryRow,
    create_summary,
    insert_summary,
)
from target_gcs_snowflake_merge.sql.text import Table, literal, quote
from target_gcs_snowflake_merge.sql.transaction import BEGIN, COMMIT, ROLLBACK

__all__ = [
    "BEGIN",
    "COMMIT",
    "LEDGER_COLUMNS",
    "MAX_FILES",
    "ROLLBACK",
    "SUMMARY_COLUMNS",
    "WHO_AM_I",
    "CompleteSets",
    "LedgerEntry",
    "SummaryRow",
    "Table",
    "activate_version",
    "add_column",
    "append",
    "are_in_session",
    "begin_ledger",
    "committed_since",
    "copy_into",
    "create_database",
    "create_integration",
    "create_ledger",
    "create_schema",
    "create_stage",
    "create_staging",
    "create_summary",
    "create_table",
    "create_table_like",
    "drop_table",
    "find_batch",
    "grant",
    "grant_ownership",
    "insert_ledger",
    "insert_summary",
    "list_columns",
    "literal",
    "mark_missing",
    "merge",
    "newest_row",
    "quote",
    "show_schemas",
    "show_stages",
    "show_tables",
    "swap_tables",
    "widen_column",
]
