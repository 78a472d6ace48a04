"""The statements, as whole text, each in a file of its own: to be read beside the documentation."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.layout import Column, Layout
from target_gcs_snowflake_merge.schema import ColumnType, Kind
from target_gcs_snowflake_merge.staging import staging_columns

STATEMENTS = Path(__file__).parent / "statements"
TARGET = sql.Table("GITHUB_PIPELINES", "RAW_TABLES", "PULL_REQUEST")
STAGING = TARGET.sibling("_STAGING_20260131T235900Z_0A")
STAGE = TARGET.sibling("_LAKE")
LEDGER = TARGET.sibling("_LOAD_LEDGER")
SUMMARY = TARGET.sibling("_RUN_SUMMARY")
COLUMNS = (
    Column("_source_org", "_SOURCE_ORG", ColumnType(Kind.TEXT), is_key=True),
    Column("id", "ID", ColumnType(Kind.NUMBER), is_key=True),
    Column("title", "TITLE", ColumnType(Kind.TEXT)),
    Column("labels", "LABELS", ColumnType(Kind.VARIANT)),
    Column("score", "SCORE__FLOAT", ColumnType(Kind.FLOAT)),
    Column("updated_at", "UPDATED_AT", ColumnType(Kind.TIMESTAMP)),
)
LAYOUT = Layout("pull_request", "PULL_REQUEST", COLUMNS, ("_SOURCE_ORG", "ID"), "UPDATED_AT", ("SCORE",))
WITHOUT_REPLICATION_KEY = Layout("tag", "TAG", COLUMNS[1:3], ("ID",))
DELETED = Column("_sdc_deleted_at", "_SDC_DELETED_AT", ColumnType(Kind.TIMESTAMP))
DELETING = Layout("tag", "TAG", (*COLUMNS[1:3], DELETED), ("ID",))
DELETING_BY_TIME = Layout("tag", "TAG", (COLUMNS[1], COLUMNS[-1], DELETED), ("ID",), "UPDATED_AT")
VERSIONED = replace(WITHOUT_REPLICATION_KEY, is_versioned=True)
REVIEW = replace(LAYOUT, parents=COLUMNS[:2])
BEGAN_AT = dt.datetime(2026, 1, 31, 23, 59, 0, 5, dt.UTC)
ONE_SET = sql.CompleteSets([("acme", 2)], BEGAN_AT)
ENTRY = sql.LedgerEntry(
    batch_id="0a1b",
    run_id="it's run \\1",
    stream="pull_request",
    table="PULL_REQUEST",
    organisations=("acme",),
    files=("gcs://lake/github/pull_request/org=acme/date=2026-01-31/0a1b-0000.parquet",),
    rows=10,
    inserted=4,
    updated=3,
    unchanged=3,
    deleted=1,
    first_sequence=1,
    last_sequence=12,
    began_at=BEGAN_AT,
    statement_ids=("01b2", "01b3"),
)

ENDED_AT = BEGAN_AT + dt.timedelta(seconds=90)
WHOLE = sql.SummaryRow(
    *("it's run \\1", "tap", None, "failed: it's over", BEGAN_AT, ENDED_AT, 90.0),
    read=10,
    requests=7,
    points=8,
    waits=1,
    waited_seconds=2.5,
    skipped=1,
    details='{"rows": {}}',
)
OF_STREAM = sql.SummaryRow(
    *("run", "target", "pull_request", None, BEGAN_AT, ENDED_AT, 0.25),
    *(10, 4, 3, 2, 1, 0, 1, 2_048),
)
CASES = {
    "list_columns": sql.list_columns("GITHUB_PIPELINES", "RAW_TABLES"),
    "list_columns_of_a_table": sql.list_columns("GITHUB_PIPELINES", "RAW_TABLES", "ITEM"),
    "create_database": sql.create_database("GITHUB_PIPELINES"),
    "create_schema": sql.create_schema("GITHUB_PIPELINES", "RAW_TABLES"),
    "create_integration": sql.create_integration("GCS_LAKE", "gcs://lake/github/"),
    "create_summary": sql.create_summary(SUMMARY),
    "find_summary": sql.find_summary(SUMMARY, "run", dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)),
    "insert_summary": sql.insert_summary(SUMMARY, [WHOLE, OF_STREAM]),
    "show_stages": sql.show_stages(STAGE),
    "show_schemas": sql.show_schemas("GITHUB_PIPELINES", "RAW_TABLES"),
    "show_tables": sql.show_tables("GITHUB_PIPELINES", "RAW_TABLES"),
    "are_in_session": sql.are_in_session(["LOADER", "it's"]),
    "grant": sql.grant('USAGE ON WAREHOUSE "W"', "LOADER"),
    "grant_ownership": sql.grant_ownership(TARGET, "LOADER"),
    "create_stage": sql.create_stage(STAGE, "gcs://lake/github/", "GCS_LAKE"),
    "create_stage_without_integration": sql.create_stage(STAGE, "gcs://lake/github/", None),
    "create_table": sql.create_table(TARGET, {"ID": "NUMBER(38,0)", 'ODD "NAME"': "VARCHAR"}),
    "create_table_like": sql.create_table_like(STAGING, TARGET),
    "create_staging": sql.create_staging(STAGING, staging_columns(LAYOUT)),
    "add_column": sql.add_column(TARGET, "BODY", "VARCHAR"),
    "widen_column": sql.widen_column(TARGET, "PRICE", "NUMBER(20,2)"),
    "copy_into": sql.copy_into(STAGING, STAGE, ["pull_request/org=o~27neil/1.parquet", "x'y/2.parquet"]),
    "merge": sql.merge(LAYOUT, TARGET, STAGING, "run-1"),
    "merge_without_replication_key": sql.merge(WITHOUT_REPLICATION_KEY, TARGET, STAGING, "run-1"),
    "merge_with_deletions": sql.merge(DELETING, TARGET, STAGING, "run-1", hard_delete=True),
    "merge_with_soft_deletions": sql.merge(DELETING, TARGET, STAGING, "run-1"),
    "merge_with_deletions_by_time": sql.merge(DELETING_BY_TIME, TARGET, STAGING, "run-1", hard_delete=True),
    "merge_of_versions": sql.merge(VERSIONED, TARGET, STAGING, "run-1"),
    "mark_missing": sql.mark_missing(
        REVIEW, TARGET, STAGING, sql.CompleteSets([("o'neil", 1), ("acme", 2)], BEGAN_AT), "run-1", hard=False
    ),
    "mark_missing_without_rows": sql.mark_missing(REVIEW, TARGET, None, ONE_SET, "run-1", hard=False),
    "delete_missing": sql.mark_missing(REVIEW, TARGET, STAGING, ONE_SET, "run-1", hard=True),
    "activate_version": sql.activate_version(TARGET, 7, "run-1", hard=False),
    "activate_version_hard": sql.activate_version(TARGET, 7, "run-1", hard=True),
    "append": sql.append(LAYOUT, TARGET, STAGING, "run-1"),
    "create_ledger": sql.create_ledger(LEDGER),
    "begin_ledger": sql.begin_ledger(LEDGER, dt.datetime(2026, 1, 30, 12, tzinfo=dt.UTC)),
    "insert_ledger": sql.insert_ledger(LEDGER, ENTRY),
    "committed_since": sql.committed_since(LEDGER, dt.datetime(2026, 1, 30, 12, tzinfo=dt.UTC)),
    "loaded_streams": sql.loaded_streams(LEDGER),
    "find_batch": sql.find_batch(LEDGER, "0a1b"),
    "swap_tables": sql.swap_tables(TARGET, STAGING),
    "rename_table": sql.rename_table(STAGING, STAGING.sibling("_STAGING_20260201T000500Z_0B")),
    "newest_row": sql.newest_row(STAGING),
    "drop_table": sql.drop_table(STAGING),
}


@pytest.mark.parametrize("name", CASES)
def test_a_statement_reads_as_documented(name: str) -> None:
    """The whole text of a statement is the text of its file."""
    assert CASES[name] + ";\n" == (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")


def test_every_expected_statement_is_compared() -> None:
    """No file is left over from a statement that nobody sends any more."""
    assert {path.stem for path in STATEMENTS.glob("*.sql")} == set(CASES)


@pytest.mark.parametrize("value", ["it's", "back\\slash", "'; drop table x; --", "\\'"])
def test_a_literal_cannot_be_left(value: str) -> None:
    """Quotes are doubled and backslashes too, because Snowflake reads them as escapes."""
    text = sql.literal(value)
    assert text[1:-1].replace("\\\\", "").replace("''", "").count("'") == 0


@pytest.mark.parametrize(
    ("parents", "lengths"),
    [
        ([("acme", number) for number in range(9_000)], [4_000, 4_000, 1_000]),
        ([("é" * 100_000, number) for number in range(5)], [2, 2, 1]),
        ([("x" * 600_000, number) for number in range(2)], [1, 1]),
        ([], []),
    ],
    ids=["many", "long", "too long", "none"],
)
def test_sets_are_split_by_number_and_by_length(parents: list[tuple[str, int]], lengths: list[int]) -> None:
    """Snowflake takes 16,384 expressions in a list, and a statement of 1 MB."""
    split = list(sql.of_one_statement(parents))
    assert [len(each) for each in split] == lengths
    assert [parent for each in split for parent in each] == parents
