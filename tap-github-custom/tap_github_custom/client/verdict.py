"""What an answer means for its request: pure decisions, in GitHub's documented order."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tap_github_custom.client.allowance import Limit
from tap_github_custom.client.decoding import decode
from tap_github_custom.errors import UNAUTHORIZED, RepositoryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.client.answer import Reply
    from tap_github_custom.errors import GitHubError

OK, ACCEPTED, NO_CONTENT, MULTIPLE_CHOICES = 200, 202, 204, 300
REDIRECTS = frozenset({301, 302, 307, 308})
FORBIDDEN, TOO_MANY_REQUESTS = 403, 429
NOT_FOUND, REQUEST_TIMEOUT = 404, 408
SERVER_ERROR = 500
RESET_MARGIN_SECONDS = 1.0  # `reset` and `Date` are whole seconds
ODD_CLOCK_SECONDS = 86_400.0  # a `Date` that far off is that of an old copy, not a clock that is wrong
ABOUT_LIMITS = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
GARBLED_BELOW = 400
SHOWN_CHARACTERS = 200

REFUSALS = {
    404: "It does not exist, or the credential may not see it",
    409: "It is empty, or in a state that does not allow this",
    410: "It is gone",
    451: "It is blocked for legal reasons",
}


@dataclass(frozen=True)
class Success:
    """The decoded body."""

    body: Any


@dataclass(frozen=True)
class Moved:
    """The same thing is found elsewhere."""

    location: str


@dataclass(frozen=True)
class Limited:
    """The request has to wait: so many seconds or (None) as long as the row of secondary limits says."""

    seconds: float | None
    is_for_all_resources: bool


@dataclass(frozen=True)
class Failed:
    """A bad moment: the same request may succeed later, no sooner than `after_seconds`.

    The status is 0 where no answer came; `is_heavy`: it may be due to the size of the question.
    """

    status: int
    reason: str
    after_seconds: float = 0.0
    is_heavy: bool = False
    is_unreachable: bool = False


@dataclass(frozen=True)
class Rejected:
    """GitHub does not accept the credential, in its own words."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """Asking again would not help."""

    error: GitHubError


Verdict = Success | Moved | Limited | Failed | Rejected | Refused


def judge(reply: Reply) -> Verdict:
    """Return what an answer of the REST API means."""
    if OK <= reply.status < MULTIPLE_CHOICES:
        return _success(reply)
    if reply.status in REDIRECTS and reply.headers.get("location"):
        return Moved(reply.headers["location"])
    if reply.status == UNAUTHORIZED:
        return Rejected(message_of(reply) or "401 Unauthorized")
    if reply.status in {FORBIDDEN, TOO_MANY_REQUESTS}:
        return limited(reply) or _forbidden(reply)
    if reply.status >= SERVER_ERROR or reply.status == REQUEST_TIMEOUT:
        return Failed(reply.status, f"GitHub answered {reply.status}", retry_after(reply.headers) or 0.0)
    return Refused(RepositoryError(reply.status, _refusal(reply), reply.url))


def limited(reply: Reply) -> Limited | None:
    """Return the wait that a 403 or 429 asks for, or None where it is about permissions."""
    stated = stated_wait(reply)
    if stated:
        return stated
    if ABOUT_LIMITS.search(message_of(reply)) or reply.status == TOO_MANY_REQUESTS:
        return Limited(None, is_for_all_resources=True)
    return None


def stated_wait(reply: Reply) -> Limited | None:
    """Return the wait that the headers of a refusal ask for, or None where they say nothing of it."""
    seconds = retry_after(reply.headers)
    if seconds is not None:
        return Limited(seconds, is_for_all_resources=True)
    stated = Limit.of(reply.headers, server_time(reply.headers))
    if stated and not stated.remaining:
        return Limited(stated.reset_seconds + RESET_MARGIN_SECONDS, is_for_all_resources=False)
    return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, which may also be a date; None where it says nothing."""
    value = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(value):
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(moment - server_time(headers), 0.0)


def server_time(headers: Mapping[str, str]) -> float:
    """Return the epoch seconds of the server's clock, or of ours where it does not say."""
    now = time.time()
    moment = _moment(headers.get("date", ""))
    return now if moment is None or abs(moment - now) > ODD_CLOCK_SECONDS else moment


def message_of(reply: Reply) -> str:
    """Return GitHub's own words, on one line, cut; empty where the body is no JSON object."""
    try:
        body = decode(reply.body)
    except ValueError:
        return ""
    text = body.get("message") if isinstance(body, dict) else ""
    return " ".join(str(text or "").split())[:SHOWN_CHARACTERS]


def _success(reply: Reply) -> Success | Failed:
    if reply.status == NO_CONTENT:
        return Success(None)
    if reply.status == ACCEPTED:
        return Failed(reply.status, "GitHub is still working on the answer (202)")
    try:
        return Success(decode(reply.body))
    except ValueError:
        reason = f"GitHub answered {reply.status} with something that is not JSON ({content_type(reply)})"
        return Failed(reply.status, reason)


def content_type(reply: Reply) -> str:
    """Return the media type, such as text/html."""
    return reply.headers.get("content-type", "of no type").partition(";")[0].strip()


def _forbidden(reply: Reply) -> Rejected | Refused:
    text = message_of(reply)
    sso = reply.headers.get("x-github-sso", "")
    if "login attempt" in text:
        return Rejected(text)
    if "required" in sso or "SAML" in text:
        reason = (
            "The organisation demands SAML single sign-on: authorise the token for it "
            "(GitHub, Settings, Developer settings, Configure SSO)"
        )
    elif "Resource not accessible by" in text:
        needed = reply.headers.get("x-accepted-github-permissions", "")
        permissions = f" ({needed})" if needed else ""
        reason = f"The credential lacks a permission{permissions}: grant it, or leave this out: {text}"
    else:
        reason = f"GitHub forbids it: {text or reply.status}"
    return Refused(RepositoryError(reply.status, reason, reply.url))


def _refusal(reply: Reply) -> str:
    known = REFUSALS.get(reply.status, f"GitHub answered {reply.status}")
    text = message_of(reply)
    if not text and "json" not in content_type(reply):
        return f"{known} (the answer is {content_type(reply)}, not JSON: is api_url right?)"
    return f"{known}: {text}" if text else known


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, IndexError):
        return None
