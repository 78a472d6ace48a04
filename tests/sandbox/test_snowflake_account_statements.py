"""Statements about the account, which has nothing to change here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor


ACCOUNT_STATEMENTS = [
    "create warehouse if not exists w warehouse_size = 'XSMALL' auto_suspend = 60 initially_suspended = true",
    "alter warehouse w suspend",
    "drop warehouse if exists w",
    "create role if not exists loader",
    "create user if not exists u password = 'x' default_role = loader",
    "alter user u set rsa_public_key = 'MIIB'",
    "create or replace resource monitor m with credit_quota = 10 triggers on 90 percent do notify",
    (
        "create storage integration i type = external_stage storage_provider = 'GCS' enabled = true "
        "storage_allowed_locations = ('gcs://b/')"
    ),
    "create or replace file format f type = parquet",
    "grant usage on warehouse w to role loader",
    "grant all on future tables in schema test.s to role loader",
    "revoke all on database test from role loader",
    "use role loader",
    "use warehouse w",
    "use secondary roles all",
    "alter session set timezone = 'UTC', abort_detached_query = true, query_tag = 'x'",
    "alter session unset query_tag",
    "comment on table t is 'words'",
    "alter table t set comment = 'words'",
    "alter table t set data_retention_time_in_days = 1",
]


@pytest.mark.parametrize("statement", ACCOUNT_STATEMENTS)
def test_statements_about_the_account_do_nothing(cursor: SnowflakeCursor, statement: str) -> None:
    """They are accepted: there are no roles and no warehouses to change."""
    cursor.execute("create table t (a int)")
    assert cursor.execute(statement).fetchall()
