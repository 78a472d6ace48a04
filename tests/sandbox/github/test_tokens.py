"""Several tokens, each with an allowance and rights of its own; the secondary limit for who asks too fast."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from sandbox.servers import Server, serve_github

from .conftest import PLATFORM, Api, GraphQL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LACKING = "Resource not accessible by personal access token"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Server]:
    """Return a server of this module's own."""
    with serve_github(data) as started:
        yield started


def test_each_token_has_its_own_allowance(server: Server) -> None:
    """What one has spent, another has not; both buckets can be set."""
    server.add_token("second", points_per_hour=7, graphql_points_per_hour=9)
    second, first = Api(server.url, "second"), Api(server.url)
    headers = second.get(PLATFORM).headers
    assert (headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]) == ("7", "6")
    first.get(PLATFORM)
    assert second.get(PLATFORM).headers["x-ratelimit-remaining"] == "5"
    limit = GraphQL(server.url, "second").data("{ rateLimit { limit remaining } }")["rateLimit"]
    assert limit == {"limit": 9, "remaining": 8}
    listed = second.json("/rate_limit")["resources"]
    assert (listed["core"]["limit"], listed["graphql"]["limit"]) == (7, 9)


def test_a_revoked_token_is_a_bad_credential(server: Server) -> None:
    """It opened the door before; then it is 401."""
    server.add_token("brief")
    assert Api(server.url, "brief").get(PLATFORM).status_code == 200
    server.revoke_token("brief")
    assert Api(server.url, "brief").get(PLATFORM).status_code == 401


@pytest.mark.parametrize(
    ("permission", "path"),
    [
        ("pull_requests", f"{PLATFORM}/pulls"),
        ("contents", f"{PLATFORM}/commits"),
        ("contents", f"{PLATFORM}/releases"),
        ("deployments", f"{PLATFORM}/deployments"),
        ("members", "/orgs/lantern-works/members"),
        ("metadata", PLATFORM),
    ],
)
def test_what_a_permission_is_for(server: Server, permission: str, path: str) -> None:
    """Without it 403 in GitHub's words; each answer names it."""
    server.add_token("poor", lacks=[permission])
    refused = Api(server.url, "poor").get(path)
    assert (refused.status_code, refused.json()["message"]) == (403, LACKING)
    granted = Api(server.url).get(path)
    for response in (refused, granted):
        assert response.headers["x-accepted-github-permissions"] == f"{permission}=read"
    assert int(refused.headers["x-ratelimit-remaining"]) > 0


def test_graphql_leaves_out_what_a_token_must_not_read(server: Server) -> None:
    """Null in the data, and an entry that says where and why."""
    server.add_token("poor", lacks=["contents", "members"])
    query = """{ organization(login: "lantern-works") { login samlIdentityProvider { id } }
      repository(owner: "lantern-works", name: "cli") { name defaultBranchRef { name } } }"""
    answer = GraphQL(server.url, "poor").answer(query)
    assert answer["data"] == {
        "organization": {"login": "lantern-works", "samlIdentityProvider": None},
        "repository": {"name": "cli", "defaultBranchRef": None},
    }
    assert [(error["type"], error["path"], error["message"]) for error in answer["errors"]] == [
        ("FORBIDDEN", ["organization", "samlIdentityProvider"], LACKING),
        ("FORBIDDEN", ["repository", "defaultBranchRef"], LACKING),
    ]


def test_graphql_refuses_nodes_one_by_one(server: Server) -> None:
    """A pull request that a token must not read is null, the repository beside it is not."""
    server.add_token("poor", lacks=["pull_requests"])
    repository, pull = Api(server.url).json(PLATFORM), Api(server.url).json(f"{PLATFORM}/pulls")[0]
    ids = [pull["node_id"], repository["node_id"]]
    answer = GraphQL(server.url, "poor").answer("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert answer["data"]["nodes"] == [None, {"id": repository["node_id"]}]
    assert [(error["type"], error["path"]) for error in answer["errors"]] == [("FORBIDDEN", ["nodes", 0])]


@pytest.mark.parametrize(("scopes", "is_enough"), [(["repo"], False), (["admin:org"], True)])
def test_a_classic_token_needs_scopes(server: Server, scopes: list[str], *, is_enough: bool) -> None:
    """A wider scope holds the narrower; the answer says which scopes there are."""
    server.add_token("classic", scopes=scopes)
    query = '{ organization(login: "lantern-works") { membersWithRole(first: 1) { totalCount } } }'
    answer = GraphQL(server.url, "classic").answer(query)
    kinds = [error["type"] for error in answer.get("errors", [])]
    assert kinds == ([] if is_enough else ["INSUFFICIENT_SCOPES"])
    assert Api(server.url, "classic").get("/user").headers["x-oauth-scopes"] == scopes[0]


def test_a_grant_that_makes_no_sense_is_refused(server: Server) -> None:
    """A misspelt field is an error, not a token that opens everything."""
    with pytest.raises(requests.HTTPError):
        server.add_token("typo", lack=["contents"])


def test_the_secondary_limit_on_request(server: Server) -> None:
    """403 or 429 in GitHub's words, with points left."""
    server.add_secondary_limit("/commits$", status=429, retry_after_seconds=3)
    refused, later = (Api(server.url).get(f"{PLATFORM}/commits") for _ in range(2))
    assert (refused.status_code, later.status_code) == (429, 200)
    assert "secondary rate limit" in refused.json()["message"]
    assert refused.headers["retry-after"] == "3"


def test_too_many_requests_in_a_short_time(data: Path) -> None:
    """Who is too fast is told when to come again; another token is not meant."""
    with serve_github(data, max_requests_per_burst=3, burst_seconds=3600) as server:
        asked = [Api(server.url).get(PLATFORM) for _ in range(5)]
        server.add_token("second")
        assert Api(server.url, "second").get(PLATFORM).status_code == 200
    assert [response.status_code for response in asked] == [200, 200, 200, 403, 403]
    assert 0 < int(asked[-1].headers["retry-after"]) <= 3600
    assert int(asked[-1].headers["x-ratelimit-remaining"]) > 0


def test_too_many_requests_at_once(data: Path) -> None:
    """Those beyond the bound meet the secondary limit, and cost nothing."""
    with serve_github(data, max_concurrent=2, latency_ms=300) as server, ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: Api(server.url).get(f"{PLATFORM}/pulls?state=all"), range(16)))
        used = Api(server.url).json("/rate_limit")["resources"]["core"]["used"]
    refused = [response for response in asked if response.status_code == 403]
    assert refused
    assert all("secondary rate limit" in response.json()["message"] for response in refused)
    assert used == len(asked) - len(refused)
