"""What an answer of GraphQL means: its limits and time-outs arrive as HTTP 200 with `errors`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_github_custom.client.allowance import Limit
from tap_github_custom.client.answer import GraphQLAnswer, GraphQLProblem
from tap_github_custom.client.verdict import (
    ABOUT_LIMITS,
    RESET_MARGIN_SECONDS,
    SHOWN_CHARACTERS,
    Failed,
    Limited,
    Moved,
    Refused,
    Success,
    judge,
    server_time,
    stated_wait,
)
from tap_github_custom.errors import (
    GraphQLError,
    GraphQLTooLargeError,
    GraphQLUnavailableError,
    GraphQLUnknownFieldError,
    RepositoryError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.client.answer import Reply
    from tap_github_custom.client.verdict import Verdict

SPENT = frozenset({"RATE_LIMITED", "RATE_LIMIT"})
TOO_LARGE = frozenset({"MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED"})
UNKNOWN_FIELD = "undefinedField"
UNWELL = frozenset({"SERVICE_UNAVAILABLE", "INTERNAL"})
# Beside data that may be there in part: whatever it lacks would be lost without a trace.
TIMED_OUT = re.compile(
    r"something went wrong while executing your query|may be the result of a timeout|timedout"
    r"|couldn't respond .* in time",
    re.IGNORECASE,
)
HEAVY_STATUSES = frozenset({502, 504})


def judge_graphql(reply: Reply) -> Verdict:
    """Return what an answer of the GraphQL endpoint means; a success has a `GraphQLAnswer` as its body."""
    verdict = judge(reply)
    if isinstance(verdict, Success):
        return _judge_body(reply, verdict.body)
    if isinstance(verdict, Failed):
        return replace(verdict, is_heavy=verdict.status in HEAVY_STATUSES)
    if isinstance(verdict, (Moved, Refused)):
        reason = f"HTTP {reply.status}"
        if isinstance(verdict, Refused) and isinstance(verdict.error, RepositoryError):
            reason = f"{reason}: {verdict.error.reason}"
        message = f"GraphQL is not to be had at {reply.url} ({reason})."
        return Refused(GraphQLUnavailableError(message))
    return verdict


def _judge_body(reply: Reply, body: Any) -> Verdict:  # noqa: ANN401 - decoded JSON
    if not isinstance(body, dict):
        return Failed(reply.status, "GraphQL answered without a JSON object")
    given = body.get("errors")
    problems = tuple(GraphQLProblem.from_json(error) for error in given) if isinstance(given, list) else ()
    words = [*(problem.message for problem in problems), str(body.get("message") or "")]
    texts = " ".join(" ".join(words).split())[:SHOWN_CHARACTERS]
    return _held_back(reply, problems, texts) or _answered(body.get("data"), problems, texts)


def _held_back(reply: Reply, problems: Sequence[GraphQLProblem], texts: str) -> Verdict | None:
    """Return what to do about limits of any kind, or None."""
    types = {problem.type for problem in problems}
    is_untyped = "" in types or not problems
    if types & SPENT:
        return _rate_limited(reply)
    if types & TOO_LARGE:
        return Refused(GraphQLTooLargeError(f"GraphQL finds the question too large: {texts}"))
    if types & UNWELL:
        return Failed(reply.status, f"GraphQL is unwell: {texts}")
    if is_untyped and ABOUT_LIMITS.search(texts):
        return _rate_limited(reply, is_secondary="secondary" in texts.lower())
    if is_untyped and TIMED_OUT.search(texts):
        return Failed(reply.status, f"GraphQL ran out of time: {texts}", is_heavy=True)
    return None


def _answered(data: Any, problems: tuple[GraphQLProblem, ...], texts: str) -> Verdict:  # noqa: ANN401 - JSON
    """Return the data, or errors that speak of it; where there is neither, the question is not understood.

    Others may be: an older Enterprise Server lacks some fields.
    """
    if isinstance(data, dict):
        return Success(GraphQLAnswer(data, problems))
    if any(problem.type for problem in problems):
        return Success(GraphQLAnswer({}, problems))
    message = f"GraphQL does not understand the question: {texts or 'it answers no data'}"
    is_unknown = UNKNOWN_FIELD in {problem.code for problem in problems}
    return Refused(GraphQLUnknownFieldError(message) if is_unknown else GraphQLError(message))


def _rate_limited(reply: Reply, *, is_secondary: bool = False) -> Limited:
    """Return the wait that the headers ask for, as with REST; else that of the kind of limit."""
    asked = stated_wait(reply)
    if asked:
        return asked
    stated = Limit.of(reply.headers, server_time(reply.headers))
    if is_secondary or stated is None:
        return Limited(None, is_for_all_resources=True)
    return Limited(stated.reset_seconds + RESET_MARGIN_SECONDS, is_for_all_resources=False)
