"""The facts over a history of everything that is rare equal an independent calculation, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .comparison import assert_equal_rows
from .expected_metrics import deployed, pull_requests, seconds
from .hostile_rows import hostile_rows

if TYPE_CHECKING:
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)


def test_what_is_rare_equals_an_independent_calculation(empty: Warehouse) -> None:
    """Accounts that are gone, two of one person, clocks that disagree, reverts, rollbacks, side branches."""
    streams = hostile_rows(seed=3)
    empty.load(streams)
    empty.dbt(
        *("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model"),
        *("--select", "+fct_github__pull_request"),
    )
    expected = pull_requests(streams)
    found = {row["PULL_REQUEST_ID"]: row for row in empty.sql("select * from fct_github__pull_request")}
    assert_equal_rows(found, expected)

    rows = {row["PULL_REQUEST_ID"]: row for row in empty.sql("select * from fct_github__lead_time_to_deploy")}
    production, staging = (deployed(streams, name) for name in ("production", "staging"))
    lead_times = {}
    for identifier in rows:
        method, at, sha = production.get(identifier, (None, None, None))
        lead_times[identifier] = {
            "MATCH_METHOD": method,
            "DEPLOYED_AT": at,
            "DEPLOYED_COMMIT_SHA": sha,
            "STAGING_DEPLOYED_AT": staging.get(identifier, (None, None, None))[1],
            "LEAD_TIME_SECONDS": seconds(expected[identifier]["FIRST_COMMIT_AT"], at),
        }
    assert_equal_rows(rows, lead_times)
    assert {row["MATCH_METHOD"] for row in rows.values()} >= {"sha", "contained", "time_after_merge"}
