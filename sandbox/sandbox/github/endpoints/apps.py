"""What an App asks by its own signature: itself, its installations, tokens for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse
from starlette.routing import Route

from sandbox.github import shapes
from sandbox.github.answers import API, ApiError, answer, not_found
from sandbox.github.endpoints.access import dataset_of, organization_of
from sandbox.github.pages import Page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.github.apps import App, Apps
    from sandbox.github.dataset import Organization
    from sandbox.github.lines import Json

PERMISSIONS = {
    "contents": "read",
    "deployments": "read",
    "members": "read",
    "metadata": "read",
    "pull_requests": "read",
}
CREATED_AT = "2024-01-02T03:04:05Z"


async def own_app(request: Request) -> Response:
    """`GET /app`."""
    app = _app_of(request)
    installed = _installed(request, app)
    return answer(request, {"id": app.id, "slug": "sandbox-app", "installations_count": len(installed)})


async def installations(request: Request) -> Response:
    """`GET /app/installations`."""
    app = _app_of(request)
    found = _installed(request, app)
    page = Page.of(request)
    body = [_installation(app, organization) for organization in page.of_items(found)]
    return answer(request, body, headers=page.link(request, "/app/installations", len(found)))


async def organization_installation(request: Request) -> Response:
    """`GET /orgs/{org}/installation`."""
    app = _app_of(request)
    organization = organization_of(request)
    if organization not in _installed(request, app):
        raise not_found()
    return answer(request, _installation(app, organization))


async def repositories(request: Request) -> Response:
    """`GET /installation/repositories`: what the token of an installation opens."""
    own = request.state.grant.organization
    if own is None:
        message = (
            "You must authenticate with an installation access token in order to list repositories for an "
            "installation."
        )
        raise ApiError(403, message)
    organization = dataset_of(request).organization_by_login[own]
    page = Page.of(request)
    listed = sorted((each.recorded for each in organization.repositories), key=lambda row: int(row["id"]))
    body = {
        "total_count": len(listed),
        "repository_selection": "all",
        "repositories": [shapes.repository(row) for row in page.of_items(listed)],
    }
    return answer(request, body, headers=page.link(request, "/installation/repositories", len(listed)))


async def access_tokens(request: Request) -> Response:
    """`POST /app/installations/{installation_id}/access_tokens`."""
    app = _app_of(request)
    wanted = request.path_params["installation_id"]
    for organization in _installed(request, app):
        if organization.id == wanted:
            break
    else:
        raise not_found()
    if organization.login in app.suspended:
        raise ApiError(403, "This installation has been suspended")
    token, ends_at = _apps(request).issue(app, organization.login)
    expires_at = f"{datetime.fromtimestamp(ends_at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    body = {
        "token": token,
        "expires_at": expires_at,
        "permissions": PERMISSIONS,
        "repository_selection": "all",
    }
    return answer(request, body, status=201)


async def register(request: Request) -> Response:
    """`POST /_sandbox/app`: let an App exist, as `sandbox.github.apps.App` describes it."""
    _apps(request).register(**await request.json())
    return JSONResponse({"ok": True})


async def revoke(request: Request) -> Response:
    """`POST /_sandbox/app/revoke`: end every token that Apps have got."""
    _apps(request).revoke_all()
    return JSONResponse({"ok": True})


def _apps(request: Request) -> Apps:
    apps: Apps = request.app.state.apps
    return apps


def _app_of(request: Request) -> App:
    return _apps(request).app_of(request.state.credential)


def _installed(request: Request, app: App) -> list[Organization]:
    left_out = {login.lower() for login in app.not_installed}
    organizations = dataset_of(request).organizations
    return [each for each in organizations if each.login.lower() not in left_out]


def _installation(app: App, organization: Organization) -> Json:
    """Return an installation; its id is that of its organisation, which is as good as any."""
    is_suspended = organization.login in app.suspended
    account = {
        "login": organization.login,
        "id": organization.id,
        "node_id": organization.recorded["node_id"],
    }
    return {
        "id": organization.id,
        "account": shapes.user({**account, "type": "Organization"}),
        "app_id": app.id,
        "app_slug": "sandbox-app",
        "access_tokens_url": f"{API}/app/installations/{organization.id}/access_tokens",
        "repositories_url": f"{API}/installation/repositories",
        "html_url": f"https://github.com/organizations/{organization.login}/settings/installations/"
        f"{organization.id}",
        "target_id": organization.id,
        "target_type": "Organization",
        "repository_selection": "all",
        "permissions": PERMISSIONS,
        "events": [],
        "created_at": CREATED_AT,
        "updated_at": CREATED_AT,
        "suspended_at": CREATED_AT if is_suspended else None,
        "suspended_by": None,
        "single_file_name": None,
    }


ROUTES = [
    Route("/app", own_app),
    Route("/app/installations", installations),
    Route("/app/installations/{installation_id:int}/access_tokens", access_tokens, methods=["POST"]),
    Route("/orgs/{org}/installation", organization_installation),
    Route("/installation/repositories", repositories),
    Route("/_sandbox/app", register, methods=["POST"]),
    Route("/_sandbox/app/revoke", revoke, methods=["POST"]),
]
