"""From a request to the organisation or repository that it names, and back to a page of a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.answers import ApiError, MovedError, answer, not_found
from sandbox.github.pages import Page
from sandbox.github.repository import EMPTY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.github.dataset import Dataset, Organization
    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository

Endpoint = Callable[[Request], Awaitable[Response]]

_BLOCK = {"created_at": "2026-01-28T14:47:49Z", "html_url": "https://github.com/tos"}
_REFUSALS = {
    403: ("Resource not accessible by personal access token", {}),
    404: ("Not Found", {}),
    410: ("Repository is gone", {}),
    451: ("Repository access blocked", {"block": {"reason": "dmca", **_BLOCK}}),
}


def needing(permission: str, endpoint: Endpoint) -> Endpoint:
    """Return an endpoint that refuses tokens without a permission; each answer names it."""

    async def checked(request: Request) -> Response:
        request.state.permission = permission
        request.state.grant.refuse_without(permission)
        return await endpoint(request)

    return checked


def dataset_of(request: Request) -> Dataset:
    """Return the data that the server serves now."""
    dataset: Dataset = request.app.state.store.dataset
    return dataset


def organization_of(request: Request) -> Organization:
    """Return the organisation that the path names by login or by id."""
    dataset = dataset_of(request)
    if "organization_id" in request.path_params:
        organization = dataset.organization_by_id.get(request.path_params["organization_id"])
    else:
        organization = dataset.organization_by_login.get(request.path_params["org"].lower())
    if organization is None:
        raise not_found()
    return organization


def repository_of(request: Request) -> Repository:
    """Return the repository that the path names by name or by id, where it may be read."""
    repository = _named(request)
    if not request.state.grant.sees(repository.recorded["owner"]["login"]):
        raise not_found()
    if repository.status in _REFUSALS:
        message, body = _REFUSALS[repository.status]
        raise ApiError(repository.status, message, **body)
    return repository


def filled_repository_of(request: Request) -> Repository:
    """Return the repository that the path names, where something was ever pushed to it."""
    repository = repository_of(request)
    if repository.is_empty:
        raise ApiError(EMPTY, "Git Repository is empty.")
    return repository


def _named(request: Request) -> Repository:
    dataset = dataset_of(request)
    if "repository_id" in request.path_params:
        by_id = dataset.repository_by_id.get(request.path_params["repository_id"])
        if by_id is None:
            raise not_found()
        return by_id
    owner, repo = request.path_params["owner"], request.path_params["repo"]
    name = f"{owner}/{repo}".lower()
    if name in dataset.repository_by_name:
        return dataset.repository_by_name[name]
    moved = dataset.repository_by_previous_name.get(name)
    if moved is None:
        raise not_found()
    rest = request.url.path.partition(f"/repos/{owner}/{repo}")[2]
    raise MovedError(moved.path + rest)


def path_in(repository: Repository, *parts: str | int) -> str:
    """Return the path of something in a repository, as links name it."""
    return "/".join((repository.path, *(quote(str(part), safe="") for part in parts)))


def paged(
    request: Request, path: str, items: Sequence[Json], shape: Callable[[Json], Json | None]
) -> Response:
    """Answer with one page of a list, its items made whole, and the Link header."""
    page = Page.of(request)
    body = [shape(item) for item in page.of_items(items)]
    return answer(request, body, headers=page.link(request, path, len(items)))
