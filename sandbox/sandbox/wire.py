"""The layer between the socket and each server: request log, control plane, faults."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import time
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

import psutil
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.faults import Fault, FaultError, Faults

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTROL = "/_sandbox/"
TRANSPORT = "sandbox.transport"
CLIENT = "sandbox.client"  # where a server puts a better name of the client than its user agent
CONTROLS = frozenset(("health", "requests", "faults"))
STATEMENTS = {"/queries/v1/query-request": "sqlText", "/graphql": "query", "/api/graphql": "query"}
"""Where a statement comes as JSON, and in which member: rules can name it."""


class TransportProtocol(H11Protocol):
    """HTTP over a connection that the application can break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the connection within reach of every request that comes over it."""
        super().connection_made(transport)
        app: ASGIApp = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = with_transport


@dataclass
class Entry:
    """One request, as the log keeps it."""

    at: float
    method: str
    path: str
    query: str
    client: str
    statement: str = ""
    status: int | None = None
    points: int = 0


class Wire:
    """An ASGI application around a server's own."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the server's application."""
        self._app = app
        self._faults = Faults()
        self._log: list[Entry] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the control plane; log, spoil or pass on everything else."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(CONTROL) and scope["path"].removeprefix(CONTROL) in CONTROLS:
            response = await self._control(Request(scope, receive))
            await response(scope, receive, send)
        elif scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)  # a control of this server only
        else:
            await self._serve(scope, receive, send)

    async def _control(self, request: Request) -> Response:
        name = request.url.path.removeprefix(CONTROL)
        if (request.method, name) == ("GET", "health"):
            return JSONResponse({"ok": True})
        if (request.method, name) == ("GET", "requests"):
            return JSONResponse([asdict(entry) for entry in self._log])
        if (request.method, name) == ("DELETE", "requests"):
            self._log.clear()
        elif (request.method, name) == ("DELETE", "faults"):
            self._faults.clear()
        elif (request.method, name) == ("POST", "faults"):
            try:
                self._faults.add(await request.json())
            except (FaultError, TypeError) as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        else:
            return JSONResponse({"error": f"no such control: {request.method} {name}"}, status_code=404)
        return JSONResponse({"ok": True})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        entry = Entry(
            at=time.time(),
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            client=_header(scope, b"user-agent"),
        )
        if entry.path in STATEMENTS:
            body = await _read(receive)
            encoding = _header(scope, b"content-encoding")
            entry.statement = _statement(body, encoding, STATEMENTS[entry.path])
            receive = _replay(body)
        self._log.append(entry)
        fault = self._faults.due(entry.method, entry.path, entry.statement)
        with suppress(ClientDisconnect):  # who died in the middle of a request wants no answer
            if fault is None:
                await self._app(scope, receive, _noting(entry, send))
            else:
                await _spoil(fault, self._app, scope, receive, _noting(entry, send))
        entry.client = scope.get(CLIENT, entry.client)


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _read(receive: Receive) -> bytes:
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _statement(body: bytes, encoding: str, member: str) -> str:
    try:
        text = gzip.decompress(body) if encoding == "gzip" else body
        return str(json.loads(text).get(member, ""))
    except (AttributeError, OSError, ValueError, zlib.error):
        return ""


def _noting(entry: Entry, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            entry.status = message["status"]
            entry.points = next(
                (int(value) for key, value in message["headers"] if key == b"x-sandbox-points"),
                0,
            )
            message = {**message, "headers": _dated(message["headers"])}
        await send(message)

    return noting


def _dated(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return headers with the time, unless a rule has set another: that of a clock which is wrong."""
    given = list(headers)
    if any(name == b"date" for name, _ in given):
        return given
    return [*given, (b"date", formatdate(usegmt=True).encode("latin-1"))]


async def _spoil(fault: Fault, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    transport: asyncio.Transport = scope["extensions"][TRANSPORT]
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    does_the_work = fault.when == "after" or not (fault.status or fault.drop or fault.signal)
    if does_the_work:
        await app(scope, receive, keep)
    if fault.delay_seconds:
        await asyncio.sleep(fault.delay_seconds)
    if fault.signal:
        _signal_client(scope["client"][1], scope["server"][1], getattr(signal, fault.signal))
        answer = answer or [*_plain(200, {}, b"")]
    if fault.drop or fault.signal == "SIGKILL":
        transport.abort()
        return
    if fault.status:
        answer = [*_plain(fault.status, fault.headers, fault.body.encode())]
    if fault.truncate_bytes is None:
        for message in answer:
            await send(message)
        return
    body = b"".join(message.get("body", b"") for message in answer[1:])
    await send(_with_length(answer[0], len(body)))
    await send({"type": "http.response.body", "body": body[: fault.truncate_bytes], "more_body": True})
    transport.close()


def _plain(status: int, headers: dict[str, str], body: bytes) -> tuple[Message, Message]:
    given = {name.lower(): value for name, value in headers.items()}
    given.setdefault("content-type", "text/plain; charset=utf-8")
    given["content-length"] = str(len(body))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    return (
        {"type": "http.response.start", "status": status, "headers": raw},
        {"type": "http.response.body", "body": body},
    )


def _with_length(start: Message, length: int) -> Message:
    headers = [
        (key, value)
        for key, value in start["headers"]
        if key not in {b"content-length", b"transfer-encoding"}
    ]
    return {**start, "headers": [*headers, (b"content-length", str(length).encode())]}


def _signal_client(port: int, server_port: int, number: signal.Signals) -> None:
    """Send a signal to the process at the other end of the connection, found by both its ports.

    Its own alone may be that of another process, too, which is connected to another server.
    """
    for connection in psutil.net_connections(kind="tcp"):
        if not (connection.pid and connection.laddr and connection.raddr):
            continue
        if (connection.laddr.port, connection.raddr.port) == (port, server_port):
            os.kill(connection.pid, number)
            return
