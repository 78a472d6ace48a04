"""git's smart HTTP protocol: what `git clone` and `git fetch` ask."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox.github.endpoints.access import dataset_of
from sandbox.github.git import ENVIRONMENT
from sandbox.github.repository import EMPTY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request

    from sandbox.github.repository import Repository

ADVERTISEMENT, UPLOAD_PACK = "/info/refs", "/git-upload-pack"
SERVICE = "git-upload-pack"
ANNOUNCED = b"001e# service=git-upload-pack\n0000"  # the length, the line, the end of the part
CHUNK_BYTES = 1 << 16
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404
CHALLENGE = {"www-authenticate": 'Basic realm="GitHub"'}
NO_CACHE = {
    "cache-control": "no-cache, max-age=0, must-revalidate",
    "expires": "Fri, 01 Jan 1980 00:00:00 GMT",
    "pragma": "no-cache",
}
# As at GitHub: parts of a history may be left out, and any reachable commit may be asked for by its SHA.
SETTINGS = (
    *("-c", "uploadpack.allowFilter=true"),
    *("-c", "uploadpack.allowReachableSHA1InWant=true"),
    *("-c", "uploadpack.allowTipSHA1InWant=true"),
)


def is_git(path: str) -> bool:
    """Tell whether git asks: it pays no points, and is refused in plain text."""
    return path.endswith((ADVERTISEMENT, UPLOAD_PACK)) and not path.startswith("/repos/")


def unauthorized() -> Response:
    """Return the answer to a wrong token, or to none where one is needed."""
    return PlainTextResponse("Invalid username or token.\n", UNAUTHORIZED, CHALLENGE)


async def advertisement(request: Request) -> Response:
    """`GET /{owner}/{repo}.git/info/refs?service=git-upload-pack`: what there is to fetch."""
    if request.query_params.get("service") != SERVICE:
        return PlainTextResponse("Please upgrade your git client.\n", FORBIDDEN)
    folder = _folder_of(request)
    if isinstance(folder, Response):
        return folder
    said = await _run(folder, request, "--http-backend-info-refs")
    is_announced = "version=2" not in request.headers.get("git-protocol", "")
    return Response(
        (ANNOUNCED if is_announced else b"") + said,
        headers=NO_CACHE,
        media_type=f"application/x-{SERVICE}-advertisement",
    )


async def upload_pack(request: Request) -> Response:
    """`POST /{owner}/{repo}.git/git-upload-pack`: the answer to what the client wants and has."""
    folder = _folder_of(request)
    if isinstance(folder, Response):
        return folder
    body = await request.body()
    if request.headers.get("content-encoding") in {"gzip", "x-gzip"}:
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error):
            return PlainTextResponse("The body is not gzip.\n", 400)
    said = _stream(folder, request, body)
    return StreamingResponse(said, headers=NO_CACHE, media_type=f"application/x-{SERVICE}-result")


def _folder_of(request: Request) -> Path | Response:
    """Return the bare repository that may be read, or the answer that says why not."""
    owner, repo = request.path_params["owner"], request.path_params["repo"].removesuffix(".git")
    data, name = dataset_of(request), f"{owner}/{repo}".lower()
    found = data.repository_by_name.get(name)
    moved = None if found else data.repository_by_previous_name.get(name)
    if moved:
        rest = request.url.path.removeprefix(f"/{owner}/{request.path_params['repo']}")
        return RedirectResponse(f"/{moved.full_name}.git{rest}?{request.url.query}", 301)
    if not request.state.credential and (found is None or found.recorded["private"]):
        return unauthorized()
    return _readable(found)


def _readable(found: Repository | None) -> Path | Response:
    if found is None or found.status not in {None, EMPTY}:
        is_taken_down = found is not None and found.status not in {FORBIDDEN, NOT_FOUND}
        words = "Repository unavailable." if is_taken_down else "Repository not found."
        return PlainTextResponse(words + "\n", FORBIDDEN if is_taken_down else NOT_FOUND)
    if found.git_folder is None:
        return PlainTextResponse("Repository not found: this recording has no git folder.\n", NOT_FOUND)
    return found.git_folder


async def _start(folder: Path, request: Request, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *("git", *SETTINGS, "upload-pack", "--stateless-rpc", *arguments, str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**ENVIRONMENT, "GIT_PROTOCOL": request.headers.get("git-protocol", "")},
    )


async def _run(folder: Path, request: Request, *arguments: str) -> bytes:
    process = await _start(folder, request, *arguments)
    said, _ = await process.communicate()
    return said


async def _stream(folder: Path, request: Request, body: bytes) -> AsyncIterator[bytes]:
    """Yield a pack while it is made; a client that goes away ends the command."""
    process = await _start(folder, request)
    feeding = asyncio.create_task(_feed(process, body))
    try:
        while process.stdout and (chunk := await process.stdout.read(CHUNK_BYTES)):
            yield chunk
        await process.wait()  # a signal to one that ends by itself would take its status from asyncio
    finally:
        feeding.cancel()
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _feed(process: asyncio.subprocess.Process, body: bytes) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # git says itself why it does not listen
        if process.stdin:
            process.stdin.write(body)
            await process.stdin.drain()
            process.stdin.close()


ROUTES = [
    Route(f"/{{owner}}/{{repo}}{ADVERTISEMENT}", advertisement),
    Route(f"/{{owner}}/{{repo}}{UPLOAD_PACK}", upload_pack, methods=["POST"]),
]
