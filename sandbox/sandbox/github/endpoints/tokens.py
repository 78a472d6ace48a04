"""Controls of the sandbox: further tokens, each with an allowance of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def add(request: Request) -> Response:
    """`POST /_sandbox/tokens`: let a token open what `sandbox.github.tokens.Grant` describes."""
    try:
        request.app.state.tokens.add(**await request.json())
    except TypeError as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse({"ok": True})


async def revoke(request: Request) -> Response:
    """`DELETE /_sandbox/tokens/{token}`."""
    request.app.state.tokens.revoke(request.path_params["token"])
    return JSONResponse({"ok": True})


ROUTES = [
    Route("/_sandbox/tokens", add, methods=["POST"]),
    Route("/_sandbox/tokens/{token}", revoke, methods=["DELETE"]),
]
