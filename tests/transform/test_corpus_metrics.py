"""The facts over the real history of a real repository equal an independent calculation, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.pipeline.conftest import CORPUS

from .comparison import assert_equal_rows
from .expected_metrics import deployed, pull_requests, seconds
from .raw_rows import raw_rows
from .warehouse import Warehouse, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .expected_metrics import Streams
    from .raw_rows import Row

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        not CORPUS.is_dir(),
        reason="no recorded repositories: put a data folder at ../shared/corpus, beside this project",
    ),
]


def deployments(streams: Streams) -> Iterator[Row]:
    """Yield made-up deployments of real commits, of branches, too; some unknown, some going back."""
    commits = sorted(streams["commit"], key=lambda each: (each["committed_at"], each["sha"]))
    for place, commit in enumerate(commits[5::37]):
        at = datetime.fromisoformat(commit["committed_at"])
        for number, (environment, minutes) in enumerate((("staging", 20), ("production", 50))):
            yield deployment(commit, 10 * place + number, environment, at + timedelta(minutes=minutes))
        if place % 9 == 4:
            old = commits[max(37 * place - 100, 0)]
            yield deployment(old, 10 * place + 5, "production", at + timedelta(days=1))
        if place % 9 == 6:
            unknown = {**commit, "sha": f"{place:040x}"}
            yield deployment(unknown, 10 * place + 6, "production", at + timedelta(days=1))


def deployment(commit: Row, identifier: int, environment: str, at: datetime) -> Row:
    """Return a deployment that succeeded at once."""
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": identifier,
        "_source_org": commit["_source_org"],
        "repository_id": commit["repository_id"],
        "sha": commit["sha"],
        "environment": environment,
        "production_environment": environment == "production",
        "created_at": text,
        "updated_at": text,
        "state": "success",
        "succeeded_at": text,
    }


@pytest.fixture(scope="module")
def streams() -> Streams:
    """Return the raw rows of the recorded repository, with deployments."""
    rows = raw_rows(CORPUS)
    return {**rows, "deployment": list(deployments(rows))}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, streams: Streams) -> Iterator[Warehouse]:
    """Return a warehouse with the facts of the recorded repository."""
    with warehouse(tmp_path_factory.mktemp("recorded")) as opened:
        opened.load(streams)
        opened.dbt(
            *("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model"),
            *("--select", "+fct_github__pull_request"),
        )
        yield opened


def test_real_pull_requests_equal_an_independent_calculation(recorded: Warehouse, streams: Streams) -> None:
    """Every metric of all 1,308 pull requests."""
    found = {row["PULL_REQUEST_ID"]: row for row in recorded.sql("select * from fct_github__pull_request")}
    assert len(found) == len(streams["pull_request"])
    assert_equal_rows(found, pull_requests(streams))


def test_real_merges_are_found_in_deployments_of_their_descendants(
    recorded: Warehouse, streams: Streams
) -> None:
    """Merges into merged branches are found; one that a deployment is known to lack is not matched."""
    rows = recorded.sql("select * from fct_github__lead_time_to_deploy")
    production, staging = (deployed(streams, name) for name in ("production", "staging"))
    pulls = pull_requests(streams)
    expected = {}
    for row in rows:
        identifier = row["PULL_REQUEST_ID"]
        method, at, sha = production.get(identifier, (None, None, None))
        expected[identifier] = {
            "MATCH_METHOD": method,
            "DEPLOYED_AT": at,
            "DEPLOYED_COMMIT_SHA": sha,
            "STAGING_DEPLOYED_AT": staging.get(identifier, (None, None, None))[1],
            "LEAD_TIME_SECONDS": seconds(pulls[identifier]["FIRST_COMMIT_AT"], at),
        }
    assert_equal_rows({row["PULL_REQUEST_ID"]: row for row in rows}, expected)
    assert {row["MATCH_METHOD"] for row in rows} >= {"sha", "contained", "time_after_merge"}
