"""What was shipped: deployments with their statuses, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import answer, not_found
from sandbox.github.endpoints.access import Endpoint, paged, path_in, repository_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.github.lines import Json

_FILTERS = ("sha", "ref", "task", "environment")


async def deployments(request: Request) -> Response:
    """`GET .../deployments`, with `sha`, `ref`, `task` and `environment`."""
    repository = repository_of(request)
    wanted = {name: request.query_params[name] for name in _FILTERS if name in request.query_params}
    rows = [
        row for row in repository.deployments if all(row[name] == value for name, value in wanted.items())
    ]
    return paged(request, path_in(repository, "deployments"), rows, _with_creator)


async def deployment(request: Request) -> Response:
    """`GET .../deployments/{deployment_id}`."""
    wanted = request.path_params["deployment_id"]
    rows = [row for row in repository_of(request).deployments if row["id"] == wanted]
    if not rows:
        raise not_found()
    return answer(request, _with_creator(rows[0]))


async def statuses(request: Request) -> Response:
    """`GET .../deployments/{deployment_id}/statuses`, newest first."""
    repository = repository_of(request)
    wanted = request.path_params["deployment_id"]
    if not any(row["id"] == wanted for row in repository.deployments):
        raise not_found()
    path = path_in(repository, "deployments", wanted, "statuses")
    return paged(request, path, repository.deployment_statuses.get(wanted, []), _with_creator)


async def releases(request: Request) -> Response:
    """`GET .../releases`, newest first."""
    repository = repository_of(request)
    return paged(request, path_in(repository, "releases"), repository.releases, _release)


async def release(request: Request) -> Response:
    """`GET .../releases/{release_id}`, drafts included."""
    wanted = request.path_params["release_id"]
    return _one_release(request, [row for row in repository_of(request).releases if row["id"] == wanted])


async def release_of_tag(request: Request) -> Response:
    """`GET .../releases/tags/{tag}`: a draft has no tag yet."""
    tag = request.path_params["tag"]
    return _one_release(request, [row for row in _published(request) if row["tag_name"] == tag])


async def latest_release(request: Request) -> Response:
    """`GET .../releases/latest`: the newest that is neither a draft nor a prerelease."""
    return _one_release(request, [row for row in _published(request) if not row["prerelease"]])


def _published(request: Request) -> list[Json]:
    return [row for row in repository_of(request).releases if not row["draft"]]


def _one_release(request: Request, rows: list[Json]) -> Response:
    if not rows:
        raise not_found()
    return answer(request, _release(rows[0]))


def _with_creator(row: Json) -> Json:
    shown = {name: value for name, value in row.items() if name != "deployment_id"}
    return {**shown, "creator": shapes.user(row.get("creator"))}


def _release(row: Json) -> Json:
    shown = {name: value for name, value in row.items() if name != "_sandbox"}
    return {"assets": [], **shown, "author": shapes.user(row["author"])}


ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("/deployments", deployments),
    ("/deployments/{deployment_id:int}", deployment),
    ("/deployments/{deployment_id:int}/statuses", statuses),
]
RELEASE_ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("/releases", releases),
    ("/releases/latest", latest_release),
    ("/releases/{release_id:int}", release),
    ("/releases/tags/{tag:path}", release_of_tag),
]
