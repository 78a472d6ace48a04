"""Every row of every stream is that of the data, whichever way it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import serve_github

from .running import run_tap, selecting
from .truth import CORPUS, assert_rows_are_those_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

BOTH = ["lantern-works", "lantern-labs"]


WAYS: dict[str, dict[str, Any]] = {
    "git and GraphQL": {"commit_source": "git"},
    "API and GraphQL": {"commit_source": "api"},
    "REST alone": {"commit_source": "api", "use_graphql": False},
}
OF_PULL_REQUESTS = ("pull_request", "pull_request_review", "pull_request_commit")


@pytest.mark.parametrize("way", WAYS)
def test_a_generated_organisation_arrives_whole(
    github: Server, small: Path, tmp_path: Path, way: str
) -> None:
    """Nothing is missing, doubled or different, whichever way it was read."""
    output = run_tap(github, tmp_path, organizations=BOTH, **WAYS[way])
    assert output.error is None
    assert_rows_are_those_of(small, output)
    assert sorted(output.skipped) == ["lantern-works/taken-down", "lantern-works/vault"]


def test_an_enterprise_server_without_limits_and_without_graphql(small: Path, tmp_path: Path) -> None:
    """No header says what is left, and `/graphql` is 404: the rows are the same."""
    with serve_github(small, limited=False, graphql=False) as server:
        output = run_tap(server, tmp_path, organizations=BOTH)
    assert output.error is None
    assert_rows_are_those_of(small, output)
    assert all(each["remaining"] is None for each in output.summary["usage"]["lantern-works"].values())


def test_real_pull_requests_arrive_whole_and_cheaply(corpus: Server, tmp_path: Path) -> None:
    """1,308 pull requests, 2,592 reviews and the commits, as recorded, for fewer than 150 points."""
    catalog = selecting("repository", *OF_PULL_REQUESTS)
    output = run_tap(corpus, tmp_path, organizations=["bitcoin-core"], catalog=catalog)
    assert output.error is None
    assert [len(output.of(name)) for name in OF_PULL_REQUESTS[:2]] == [1308, 2592]
    assert_rows_are_those_of(CORPUS, output, tables=["REPOSITORY", *map(str.upper, OF_PULL_REQUESTS)])
    assert sum(request["points"] for request in corpus.requests()) <= 150


def test_rest_tells_the_same_of_real_pull_requests(corpus: Server, tmp_path: Path) -> None:
    """Where GraphQL is not asked, the rows of a year are the same."""
    catalog = selecting("repository", *OF_PULL_REQUESTS)
    year: dict[str, Any] = {
        "organizations": ["bitcoin-core"],
        "catalog": catalog,
        "start_date": "2025-06-01T00:00:00Z",
    }
    by_graphql = run_tap(corpus, tmp_path, **year)
    by_rest = run_tap(corpus, tmp_path, use_graphql=False, **year)
    assert len(by_rest.of("pull_request")) > 100
    for stream in OF_PULL_REQUESTS:
        assert by_graphql.of(stream) == by_rest.of(stream)
