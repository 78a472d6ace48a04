"""What an answer of GraphQL means, as a table: HTTP says 200 to almost everything."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest
from tap_github_custom.client.answer import GraphQLAnswer, GraphQLProblem, Reply
from tap_github_custom.client.graphql_verdict import judge_graphql
from tap_github_custom.client.verdict import Failed, Limited, Refused, Rejected, Success
from tap_github_custom.errors import GraphQLError, GraphQLTooLargeError, GraphQLUnavailableError

NOW = int(time.time())
SPENT = {
    "date": formatdate(NOW, usegmt=True),
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": str(NOW + 600),
}

LEFT = {**SPENT, "x-ratelimit-remaining": "4000"}
SECONDARY = "You have exceeded a secondary rate limit."


def reply(status: int, body: Any, headers: dict[str, str] | None = None) -> Reply:
    """Return an answer; a body that is no bytes is JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(headers or {})}
    return Reply(status, given, content, "https://api.github.com/graphql")


def errors(message: str, kind: str | None = None, data: Any = None, **more: Any) -> dict[str, Any]:
    """Return a body with one error."""
    error = {"message": message, **({"type": kind} if kind else {}), **more}
    return {"data": data, "errors": [error]}


def test_data_is_the_answer() -> None:
    """Without errors."""
    assert judge_graphql(reply(200, {"data": {"a": 1}})) == Success(GraphQLAnswer({"a": 1}))


@pytest.mark.parametrize("data", [{"a": 1, "b": None}, None])
def test_errors_about_a_part_come_with_the_rest(data: Any) -> None:
    """What is missing or forbidden is typed and has a path; the rest is data."""
    body = errors("Could not resolve to a node", "NOT_FOUND", data, path=["nodes", 1])
    problem = GraphQLProblem("NOT_FOUND", "Could not resolve to a node", ("nodes", 1))
    assert judge_graphql(reply(200, body)) == Success(GraphQLAnswer(data or {}, (problem,)))


@pytest.mark.parametrize(
    ("status", "body", "headers", "is_for_all"),
    [
        (200, errors("API rate limit exceeded for user ID 1.", "RATE_LIMITED"), SPENT, False),
        (200, errors("API rate limit already exceeded for user ID 1."), SPENT, False),
        (200, errors("API rate limit already exceeded for user ID 1.", "RATE_LIMIT"), SPENT, False),
        (200, errors("API rate limit exceeded", "RATE_LIMITED", {"a": None}), SPENT, False),
        (403, {"message": "API rate limit exceeded"}, SPENT, False),
        (200, errors("You have exceeded a secondary rate limit."), {}, True),
        (200, {"message": "You have exceeded a secondary rate limit."}, LEFT, True),
        (403, {"message": "You have exceeded a secondary rate limit."}, {}, True),
        (429, b"", {"retry-after": "3"}, True),
    ],
)
def test_limits(status: int, body: Any, headers: dict[str, str], is_for_all: bool) -> None:  # noqa: FBT001
    """They are waited for, in whichever dress they come."""
    verdict = judge_graphql(reply(status, body, headers))
    assert isinstance(verdict, Limited)
    assert verdict.is_for_all_resources is is_for_all
    if headers is SPENT and not is_for_all:
        assert verdict.seconds == 601.0


@pytest.mark.parametrize(
    ("body", "headers", "limited"),
    [
        (errors(SECONDARY), {"retry-after": "37"}, Limited(37.0, is_for_all_resources=True)),
        ({"message": SECONDARY}, {"retry-after": "37"}, Limited(37.0, is_for_all_resources=True)),
        (errors(SECONDARY), {**SPENT, "retry-after": "37"}, Limited(37.0, is_for_all_resources=True)),
        (errors(SECONDARY), SPENT, Limited(601.0, is_for_all_resources=False)),
        (errors(SECONDARY), LEFT, Limited(None, is_for_all_resources=True)),
        (errors("limit", "RATE_LIMITED"), {"retry-after": "37"}, Limited(37.0, is_for_all_resources=True)),
        (errors("limit", "RATE_LIMITED"), LEFT, Limited(601.0, is_for_all_resources=False)),
    ],
)
def test_what_the_headers_ask_for_comes_first(body: Any, headers: dict[str, str], limited: Limited) -> None:
    """In the order in which REST's are heard: Retry-After, an empty allowance, what the text says."""
    assert judge_graphql(reply(200, body, headers)) == limited


@pytest.mark.parametrize(
    ("status", "body", "is_heavy"),
    [
        (502, b"<html>", True),
        (504, b"", True),
        (
            200,
            errors("Something went wrong while executing your query. This may be the result of a timeout."),
            True,
        ),
        (200, errors("Something went wrong while executing your query.", None, {"nodes": [None]}), True),
        (502, {"data": None, "errors": [{"message": "This may be the result of a timeout"}]}, True),
        (500, b"", False),
        (503, b"<html>", False),
        (200, b'{"data": {"no', False),
        (200, b"[]", False),
        (200, errors("try again", "SERVICE_UNAVAILABLE"), False),
    ],
)
def test_bad_moments(status: int, body: Any, is_heavy: bool) -> None:  # noqa: FBT001
    """Some may be due to the size of the question; data that a time-out made holes in is not believed."""
    verdict = judge_graphql(reply(status, body))
    assert isinstance(verdict, Failed)
    assert verdict.is_heavy is is_heavy


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (200, errors("exceeds 500,000", "MAX_NODE_LIMIT_EXCEEDED"), GraphQLTooLargeError, "exceeds 500,000"),
        (200, errors("cpu", "RESOURCE_LIMITS_EXCEEDED", {"a": None}), GraphQLTooLargeError, "cpu"),
        (200, {"errors": [{"message": "Field 'x' doesn't exist"}]}, GraphQLError, "doesn't exist"),
        (200, {}, GraphQLError, "no data"),
        (404, {"message": "Not Found"}, GraphQLUnavailableError, "HTTP 404"),
        (
            403,
            {"message": "Resource not accessible by integration"},
            GraphQLUnavailableError,
            "lacks a permission",
        ),
        (302, b"", GraphQLUnavailableError, "HTTP 302"),
    ],
)
def test_refusals(status: int, body: Any, error: type[Exception], words: str) -> None:
    """Ask for less, or ask REST."""
    verdict = judge_graphql(reply(status, body, {"location": "/login"}))
    assert isinstance(verdict, Refused)
    with pytest.raises(error, match=words):
        raise verdict.error


def test_a_bad_token_is_the_same_everywhere() -> None:
    """401."""
    assert judge_graphql(reply(401, {"message": "Bad credentials"})) == Rejected("Bad credentials")
