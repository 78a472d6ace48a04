"""The gate before every endpoint: credentials and points."""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse

from sandbox.github.answers import ApiError, error_answer, not_found
from sandbox.github.apps import is_for_apps, is_signature
from sandbox.github.git_http import is_git, unauthorized
from sandbox.github.settings import SECONDARY_LIMIT
from sandbox.github.tokens import Grant

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from sandbox.github.limits import Allowance, Limits
    from sandbox.github.settings import Settings
    from sandbox.github.tokens import Tokens

CONTROL = "/_sandbox/"
CORE, GRAPHQL = "core", "graphql"
ANONYMOUS = Grant("")
FREE_PATHS = frozenset(("/rate_limit",))
NOT_MODIFIED = 304
EXHAUSTED_GRAPHQL = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
POINTS_HEADER = "x-sandbox-points"
COMMON_HEADERS = {
    "cache-control": "private, max-age=60, s-maxage=60",
    "vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
}


class Gate:
    """An ASGI application that lets through who may, and counts what it costs."""

    def __init__(self, app: ASGIApp, *, tokens: Tokens, limits: Limits, settings: Settings) -> None:
        """Let in who shows a token, and anonymous clients; so many requests at once, and no more."""
        self._app = app
        self._tokens = tokens
        self._limits = limits
        self._settings = settings
        self._concurrent = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or pass the request on and charge for the answer."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        self._concurrent += 1
        try:
            await asyncio.sleep(self._settings.latency_ms / 1000)
            await self._pass(scope, receive, send)
        finally:
            self._concurrent -= 1

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        credential = _credential(Headers(scope=scope).get("authorization", ""))
        grant = self._grant(credential, path)
        state = scope.setdefault("state", {})
        state.update(credential=credential, grant=grant or ANONYMOUS)
        if is_git(path):
            refused = grant is None or _is_foreign(grant, f"/repos{path}")
            await (unauthorized() if refused else self._app)(scope, receive, send)
            return
        resource = GRAPHQL if path == "/graphql" else CORE
        state["allowance"] = allowance = self._limits.allowance(grant or ANONYMOUS, resource)
        state["is_limited"] = self._settings.limited
        sending = _charging(allowance, state, path, send)
        refusal = await self._refusal(Request(scope), grant, path, allowance)
        if refusal is None:
            await self._app(scope, receive, sending)
        else:
            refusal.headers[POINTS_HEADER] = "0"
            await refusal(scope, receive, sending)

    def _grant(self, credential: str, path: str) -> Grant | None:
        """Return what a credential opens; endpoints for Apps check signatures themselves."""
        if is_for_apps(path):
            return ANONYMOUS if is_signature(credential) else None
        return self._tokens.grant(credential)

    async def _refusal(
        self, request: Request, grant: Grant | None, path: str, allowance: Allowance
    ) -> Response | None:
        """Return the answer to who may not ask, or cannot pay, or None."""
        if grant is None:
            return await error_answer(request, ApiError(401, "Bad credentials"))
        too_fast = await self._too_fast(request, grant)
        if too_fast:
            return too_fast
        if _is_foreign(grant, path):
            return await error_answer(request, not_found())
        return await self._unpaid(request, grant, path, allowance)

    async def _too_fast(self, request: Request, grant: Grant) -> Response | None:
        """Return the answer to who asks too much at once or in a short time, or None."""
        if self._concurrent > self._settings.max_concurrent:
            return await error_answer(request, ApiError(403, SECONDARY_LIMIT))
        burst = self._limits.burst(grant)
        if burst.remaining:
            burst.used += 1
            return None
        refusal = await error_answer(request, ApiError(403, SECONDARY_LIMIT))
        refusal.headers["retry-after"] = str(max(burst.reset - int(time.time()), 1))
        return refusal

    async def _unpaid(
        self, request: Request, grant: Grant, path: str, allowance: Allowance
    ) -> Response | None:
        """Return the answer to who cannot pay, or None."""
        if not self._settings.limited:
            unlimited = ApiError(404, "Rate limiting is not enabled.")
            return await error_answer(request, unlimited) if path in FREE_PATHS else None
        if allowance.remaining or path in FREE_PATHS:
            return None
        if allowance.resource == CORE:
            return await error_answer(request, _exhausted(grant))
        # Who is nobody has no points of GraphQL, but is told another reason.
        return JSONResponse({"errors": [EXHAUSTED_GRAPHQL]}) if grant.payer else None


def _is_foreign(grant: Grant, path: str) -> bool:
    """Tell whether a path names another organisation than the one that a token is for."""
    kind, _, rest = path.removeprefix("/").partition("/")
    return kind in {"orgs", "repos"} and not grant.sees(rest.partition("/")[0])


def _credential(authorization: str) -> str:
    """Return the token of an Authorization header: Bearer, token, or the password of Basic."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        return value.strip() or scheme
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "not base64"
    return password if password and password != "x-oauth-basic" else user  # noqa: S105 - a word, no secret


def _exhausted(grant: Grant) -> ApiError:
    if grant.payer:
        return ApiError(403, "API rate limit exceeded for user ID 1.")
    return ApiError(
        403,
        "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a "
        "higher rate limit. Check out the documentation for more details.)",
    )


def _charging(allowance: Allowance, state: dict[str, Any], path: str, send: Send) -> Send:
    """Return a `send` that charges for the answer and says on it what is left."""

    async def charging(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            is_free = path in FREE_PATHS or message["status"] == NOT_MODIFIED
            points = int(headers.get(POINTS_HEADER, "0" if is_free else "1"))
            allowance.used += points
            headers[POINTS_HEADER] = str(points)
            headers["x-github-request-id"] = (
                secrets.token_hex(2).upper() + ":" + secrets.token_hex(12).upper()
            )
            headers.update({**COMMON_HEADERS, **_permission_headers(state)})
            if state["is_limited"]:
                headers.update(allowance.headers())
            message = {**message, "headers": headers.raw}
        await send(message)

    return charging


def _permission_headers(state: dict[str, Any]) -> dict[str, str]:
    """Return what a fine-grained token would have needed, or what a classic one has."""
    scopes = state["grant"].scopes
    if scopes is not None:
        return {"x-oauth-scopes": ", ".join(sorted(scopes))}
    permission = state.get("permission")
    return {"x-accepted-github-permissions": f"{permission}=read"} if permission else {}
