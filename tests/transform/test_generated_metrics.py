"""The facts over a generated organisation equal an independent calculation, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .comparison import assert_equal_rows
from .expected_metrics import deployed, pull_requests, seconds

if TYPE_CHECKING:
    from .expected_metrics import Streams
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

RELEASED = {"lantern-works/cli"}


def test_pull_requests_equal_an_independent_calculation(built: Warehouse, generated_rows: Streams) -> None:
    """Every metric of every pull request."""
    found = {row["PULL_REQUEST_ID"]: row for row in built.sql("select * from fct_github__pull_request")}
    assert_equal_rows(found, pull_requests(generated_rows))


def test_lead_times_equal_an_independent_calculation(built: Warehouse, generated_rows: Streams) -> None:
    """Of every merged pull request: which deployment, how matched, how long it took."""
    rows = built.sql("select * from fct_github__lead_time_to_deploy where deploy_source = 'deployment'")
    production, staging = (deployed(generated_rows, name) for name in ("production", "staging"))
    pulls = pull_requests(generated_rows)
    expected = {}
    for row in rows:
        identifier = row["PULL_REQUEST_ID"]
        method, at, sha = production.get(identifier, (None, None, None))
        expected[row["LEAD_TIME_KEY"]] = {
            "FIRST_COMMIT_AT": pulls[identifier]["FIRST_COMMIT_AT"],
            "MATCH_METHOD": method,
            "DEPLOYED_AT": at,
            "DEPLOYED_COMMIT_SHA": sha,
            "STAGING_DEPLOYED_AT": staging.get(identifier, (None, None, None))[1],
            "LEAD_TIME_SECONDS": seconds(pulls[identifier]["FIRST_COMMIT_AT"], at),
            "MERGE_TO_DEPLOY_SECONDS": seconds(pulls[identifier]["MERGED_AT"], at),
        }
    merged = {
        pull["id"]
        for pull in generated_rows["pull_request"]
        if pull["merged_at"]
        and pull["base_ref"] == pull["default_branch"]
        and pull["repository_full_name"] not in RELEASED
    }
    assert {row["PULL_REQUEST_ID"] for row in rows} == merged
    assert_equal_rows({row["LEAD_TIME_KEY"]: row for row in rows}, expected)
    assert {row["MATCH_METHOD"] for row in rows} >= {"sha", "contained", None}
