"""A whole run through bad weather brings what a fair day would have brought."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from .running import run_tap
from .truth import assert_rows_are_those_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

JSON = {"content-type": "application/json"}
NOT_GIT = r"^/(?!.*\.git/)"
ANYWHERE: list[dict[str, Any]] = [
    {"drop": True},
    {"drop": True, "when": "after"},
    {"truncate_bytes": 37, "when": "after"},
    {"status": 200, "body": "<html>Unicorn!</html>"},
    {"status": 202, "body": "{}", "headers": JSON},
    {"status": 500, "body": '{"message": "Server Error"}', "headers": JSON},
    {"status": 502, "body": "<html>Bad gateway</html>"},
    {"status": 403, "headers": {"retry-after": "0"}},
]
IN_GRAPHQL = [
    {"data": {"nodes": [None]}},
    {"data": {"nodes": None}, "errors": [{"type": "NOT_FOUND", "path": ["nodes", 0], "message": "No"}]},
    {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]},
    {"data": {}, "errors": [{"type": "FORBIDDEN", "message": "Somewhere"}]},
    {"errors": [{"message": "Field 'nodes' doesn't exist on type 'Query'"}]},
]


@pytest.mark.parametrize("seed", range(2))
def test_a_storm_changes_no_row(github: Server, small: Path, tmp_path: Path, seed: int) -> None:
    """Sixty troubles at random, of the network, of REST and of GraphQL: nothing is lost, doubled or wrong."""
    rng = Random(seed)  # noqa: S311 - the same weather for everybody who tests
    for _ in range(40):
        github.add_fault(path=NOT_GIT, nth=rng.randint(1, 120), **rng.choice(ANYWHERE))
    for _ in range(20):
        body = json.dumps(rng.choice(IN_GRAPHQL))
        github.add_fault(path="/graphql$", nth=rng.randint(1, 40), status=200, headers=JSON, body=body)
    output = run_tap(
        github, tmp_path, organizations=["lantern-works", "lantern-labs"], retry_seconds=30, concurrency=4
    )
    assert output.error is None
    assert_rows_are_those_of(small, output)
    assert sorted(output.skipped) == ["lantern-works/taken-down", "lantern-works/vault"]
    retries = sum(each["retries"] for spent in output.summary["usage"].values() for each in spent.values())
    assert retries > 10, "the weather was too fair"
