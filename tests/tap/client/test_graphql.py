"""GraphQL through the client: partial answers, limits, questions that are too large."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sandbox.servers import TOKEN, Server
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import GraphQLError, GraphQLTooLargeError, GraphQLUnavailableError

from tests.tap.answering import Asked, Told, answering

ORGANIZATION = "lantern-works"
QUERY = """
query Repositories($login: String!, $unknown: ID!) {
  rateLimit { cost }
  organization(login: $login) { repositories(first: 2) { totalCount } }
  node(id: $unknown) { id }
}
"""
VARIABLES = {"login": ORGANIZATION, "unknown": "R_unknown"}


def client(url: str, **settings: Any) -> Client:
    """Return a client that gives up soon."""
    options = {"retry_seconds": 1.0, "secondary_wait_seconds": 0.1, **settings}
    return Client(ClientSettings(api_url=url, **options), TokenCredentials([Secret(TOKEN)]))


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_data_comes_with_its_problems(github: Server, prefix: str) -> None:
    """On GitHub.com and on an Enterprise Server; what is missing has a type and a path."""
    asking = client(github.url + prefix)
    answer = asking.graphql(QUERY, VARIABLES, organization=ORGANIZATION)
    assert answer.data["organization"]["repositories"]["totalCount"] > 2
    assert answer.data["node"] is None
    assert [(problem.type, problem.path) for problem in answer.errors] == [("NOT_FOUND", ("node",))]
    assert asking.usage.spending()[ORGANIZATION]["graphql"]["points"] == 1
    (path,) = (entry["path"] for entry in github.requests())
    assert path in {"/graphql", "/api/graphql"}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"drop": True},
        {"truncate_bytes": 9},
        {"status": 502, "body": "<html>"},
        {"status": 200, "body": '{"errors": [{"message": "You have exceeded a secondary rate limit."}]}'},
        {"status": 403, "headers": {"retry-after": "0"}},
    ],
)
def test_a_bad_moment_passes(github: Server, fault: dict[str, Any]) -> None:
    """It is asked for again, and the caller sees nothing of it."""
    github.add_fault(path="/graphql$", **fault)
    assert client(github.url).graphql(QUERY, VARIABLES, organization=ORGANIZATION).data["organization"]
    assert len(github.requests()) == 2


@pytest.mark.parametrize(
    ("fault", "error", "attempts"),
    [
        ({"status": 502, "body": "<html>"}, GraphQLTooLargeError, 3),
        ({"status": 504}, GraphQLTooLargeError, 3),
        (
            {"status": 200, "body": '{"errors": [{"message": "may be the result of a timeout"}]}'},
            GraphQLTooLargeError,
            3,
        ),
        ({"status": 404}, GraphQLUnavailableError, 1),
        (
            {"status": 403, "body": '{"message": "Resource not accessible by integration"}'},
            GraphQLUnavailableError,
            1,
        ),
        ({"status": 503}, GraphQLError, None),
    ],
)
def test_what_lasts_says_what_to_do(
    github: Server, fault: dict[str, Any], error: type[Exception], attempts: int | None
) -> None:
    """Ask for less at a time; ask REST; skip the repository."""
    github.add_fault(path="/graphql$", times=None, **fault)
    with pytest.raises(error):
        client(github.url).graphql(QUERY, VARIABLES, organization=ORGANIZATION, is_divisible=True)
    assert attempts in {None, len(github.requests())}


def test_silence_may_be_due_to_the_size(github: Server) -> None:
    """No answer in time, three times, and half as much may be answered."""
    github.add_fault(path="/graphql$", times=None, delay_seconds=0.5)
    asking = client(github.url, timeout_seconds=0.2)
    asking.get("/rate_limit", organization=ORGANIZATION)
    with pytest.raises(GraphQLTooLargeError):
        asking.graphql(QUERY, VARIABLES, organization=ORGANIZATION, is_divisible=True)
    assert len(github.requests()) == 1 + 3


def test_what_cannot_be_made_smaller_is_a_bad_moment(github: Server) -> None:
    """Seconds of 502 are waited for like those of REST."""
    github.add_fault(path="/graphql$", times=3, status=502, body="<html>")
    asking = client(github.url, retry_seconds=10)
    assert asking.graphql(QUERY, VARIABLES, organization=ORGANIZATION).data["organization"]


def test_a_query_that_is_not_understood_is_left_to_rest(github: Server) -> None:
    """An older Enterprise Server does not know every field."""
    with pytest.raises(GraphQLError, match="shoeSize"):
        client(github.url).graphql("{ viewer { shoeSize } }", {}, organization=ORGANIZATION)


def test_a_spent_limit_is_waited_for() -> None:
    """It comes as HTTP 200 with an error; REST goes on meanwhile."""
    limit = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(int(time.time())),
    }

    def tell(asked: Asked) -> Told:
        if len([each for each in server.asked if each.path == asked.path]) == 1 and asked.path == "/graphql":
            error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}
            return Told(body={"errors": [error]}, headers=limit)
        return Told(body={"data": {"a": 1}})

    with answering(tell) as server:
        asking = client(server.url)
        assert asking.graphql("{ a }", {}, organization="o").data == {"a": 1}
        asking.get("/x", organization="o")
    spent = asking.usage.spending()["o"]
    assert (spent["graphql"]["requests"], spent["graphql"]["waits"], spent["core"]["waits"]) == (2, 1, 0)
