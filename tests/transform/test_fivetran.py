"""Whoever comes from Fivetran keeps the tables there and gets the same marts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from .warehouse import DATABASE

if TYPE_CHECKING:
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

SYNCED = "2026-02-01 00:00:00 +0000"
VARIABLES = ("--vars", "raw_source: fivetran")
# Tables that are left out count as empty, as deployments do here.
TABLES = {
    "repository": [
        (
            "7 as id, 'shop' as name, 'acme/shop' as full_name, true as private, false as fork, "
            "false as archived, "
            "'main' as default_branch, 'Python' as language, "
            "'2025-01-01 00:00:00 +0000'::timestamp_tz as created_at"
        )
    ],
    "user": [
        "1 as id, 'ann' as login, 'Ann' as name, 'User' as type",
        "2 as id, 'ben' as login, 'Ben' as name, 'User' as type",
        "3 as id, 'lint[bot]' as login, null as name, 'Bot' as type",
    ],
    "user_email": ["'ann@example.com' as email, 1 as user_id"],
    "issue": [
        (
            f"{identifier} as id, {number} as number, 7 as repository_id, 1 as user_id, "
            "'Add a cart' as title, null as body, "
            "'closed' as state, false as locked, true as pull_request, "
            "'2026-01-01 12:00:00 +0200'::timestamp_tz as created_at, "
            "'2026-01-02 10:00:00 +0000'::timestamp_tz as updated_at, "
            "'2026-01-02 10:00:00 +0000'::timestamp_tz as closed_at"
        )
        for identifier, number in ((10, 5), (11, 6), (12, 7))
    ],
    "issue_merged": [
        (
            f"{issue} as issue_id, 2 as actor_id, '{sha}' as commit_sha, "
            "'2026-01-02 10:00:00 +0000'::timestamp_tz as merged_at"
        )
        for issue, sha in ((10, "m1"), (11, "rebased"), (12, "squashed"))
    ],
    "pull_request": [
        (
            f"{identifier} as id, {issue} as issue_id, 'main' as base_ref, 'b' as base_sha, "
            f"'cart' as head_ref, 7 as head_repo_id, '{head}' as head_sha, '{sha}' as merge_commit_sha"
        )
        for identifier, issue, head, sha in (
            *((100, 10, "h1", "m1"), (101, 11, "h3", "rebased"), (102, 12, "h3", "squashed")),
        )
    ],
    "pull_request_review": [
        (
            "1 as id, 100 as pull_request_id, 3 as user_id, 'APPROVED' as state, null as body, "
            "'h1' as commit_sha, "
            "'2026-01-01 10:00:10 +0000'::timestamp_tz as submitted_at"
        ),
        (
            "2 as id, 100 as pull_request_id, 2 as user_id, 'APPROVED' as state, null as body, "
            "'h1' as commit_sha, "
            "'2026-01-01 11:00:00 +0000'::timestamp_tz as submitted_at"
        ),
    ],
    "commit": [
        f"'{sha}' as sha, 7 as repository_id, 'x' as message, 'Ann' as author_name, "
        f"'ann@example.com' as author_email, '{at} +0000'::timestamp_tz as author_date, "
        f"'ann@example.com' as committer_email, '{at} +0000'::timestamp_tz as committer_date"
        for sha, at in (
            *(("h1", "2026-01-01 09:00:00"), ("m1", "2026-01-02 10:00:00")),
            # What a rebase copies keeps the author's date; what a squash makes has one of its own.
            *(("h2", "2026-01-01 09:00:00"), ("h3", "2026-01-01 09:30:00")),
            *(("rebased", "2026-01-01 09:30:00"), ("squashed", "2026-01-02 10:00:00")),
        )
    ],
    "commit_parent": [f"'m1' as commit_sha, '{parent}' as parent_sha" for parent in ("h1", "m0")],
    "commit_file": [
        (
            f"'{sha}' as commit_sha, 'cart.py' as filename, 'added' as status, 8 as additions, "
            "2 as deletions, 10 as changes"
        )
        for sha in ("m1", "rebased", "squashed")
    ],
    "commit_pull_request": [
        f"'{sha}' as commit_sha, {pull} as pull_request_id"
        for sha, pull in (("h1", 100), ("h2", 101), ("h3", 101), ("h2", 102), ("h3", 102))
    ],
}


def test_the_marts_stay_when_the_rows_are_fivetrans(empty: Warehouse) -> None:
    """The same numbers, with times in UTC, from Fivetran's documented tables."""
    for name in (DATABASE, f"{DATABASE}.GITHUB"):
        kind = "schema" if "." in name else "database"
        empty.sql(f"create {kind} if not exists {name}")
    for table, rows in TABLES.items():
        selects = " union all ".join(
            f"select {row}, '{SYNCED}'::timestamp_tz as _fivetran_synced" for row in rows
        )
        empty.sql(f'create table {DATABASE}.GITHUB."{table.upper()}" as {selects}')
    empty.dbt(
        *("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model"),
        *VARIABLES,
        *("--select", "+fct_github__pull_request", "+fct_github__commit_file"),
    )
    found, *others = empty.sql("select * from fct_github__pull_request order by number")
    expected = {
        "PULL_REQUEST_ID": 100,
        "REPOSITORY_FULL_NAME": "acme/shop",
        "NUMBER": 5,
        "AUTHOR_LOGIN": "ann",
        "IS_MERGED": True,
        "IS_SELF_MERGED": False,
        "CREATED_AT": datetime.fromisoformat("2026-01-01 10:00:00"),
        "MERGED_AT": datetime.fromisoformat("2026-01-02 10:00:00"),
        "CODING_SECONDS": 3600,
        "PICKUP_SECONDS": 3600,
        "REVIEW_SECONDS": 23 * 3600,
        "DEPLOY_SECONDS": None,
        "REVIEW_COUNT": 1,
        "ADDITIONS": 8,
        "CHANGED_FILES": 1,
    }
    assert {name: found[name] for name in expected} == expected
    # The last of several commits that a rebase has copied is not the whole.
    assert [(row["ADDITIONS"], row["CHANGED_FILES"]) for row in others] == [(None, None), (8, 1)]
    parents = empty.sql(
        f"select * from {DATABASE}.INTERMEDIATE.int_github__commit_parent order by parent_number"
    )
    assert [parent["PARENT_SHA"] for parent in parents] == ["m0", "h1"]
    (file,) = empty.sql("select * from fct_github__commit_file where commit_sha = 'm1'")
    assert (file["LANGUAGE"], file["AUTHOR_LOGIN"], file["CHURN"]) == ("Python", "ann", 10)
    looked_at = empty.dbt("source", "freshness", *VARIABLES)
    assert "WARN freshness of fivetran_github.pull_request " in looked_at
    assert " of github." not in looked_at  # tables that need not be there
