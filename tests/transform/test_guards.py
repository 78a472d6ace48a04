"""What somebody writes wrong into a variable or a list is told; so is a history that contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .warehouse import DATABASE

if TYPE_CHECKING:
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

LISTS = {
    "github_environment": "environment",
    "github_identity_override": "github_login",
    "github_service_account": "github_login",
    "github_language": "match_type, pattern",
    "github_noise_path": "match_type, pattern",
    "github_service": "repository_full_name, service",
}


def test_a_mistyped_source_of_deployments_is_told(empty: Warehouse) -> None:
    """Else no service would have a deployment, and nobody would know why."""
    told = empty.dbt("parse", "--vars", "default_deploy_source: releases", succeeds=False)
    assert "is one of deployment, release, deploy_event, merged_at, not releases" in told


def test_what_a_list_names_twice_is_told_in_whatever_case(empty: Warehouse) -> None:
    """What reads the lists does not tell cases apart."""
    empty.sql(f"create database if not exists {DATABASE}")
    empty.dbt("seed")
    for name, columns in LISTS.items():
        *others, last = columns.split(", ")
        for change in ("lower", "upper"):
            values = ", ".join([*(f"'{column}'" for column in others), f"{change}('twice')"])
            empty.sql(f"insert into {DATABASE}.seeds.{name} ({', '.join([*others, last])}) values ({values})")
    told = empty.dbt("test", "--select", "resource_type:seed", succeeds=False)
    failed = {line.partition(" FAIL 1 ")[2].split()[0] for line in told.splitlines() if " FAIL 1 " in line}
    assert {name for name in LISTS if any(test.find(f"_{name}_") > 0 for test in failed)} == LISTS.keys()


def test_a_file_without_a_date_is_no_missing_row(empty: Warehouse) -> None:
    """It is of no week, and left out; one with a date is missed."""
    empty.sql(f"create database if not exists {DATABASE}")
    for schema, name in (("staging", "stg_github__commit_file"), ("marts", "fct_github__commit_file")):
        empty.sql(f"create schema if not exists {DATABASE}.{schema}")
        empty.sql(
            f"create table {DATABASE}.{schema}.{name} as "
            "select column1 as commit_file_key, column2::timestamp_ntz as committed_at "
            "from values ('dated', '2026-01-01')"
        )
    test = ("test", "--select", "fct_github__commit_file,test_name:same_row_count")
    for date in ("null", "'2026-01-02'"):
        assert "PASS=1" in empty.dbt(*test)
        empty.sql(f"insert into {DATABASE}.staging.stg_github__commit_file values ('new', {date})")
    assert "FAIL" in empty.dbt(*test, succeeds=False)


def test_periods_that_begin_together_overlap(empty: Warehouse) -> None:
    """A person was in two teams at once, from the same moment on; a login was of two accounts at once."""
    empty.sql(f"create database if not exists {DATABASE}")
    empty.sql(f"create schema if not exists {DATABASE}.marts")
    empty.sql(
        f"create table {DATABASE}.marts.dim_github__user as "
        "select column1 as user_key, 'ann' as github_login, column2::int as github_user_id, "
        "column3::timestamp_ntz as valid_from, column4::timestamp_ntz as valid_to, "
        "column5::timestamp_ntz as login_held_from from values "
        "('ann|1', 5, '1970-01-01', '2026-01-01', '1970-01-01'), "
        "('ann|2', 5, '2026-01-01', '2026-02-01', null), ('ann|3', 5, '2026-01-01', null, '2026-01-01'), "
        "('ann|4', 9, '1970-01-01', null, '2026-03-01')"
    )
    test = ("test", "--select", "assert_periods_of_a_user_do_not_overlap")
    for overlapping in ("ann|2", "ann|3"):  # an account in two teams, a login of two accounts
        assert "FAIL" in empty.dbt(*test, succeeds=False)
        empty.sql(f"delete from {DATABASE}.marts.dim_github__user where user_key = '{overlapping}'")
    empty.dbt(*test)
