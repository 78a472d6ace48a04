"""Answers as GitHub words them: JSON bodies, errors, redirects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

API = "https://api.github.com"  # the base of every URL in a data folder
DOCUMENTATION_URL = "https://docs.github.com/rest"
_RECORDED_CLONE_URL = b'"clone_url":"https://github.com'
_RECORDED_URL = b'":"' + API.encode()  # an unescaped quote never lies inside a JSON string


class ApiError(Exception):
    """An answer that is not a success, raised wherever it is found out."""

    def __init__(self, status: int, message: str, **body: Any) -> None:  # noqa: ANN401 - JSON values
        """Keep the status, GitHub's own message and further members of the body."""
        super().__init__(message)
        self.status = status
        self.body = {
            "message": message,
            "documentation_url": DOCUMENTATION_URL,
            "status": str(status),
            **body,
        }


class MovedError(Exception):
    """A repository that was asked for by a name that it had before."""

    def __init__(self, path: str) -> None:
        """Keep the path at which the same thing is found."""
        super().__init__(path)
        self.path = path


def not_found() -> ApiError:
    """Return the answer to what does not exist, or must not be known to exist."""
    return ApiError(404, "Not Found")


def base_url(request: Request) -> str:
    """Return the base URL of the API, as the client knows it: with the prefix of an Enterprise Server."""
    return f"{host_url(request)}{request.scope.get('root_path', '')}"


def host_url(request: Request) -> str:
    """Return the base URL of the whole server, below which git repositories lie."""
    return f"{request.url.scheme}://{request.url.netloc}"


def answer(
    request: Request,
    value: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a value as JSON, with the URLs of the API on the server that the client talks to."""
    own_url = b'":"' + base_url(request).encode()
    own_clone_url = b'"clone_url":"' + host_url(request).encode()
    body = msgspec.json.encode(value).replace(_RECORDED_URL, own_url)
    body = body.replace(_RECORDED_CLONE_URL, own_clone_url)
    return Response(body, status, headers, media_type="application/json; charset=utf-8")


async def error_answer(request: Request, error: Exception) -> Response:
    """Answer an `ApiError`."""
    if not isinstance(error, ApiError):
        raise error
    return answer(request, error.body, status=error.status)


async def moved_answer(request: Request, error: Exception) -> Response:
    """Answer a `MovedError`: 301 to the same path by the repository's id."""
    if not isinstance(error, MovedError):
        raise error
    query = f"?{request.url.query}" if request.url.query else ""
    location = f"{base_url(request)}{error.path}{query}"
    body = {"message": "Moved Permanently", "url": location, "documentation_url": DOCUMENTATION_URL}
    return answer(request, body, status=301, headers={"location": location})


async def unknown_path(request: Request, _: Exception) -> Response:
    """Answer a path that no endpoint has, or a method that it has not."""
    return answer(request, not_found().body, status=404)
