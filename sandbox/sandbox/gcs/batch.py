"""Batch requests: many requests in the parts of one, each answered in a part of the answer."""

from __future__ import annotations

import email
import email.policy
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from starlette.responses import Response

if TYPE_CHECKING:
    from email.message import Message as Mail

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope


@dataclass
class Answer:
    """What the application says to one part."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: Message) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
        else:
            self.body += message.get("body", b"")


async def answer(app: ASGIApp, request: Request) -> Response:
    """Let the application answer each part of a batch."""
    head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
    batch = email.message_from_bytes(head + await request.body(), policy=email.policy.HTTP)
    boundary = f"batch_{uuid.uuid4().hex}"
    answers = [await _part(app, request, part, boundary) for part in batch.iter_parts()]
    body = b"".join(answers) + f"--{boundary}--\r\n".encode()
    return Response(body, media_type=f'multipart/mixed; boundary="{boundary}"')


async def _part(app: ASGIApp, request: Request, part: Mail, boundary: str) -> bytes:
    first, _, rest = str(part.get_payload()).replace("\r\n", "\n").partition("\n")
    method, target, *_ = first.split(" ")
    inner = email.message_from_string(rest)
    content = str(inner.get_payload()).encode()
    given = Answer()
    await app(_scope(request, method, target, inner), _once(content), given.take)
    lines = [
        f"--{boundary}",
        "Content-Type: application/http",
        f"Content-ID: <response-{str(part.get('content-id', '')).strip('<>')}>",
        "",
        f"HTTP/1.1 {given.status} Answer",
        *(f"{name.decode()}: {value.decode()}" for name, value in given.headers),
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + given.body + b"\r\n"


def _scope(request: Request, method: str, target: str, inner: Mail) -> Scope:
    url = urlsplit(target)
    return {
        **{name: value for name, value in request.scope.items() if name not in {"path_params", "endpoint"}},
        "method": method,
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "headers": [(name.lower().encode(), str(value).encode()) for name, value in inner.items()],
    }


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
