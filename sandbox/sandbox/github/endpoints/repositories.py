"""The repository itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import answer
from sandbox.github.endpoints.access import Endpoint, repository_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def repository(request: Request) -> Response:
    """`GET /repos/{owner}/{repo}`."""
    return answer(request, shapes.full_repository(repository_of(request).recorded))


ENDPOINTS: list[tuple[str, Endpoint]] = [("", repository)]
