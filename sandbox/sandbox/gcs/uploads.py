"""How the bytes of an object arrive: in one part, as multipart/related, or in a resumable session."""

from __future__ import annotations

import email
import email.policy
import json
import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from sandbox.gcs.answers import error
from sandbox.gcs.checksums import stated_by
from sandbox.gcs.names import checked
from sandbox.gcs.parts import Part
from sandbox.gcs.store import Conditions, Store, writable

if TYPE_CHECKING:
    from starlette.requests import Request

RESUME_INCOMPLETE = 308


@dataclass
class Upload:
    """An object on its way."""

    bucket: str
    name: str
    given: dict[str, Any]
    conditions: Conditions
    pieces: list[bytes] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a name that no object may have."""
        checked(self.name)

    @property
    def size(self) -> int:
        """Return how many bytes have arrived."""
        return sum(map(len, self.pieces))


class Uploads:
    """The uploads of a store, with the resumable ones that are under way."""

    def __init__(self, store: Store) -> None:
        """Upload into a store."""
        self._store = store
        self._sessions: dict[str, Upload] = {}

    async def upload(self, request: Request) -> Response:
        """Take an object, or a part of one."""
        query = request.query_params
        bucket = request.path_params["bucket"]
        if "upload_id" in query:
            return await self._continue(request, query["upload_id"])
        if query.get("uploadType") == "resumable":
            return await self._begin(request, bucket)
        body = await request.body()
        content_type = request.headers.get("content-type", "application/octet-stream")
        given: dict[str, Any] = {"contentType": content_type}
        if query.get("uploadType") == "multipart":
            given, body = _parts(content_type, body)
        name = query.get("name") or given.get("name", "")
        stated = stated_by(given, request.headers.get("x-goog-hash", ""))
        return await self.write(Upload(bucket, name, given, Conditions.of(query), [body], stated))

    async def write(self, upload: Upload) -> Response:
        """Store an upload that is complete."""
        item = await run_in_threadpool(
            self._store.write,
            upload.bucket,
            upload.name,
            upload.pieces,
            given={**writable(upload.given), **upload.stated},
            conditions=upload.conditions,
        )
        return JSONResponse(item)

    async def _begin(self, request: Request, bucket: str) -> Response:
        body = await request.body()
        given = json.loads(body) if body else {}
        query = request.query_params
        name = query.get("name") or given.get("name", "")
        upload = Upload(bucket, name, given, Conditions.of(query), stated=stated_by(given, ""))
        self._store.check(bucket, name, upload.conditions)
        if "x-upload-content-type" in request.headers:
            given.setdefault("contentType", request.headers["x-upload-content-type"])
        identifier = uuid.uuid4().hex
        self._sessions[identifier] = upload
        location = f"{request.url.replace(query='')}?uploadType=resumable&upload_id={identifier}"
        return Response(headers={"location": location, "x-guploader-uploadid": identifier})

    async def _continue(self, request: Request, identifier: str) -> Response:
        session = self._sessions.get(identifier)
        if session is None:
            return error(410, "gone", "The upload session is gone.")
        body = await request.body()
        content_range = request.headers.get("content-range")
        total: int | None = len(body)
        if content_range is None:
            session.pieces = [body]
        else:
            part = Part.of(content_range, len(body))
            session.pieces.append(body[part.kept(session.size)])
            total = part.total
        held_bytes = session.size
        if total is None or total > held_bytes:
            held = {"range": f"bytes=0-{held_bytes - 1}"} if held_bytes else {}
            return Response(status_code=RESUME_INCOMPLETE, headers=held)
        session.stated |= stated_by({}, request.headers.get("x-goog-hash", ""))
        response = await self.write(session)
        del self._sessions[identifier]
        return response


def _parts(content_type: str, body: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the metadata and the content of a multipart/related upload."""
    found = re.search(r"boundary=[\"']?([^\"';]+)", content_type)
    boundary = b"--" + (found[1] if found else "").encode()
    first = body.index(boundary) + len(boundary)
    second = body.index(b"\r\n" + boundary, first)
    metadata = email.message_from_bytes(body[first:second].lstrip(b"\r\n"), policy=email.policy.HTTP)
    start = second + len(boundary) + 4
    blank = body.index(b"\r\n\r\n", start)
    headers = email.message_from_bytes(body[start : blank + 4], policy=email.policy.HTTP)
    given: dict[str, Any] = json.loads(str(metadata.get_payload()))
    given.setdefault("contentType", headers.get_content_type())
    return given, body[blank + 4 : body.rindex(b"\r\n" + boundary)]
