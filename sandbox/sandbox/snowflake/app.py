"""The HTTP server: what the connectors ask of Snowflake."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from fakesnow.server import bucket_upload
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.snowflake.login import MESSAGES, AccessError, Login, Logins, application_of
from sandbox.snowflake.statements import Answer, answer
from sandbox.wire import CLIENT, TRANSPORT

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.snowflake.warehouse import Warehouse

ANSWERS_KEPT = 50
THREADS = 256  # statements that wait for a lock take one each; the COMMIT they wait for needs one, too


def create_app(warehouse: Warehouse) -> Starlette:
    """Return the server of a warehouse."""
    handlers = Handlers(warehouse)
    routes = {
        "/session/v1/login-request": handlers.login,
        "/session/token-request": handlers.renew,
        "/session/heartbeat": handlers.heartbeat,
        "/session": handlers.session,
        "/queries/v1/query-request": handlers.query,
        "/queries/v1/abort-request": handlers.abort,
        "/telemetry/send": _accept,
        "/_sandbox/sessions/expire": handlers.expire,
    }
    return Starlette(
        routes=[
            *(Route(path, handler, methods=["POST"]) for path, handler in routes.items()),
            Route("/monitoring/queries/{query_id}", handlers.monitor, methods=["GET"]),
            Route("/fs_bucket/{path:path}", bucket_upload, methods=["PUT"]),
        ],
        exception_handlers={AccessError: _refuse},
    )


class Handlers:
    """Logins, statements and the end of sessions."""

    def __init__(self, warehouse: Warehouse) -> None:
        """Serve a warehouse."""
        self._warehouse = warehouse
        self._logins = Logins(warehouse.connect, warehouse.user_keys)
        self._answers: OrderedDict[str, asyncio.Task[Answer]] = OrderedDict()
        self._has_threads = False

    async def login(self, request: Request) -> Response:
        """Open a session."""
        if not self._has_threads:
            to_thread.current_default_thread_limiter().total_tokens = THREADS
            self._has_threads = True
        data = (await _body(request))["data"]
        if application := application_of(data):
            request.scope[CLIENT] = application
        welcome = await run_in_threadpool(self._logins.open, data, dict(request.query_params))
        return _success(welcome)

    async def query(self, request: Request) -> Response:
        """Run one statement; a request that comes again gets the answer that it missed.

        The connector repeats a request, by the same id, whenever it did not read the answer.
        """
        login = self._login(request)
        identifier = request.query_params.get("requestId", "")
        task = self._answers.get(identifier)
        if task is None or not identifier:
            body = await _body(request)
            task = asyncio.create_task(run_in_threadpool(answer, login.session, body, request))
            self._remember(identifier, task)
        return JSONResponse(await asyncio.shield(task))

    def _remember(self, identifier: str, task: asyncio.Task[Answer]) -> None:
        self._answers[identifier] = task
        while len(self._answers) > ANSWERS_KEPT and next(iter(self._answers.values())).done():
            self._answers.popitem(last=False)

    async def abort(self, request: Request) -> Response:
        """Stop the statement that a session runs."""
        self._login(request).session.interrupt()
        return _success(None)

    async def session(self, request: Request) -> Response:
        """End a session, or say that it lives."""
        login = self._login(request)
        if request.query_params.get("delete"):
            await run_in_threadpool(self._logins.close, login)
        return _success(None)

    async def heartbeat(self, request: Request) -> Response:
        """Say that a session lives."""
        self._login(request)
        return _success(None)

    async def renew(self, request: Request) -> Response:
        """Give a session a new token for the one that expired."""
        return _success(self._logins.renew(_token(request)))

    async def expire(self, request: Request) -> Response:
        """Let every session expire; with `?renewable=false` for good, rolled back."""
        renewable = request.query_params.get("renewable", "true") != "false"
        await run_in_threadpool(self._logins.expire, can_be_renewed=renewable)
        return JSONResponse({"ok": True})

    async def monitor(self, request: Request) -> Response:
        """Say that a query is done, if it is one of the last."""
        self._login(request)
        known = request.path_params["query_id"] in self._warehouse.results_cache
        return _success({"queries": [{"status": "SUCCESS"}] if known else []})

    def _login(self, request: Request) -> Login:
        login = self._logins.of(_token(request))
        login.session.transport = request.scope["extensions"][TRANSPORT]
        if login.application:
            request.scope[CLIENT] = login.application
        return login


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    text = gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body
    decoded: dict[str, Any] = json.loads(text)
    return decoded


def _token(request: Request) -> str:
    """Return the token of `Authorization: Snowflake Token="..."`."""
    return request.headers.get("authorization", "").partition('"')[2].rstrip('"')


def _success(data: Any) -> Response:  # noqa: ANN401 - JSON
    return JSONResponse({"data": data, "code": None, "message": None, "success": True})


async def _accept(_: Request) -> Response:
    return _success(None)


async def _refuse(_: Request, error: Exception) -> Response:
    code = str(error)
    return JSONResponse({"data": None, "code": code, "message": MESSAGES[code], "success": False})
