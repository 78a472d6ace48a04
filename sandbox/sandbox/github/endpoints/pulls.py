"""Pull requests, and what lies below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import answer, not_found
from sandbox.github.differences import pull_request_files
from sandbox.github.endpoints.access import Endpoint, paged, path_in, repository_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import QueryParams
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository

MAX_COMMITS = 250
MAX_FILES = 3000

_SORT_KEYS: dict[str, Callable[[Json], str | int]] = {
    "created": lambda pull: str(pull["created_at"]),
    "updated": lambda pull: str(pull["updated_at"]),
    "popularity": lambda pull: int(pull["comments"]),
    "long-running": lambda pull: str(pull["created_at"]),
}


async def pulls(request: Request) -> Response:
    """`GET .../pulls`, with `state`, `head`, `base`, `sort` and `direction`."""
    repository = _with_pulls(request)
    chosen = _chosen(list(repository.pulls.values()), request.query_params)
    return paged(request, path_in(repository, "pulls"), chosen, shapes.listed_pull_request)


def _chosen(rows: list[Json], query: QueryParams) -> list[Json]:
    state = query.get("state", "open")
    head, base = query.get("head"), query.get("base")
    sort = query.get("sort", "created")
    key = _SORT_KEYS.get(sort, _SORT_KEYS["created"])
    # The default direction is "desc" only for the default sort.
    direction = query.get("direction") or ("desc" if sort == "created" else "asc")
    return sorted(
        (
            pull
            for pull in rows
            if state in ("all", pull["state"])
            and (not head or head == pull["head"].get("label"))
            and (not base or base == pull["base"]["ref"])
        ),
        key=lambda pull: (key(pull), pull["number"]),
        reverse=direction == "desc",
    )


async def pull(request: Request) -> Response:
    """`GET .../pulls/{pull_number}`."""
    _, found = _pull_of(request)
    return answer(request, shapes.pull_request(found))


async def reviews(request: Request) -> Response:
    """`GET .../pulls/{pull_number}/reviews`, oldest first."""
    repository, found = _pull_of(request)
    path = path_in(repository, "pulls", found["number"], "reviews")
    return paged(request, path, repository.reviews.get(found["number"], []), shapes.review)


async def commits(request: Request) -> Response:
    """`GET .../pulls/{pull_number}/commits`: at most 250."""
    repository, found = _pull_of(request)
    shas = repository.pull_commits.get(found["number"], [])[:MAX_COMMITS]
    known = repository.history.commits
    path = path_in(repository, "pulls", found["number"], "commits")
    return paged(request, path, [known[sha] for sha in shas if sha in known], shapes.commit)


async def files(request: Request) -> Response:
    """`GET .../pulls/{pull_number}/files`: at most 3,000."""
    repository, found = _pull_of(request)
    changed = pull_request_files(repository, found)[:MAX_FILES]
    path = path_in(repository, "pulls", found["number"], "files")
    return paged(
        request,
        path,
        changed,
        lambda file: shapes.file(file, repository.full_name, found["head"]["sha"]),
    )


def _with_pulls(request: Request) -> Repository:
    """Return the repository that the path names, unless its pull requests are switched off."""
    repository = repository_of(request)
    if repository.recorded.get("has_pull_requests") is False:
        raise not_found()
    return repository


def _pull_of(request: Request) -> tuple[Repository, Json]:
    repository = _with_pulls(request)
    found = repository.pulls.get(request.path_params["number"])
    if found is None:
        raise not_found()
    return repository, found


ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("/pulls", pulls),
    ("/pulls/{number:int}", pull),
    ("/pulls/{number:int}/reviews", reviews),
    ("/pulls/{number:int}/commits", commits),
    ("/pulls/{number:int}/files", files),
]
