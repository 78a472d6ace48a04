"""What an answer means, as a table: GitHub's documented order, 403 and 429 alike."""

from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest
from tap_github_custom.client.answer import Reply
from tap_github_custom.client.verdict import (
    Failed,
    Limited,
    Moved,
    Refused,
    Rejected,
    Success,
    judge,
    retry_after,
    server_time,
)

NOW = int(time.time())
SPENT = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(NOW + 100)}
LEFT = {**SPENT, "x-ratelimit-remaining": "7"}
DATE = {"date": formatdate(NOW, usegmt=True)}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
ABUSE = {"message": "You have triggered an abuse detection mechanism."}
PRIMARY = {"message": "API rate limit exceeded for user ID 1."}
FORBIDDEN = {"message": "Resource not accessible by personal access token"}


def reply(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    """Return an answer; a body that is no bytes is JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json; charset=utf-8", **DATE, **(headers or {})}
    return Reply(status, given, content, "https://api.github.com/x")


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (SECONDARY, {"retry-after": "60"}, Limited(60.0, is_for_all_resources=True)),
        (PRIMARY, {"retry-after": "60", **SPENT}, Limited(60.0, is_for_all_resources=True)),
        (None, {"retry-after": "0"}, Limited(0.0, is_for_all_resources=True)),
        (None, {"retry-after": "1.5"}, Limited(1.5, is_for_all_resources=True)),
        (None, {"retry-after": formatdate(NOW + 30, usegmt=True)}, Limited(30.0, is_for_all_resources=True)),
        (PRIMARY, SPENT, Limited(101.0, is_for_all_resources=False)),
        (SECONDARY, SPENT, Limited(101.0, is_for_all_resources=False)),
        (PRIMARY, {**SPENT, "x-ratelimit-reset": "1369000000"}, Limited(1.0, is_for_all_resources=False)),
        (SECONDARY, LEFT, Limited(None, is_for_all_resources=True)),
        (ABUSE, {}, Limited(None, is_for_all_resources=True)),
        (PRIMARY, {"x-ratelimit-remaining": "0"}, Limited(None, is_for_all_resources=True)),
        (SECONDARY, {"retry-after": "soon"}, Limited(None, is_for_all_resources=True)),
    ],
)
def test_limits_in_their_order(status: int, body: Any, headers: dict[str, str], expected: Limited) -> None:
    """Retry-After, then an empty allowance, then the words."""
    assert judge(reply(status, body, headers)) == expected


def test_a_429_without_a_word_is_a_limit_and_a_403_is_not() -> None:
    """429 has no other meaning; 403 mostly is about rights."""
    assert judge(reply(429, b"")) == Limited(None, is_for_all_resources=True)
    assert isinstance(judge(reply(403, b"")), Refused)


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (403, FORBIDDEN, {}, "The credential lacks a permission: grant it"),
        (
            403,
            FORBIDDEN,
            {"x-accepted-github-permissions": "pull_requests=read"},
            r"lacks a permission \(pull_requests=read\)",
        ),
        (403, {"message": "x"}, {"x-github-sso": "required; url=https://x?y=z"}, "SAML single sign-on"),
        (403, {"message": "Resource protected by organization SAML enforcement."}, {}, "single sign-on"),
        (403, {"message": "Must have push access"}, LEFT, "GitHub forbids it: Must have push access"),
        (404, {"message": "Not Found"}, {}, "does not exist, or the credential may not see it"),
        (404, b"<html>", {"content-type": "text/html"}, "is api_url right"),
        (409, {"message": "Git Repository is empty."}, {}, "It is empty.*: Git Repository is empty."),
        (410, {"message": "Gone"}, {}, "It is gone"),
        (451, {"message": "DMCA"}, {}, "blocked for legal reasons"),
        (422, {"message": "Validation Failed"}, {}, "GitHub answered 422: Validation Failed"),
        (304, b"", {}, "GitHub answered 304"),
        (301, {"message": "no location"}, {}, "GitHub answered 301"),
    ],
)
def test_refusals_say_why(status: int, body: Any, headers: dict[str, str], words: str) -> None:
    """One repository cannot be read: a sentence with the reason, and the status."""
    verdict = judge(reply(status, body, headers))
    assert isinstance(verdict, Refused)
    assert getattr(verdict.error, "status", None) == status
    with pytest.raises(type(verdict.error), match=words):
        raise verdict.error
    assert "y=z" not in str(verdict.error)


@pytest.mark.parametrize(
    ("status", "body", "headers", "after_seconds"),
    [
        (500, {"message": "Server Error"}, {}, 0.0),
        (502, b"<html>", {}, 0.0),
        (503, b"", {"retry-after": "7"}, 7.0),
        (504, b"", SPENT, 0.0),
        (408, b"", {}, 0.0),
        (202, {}, {}, 0.0),
        (202, b"", {}, 0.0),
        (200, b"", {}, 0.0),
        (200, b'[{"id": 1, "na', {}, 0.0),
        (200, b"<html>Sign in</html>", {"content-type": "text/html"}, 0.0),
    ],
)
def test_bad_moments_pass(status: int, body: Any, headers: dict[str, str], after_seconds: float) -> None:
    """The same request may succeed later."""
    verdict = judge(reply(status, body, headers))
    assert isinstance(verdict, Failed)
    assert (verdict.status, verdict.after_seconds) == (status, after_seconds)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'[{"id": 9007199254740993}]', [{"id": 9007199254740993}]),
        ('{"body": "😀 \\u0000"}'.encode(), {"body": "😀 \0"}),
        (b'{"body": "cut \\ud83d"}', {"body": "cut ?"}),
        (b'{"body": "\xff"}', {"body": "�"}),
    ],
)
def test_what_is_wrong_with_one_text_does_not_cost_the_page(body: bytes, value: Any) -> None:
    """Half an emoji, or bytes that are no UTF-8, are replaced."""
    assert judge(reply(200, body)) == Success(value)


def test_no_content_is_an_answer() -> None:
    """204 has no body; a 200 without one is broken."""
    assert judge(reply(204, b"")) == Success(None)


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "Bad credentials"), (403, "Maximum number of login attempts exceeded. Please try again later.")],
)
def test_the_credential_is_rejected(status: int, message: str) -> None:
    """In GitHub's own words."""
    assert judge(reply(status, {"message": message})) == Rejected(message)


def test_a_move_says_where_to() -> None:
    """Permanent or not."""
    for status in (301, 302, 307, 308):
        assert judge(reply(status, None, {"location": "/repositories/1"})) == Moved("/repositories/1")


def test_time_is_the_server_s() -> None:
    """A wrong clock here does not spoil a wait; the date of an old copy does not either."""
    assert server_time({"date": formatdate(NOW - 3000, usegmt=True)}) == NOW - 3000
    assert abs(server_time({"date": "Fri, 17 May 2013 12:23:56 GMT"}) - time.time()) < 60
    assert (
        retry_after({"date": formatdate(NOW - 3000, usegmt=True), "retry-after": formatdate(NOW - 2990)})
        == 10
    )
