"""The REST API of Secret Manager: versions of secrets, read by name."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import google_crc32c
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response


def create_app(file: Path) -> Starlette:
    """Return a server of the secrets in a JSON file.

    The file maps `projects/P/secrets/S` to the list of its versions, the oldest first. A version that is
    null is disabled; a secret that is null may not be read.
    """
    secrets: dict[str, list[str | None] | None] = json.loads(file.read_text(encoding="utf-8"))

    async def access(request: Request) -> Response:
        path = request.path_params
        name = f"projects/{path['project']}/secrets/{path['secret']}"
        if name not in secrets:
            return _error(404, "NOT_FOUND", f"Secret [{name}] not found or has no versions.")
        versions = secrets[name]
        if versions is None:
            text = f"Permission 'secretmanager.versions.access' denied for resource '{name}'."
            return _error(403, "PERMISSION_DENIED", text)
        number = _number(path["version"], len(versions))
        if number is None:
            return _error(404, "NOT_FOUND", f"Secret Version [{name}/versions/{path['version']}] not found.")
        value = versions[number - 1]
        version = f"{name}/versions/{number}"
        if value is None:
            return _error(400, "FAILED_PRECONDITION", f"Secret Version [{version}] is in DISABLED state.")
        data = value.encode()
        payload = {"data": base64.b64encode(data).decode(), "dataCrc32c": str(google_crc32c.value(data))}
        return JSONResponse({"name": version, "payload": payload})

    path = "/v1/projects/{project}/secrets/{secret}/versions/{version}:access"
    return Starlette(routes=[Route(path, access)])


def _number(version: str, count: int) -> int | None:
    """Return the number of a version, counted from 1, where there is such a one."""
    number = count if version == "latest" else int(version) if version.isdigit() else 0
    return number if 0 < number <= count else None


def _error(code: int, status: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message, "status": status}}, status_code=code)
