"""The JSON API of Google Cloud Storage, as far as its Python client uses it for objects."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, unquote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.gcs import batch
from sandbox.gcs.answers import HANDLERS
from sandbox.gcs.listing import page
from sandbox.gcs.store import BucketNotFoundError, Conditions, Store, writable
from sandbox.gcs.uploads import Upload, Uploads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

_COPIES = frozenset(("copyTo", "rewriteTo"))
_COPY_SEGMENTS = 6
PIECE_BYTES = 1024 * 1024


def create_app(folder: Path, *, bucket: str) -> Starlette:
    """Return the server of a folder; BUCKET exists from the start."""
    store = Store(folder)
    store.create_bucket(bucket, exist_ok=True)
    api = StorageApi(store)

    async def answer_batch(request: Request) -> Response:
        return await batch.answer(app, request)

    app = Starlette(
        routes=[
            Route("/batch/storage/v1", answer_batch, methods=["POST"]),
            Route("/storage/v1/b", api.buckets, methods=["GET", "POST"]),
            Route("/storage/v1/b/{bucket}", api.bucket, methods=["GET", "DELETE"]),
            Route("/storage/v1/b/{bucket}/o", api.list_objects, methods=["GET"]),
            Route("/storage/v1/b/{bucket}/o/{rest:path}", api.object, methods=list(_METHODS)),
            Route("/download/storage/v1/b/{bucket}/o/{rest:path}", api.object, methods=["GET"]),
            Route("/upload/storage/v1/b/{bucket}/o", api.uploads.upload, methods=["POST", "PUT"]),
            Route("/resumable/upload/storage/v1/b/{bucket}/o", api.uploads.upload, methods=["POST", "PUT"]),
        ],
        exception_handlers=HANDLERS,
    )
    return app


class StorageApi:
    """The handlers; disk work happens off the event loop."""

    def __init__(self, store: Store) -> None:
        """Serve a store."""
        self._store = store
        self.uploads = Uploads(store)

    async def buckets(self, request: Request) -> Response:
        """List the buckets, or create one."""
        if request.method == "POST":
            name = (await request.json())["name"]
            self._store.create_bucket(name)
            return JSONResponse(_bucket(name))
        items = [_bucket(name) for name in self._store.buckets()]
        return JSONResponse({"kind": "storage#buckets", "items": items})

    async def bucket(self, request: Request) -> Response:
        """Return or delete a bucket."""
        name = request.path_params["bucket"]
        if name not in self._store.buckets():
            raise BucketNotFoundError(name)
        if request.method == "DELETE":
            self._store.delete_bucket(name)
            return Response(status_code=204)
        return JSONResponse(_bucket(name))

    async def list_objects(self, request: Request) -> Response:
        """List objects by prefix, delimiter and offsets, a page at a time."""
        return JSONResponse(page(self._store.objects(request.path_params["bucket"]), request.query_params))

    async def object(self, request: Request) -> Response:
        """Read, change, copy, join or delete an object.

        The name is taken from the path as it came: slashes of the name are `%2F` there, others are not.
        """
        bucket = request.path_params["bucket"]
        raw = request.scope["raw_path"].decode("ascii").partition(f"/b/{quote(bucket, safe='')}/o/")[2]
        segments = [unquote(segment) for segment in raw.split("/")]
        if request.method == "POST" and segments[-1] == "compose":
            return await self._compose(request, bucket, "/".join(segments[:-1]))
        if request.method == "POST" and len(segments) >= _COPY_SEGMENTS and segments[-5] in _COPIES:
            source = (bucket, "/".join(segments[:-5]))
            return await self._copy(request, source, (segments[-3], segments[-1]), segments[-5])
        return await _METHODS[request.method](self, request, bucket, "/".join(segments))

    async def _get(self, request: Request, bucket: str, name: str) -> Response:
        query = request.query_params
        item = self._store.read(bucket, name, Conditions.of(query), query.get("generation"))
        if query.get("alt") == "media" or request.url.path.startswith("/download/"):
            content = await run_in_threadpool(self._store.open, bucket, name)
            return _media(item, content, request.headers.get("range", ""))
        return JSONResponse(item)

    async def _patch(self, request: Request, bucket: str, name: str) -> Response:
        given = writable(await request.json())
        return JSONResponse(self._store.update(bucket, name, given, Conditions.of(request.query_params)))

    async def _delete(self, request: Request, bucket: str, name: str) -> Response:
        conditions = Conditions.of(request.query_params)
        await run_in_threadpool(self._store.delete, bucket, name, conditions)
        return Response(status_code=204)

    async def _compose(self, request: Request, bucket: str, name: str) -> Response:
        body = await request.json()
        parts = [self._store.content(bucket, source["name"]) for source in body["sourceObjects"]]
        given = body.get("destination", {})
        conditions = Conditions.of(request.query_params)
        return await self.uploads.write(Upload(bucket, name, given, conditions, parts))

    async def _copy(
        self, request: Request, source: tuple[str, str], target: tuple[str, str], verb: str
    ) -> Response:
        content = self._store.content(*source)
        given = self._store.metadata(*source)
        copy = Upload(*target, given, Conditions.of(request.query_params), [content])
        response = await self.uploads.write(copy)
        if verb == "copyTo":
            return response
        size = str(len(content))
        done = {"kind": "storage#rewriteResponse", "done": True, "objectSize": size}
        resource = json.loads(bytes(response.body))
        return JSONResponse({**done, "totalBytesRewritten": size, "resource": resource})


_METHODS = {
    "GET": StorageApi._get,  # noqa: SLF001 - the class's own, by method
    "PATCH": StorageApi._patch,  # noqa: SLF001
    "PUT": StorageApi._patch,  # noqa: SLF001
    "DELETE": StorageApi._delete,  # noqa: SLF001
    "POST": StorageApi._patch,  # noqa: SLF001 - the client sends PATCH so where a proxy would not let it pass
}


def _media(item: dict[str, Any], content: BinaryIO, wanted: str) -> Response:
    """Return the bytes of an object, or the range of them that is wanted."""
    size = os.fstat(content.fileno()).st_size  # not the item's: the object may have been written anew since
    headers = {
        "x-goog-hash": f"crc32c={item['crc32c']},md5={item['md5Hash']}",
        "x-goog-generation": item["generation"],
        "x-goog-metageneration": item["metageneration"],
        "etag": item["etag"],
        "accept-ranges": "bytes",
    }
    if "contentEncoding" in item:
        headers["content-encoding"] = item["contentEncoding"]
    place = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    first, last = 0, size - 1
    if place is not None:
        first = int(place[1]) if place[1] else max(size - int(place[2]), 0)
        last = min(int(place[2]), size - 1) if place[1] and place[2] else size - 1
        if first >= size:
            content.close()
            return Response(status_code=416, headers={"content-range": f"bytes */{size}"})
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    headers["content-length"] = str(last + 1 - first)
    pieces = _pieces(content, first, last + 1 - first)
    return StreamingResponse(pieces, 206 if place else 200, headers, item["contentType"])


def _pieces(content: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    """Yield bytes of a file, not all of them at a time: it may be large."""
    with content:
        content.seek(first)
        while piece := content.read(min(length, PIECE_BYTES)):
            length -= len(piece)
            yield piece


def _bucket(name: str) -> dict[str, Any]:
    return {
        "kind": "storage#bucket",
        "id": name,
        "name": name,
        "location": "US",
        "storageClass": "STANDARD",
        "metageneration": "1",
    }
