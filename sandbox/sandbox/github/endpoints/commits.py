"""Commits: lists along the real ancestry, and single ones with pages of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import ApiError, answer, not_found
from sandbox.github.commit_filters import CommitFilter
from sandbox.github.endpoints.access import Endpoint, filled_repository_of, paged, path_in
from sandbox.github.pages import Page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

FILES_PER_PAGE = 300
MAX_FILES = 3000


async def commits(request: Request) -> Response:
    """`GET .../commits`, with `sha`, `path`, `author`, `since` and `until`."""
    repository = filled_repository_of(request)
    query = request.query_params
    sha = repository.resolve(query.get("sha") or repository.recorded["default_branch"])
    if sha is None:
        raise not_found()
    author = query.get("author")
    wanted = CommitFilter(
        since=query.get("since"),
        until=query.get("until"),
        authors=frozenset((author,)) if author else None,
        path=query.get("path"),
    )
    chosen = wanted.choose(repository.history, sha)
    return paged(request, path_in(repository, "commits"), chosen, shapes.commit)


async def commit(request: Request) -> Response:
    """`GET .../commits/{ref}`: its pages are pages of files."""
    repository = filled_repository_of(request)
    ref = request.path_params["ref"]
    sha = repository.resolve(ref)
    if sha is None:
        raise ApiError(422, f"No commit found for SHA: {ref}")
    row = repository.history.commits[sha]
    page = Page.of(request, default=FILES_PER_PAGE, cap=FILES_PER_PAGE)
    files = row["files"][:MAX_FILES]
    body = {
        **shapes.commit(row),
        "stats": row["stats"],
        "files": [shapes.file(file, repository.full_name, sha) for file in page.of_items(files)],
    }
    return answer(request, body, headers=page.link(request, path_in(repository, "commits", ref), len(files)))


ENDPOINTS: list[tuple[str, Endpoint]] = [("/commits", commits), ("/commits/{ref:path}", commit)]
