"""The prefixes of an Enterprise Server: REST below /api/v3, GraphQL at /api/graphql."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

REST = "/api/v3"
GRAPHQL = "/api/graphql"


class Prefixes:
    """An ASGI application that serves another one below the prefixes, too."""

    def __init__(self, app: ASGIApp) -> None:
        """Serve this application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the prefix as the root path: routes are found, and links made, by what follows it."""
        path = scope.get("path", "")
        if path == REST or path.startswith(f"{REST}/"):
            scope = {**scope, "root_path": REST}
        elif path == GRAPHQL:
            scope = {**scope, "root_path": "/api"}
        await self._app(scope, receive, send)
