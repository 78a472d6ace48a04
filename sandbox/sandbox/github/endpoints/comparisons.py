"""Two commits compared."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from sandbox.github import shapes
from sandbox.github.answers import API, ApiError, answer, not_found
from sandbox.github.differences import compared_files
from sandbox.github.endpoints.access import Endpoint, filled_repository_of, path_in
from sandbox.github.pages import Page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.github.history import Comparison
    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository

MAX_FILES = 300
UNPAGED_COMMITS = 250


async def compare(request: Request) -> Response:
    """`GET .../compare/{base}...{head}`: pages of commits; the files only on the first."""
    repository = filled_repository_of(request)
    basehead = request.path_params["basehead"]
    base, head = (_commit(repository, name) for name in _ends(basehead))
    comparison = repository.history.compare(base, head)
    if comparison is None:
        raise ApiError(404, f"No common ancestor between {base} and {head}.")
    page, shas = _page(request, comparison.ahead)
    commits = repository.history.commits
    body = {
        **_urls(repository, basehead),
        "base_commit": shapes.commit(commits[base]),
        "merge_base_commit": shapes.commit(commits[comparison.merge_base]),
        "status": comparison.status,
        "ahead_by": len(comparison.ahead),
        "behind_by": comparison.behind_by,
        "total_commits": len(comparison.ahead),
        "commits": [shapes.commit(commits[sha]) for sha in shas],
        "files": _files(repository, comparison, head) if page is None or page.number == 1 else [],
    }
    path = path_in(repository, "compare", basehead)
    return answer(request, body, headers=page.link(request, path, len(comparison.ahead)) if page else None)


def _ends(basehead: str) -> tuple[str, str]:
    base, dots, head = basehead.partition("...")
    if not dots:
        raise not_found()
    return base.rpartition(":")[2], head.rpartition(":")[2]


def _commit(repository: Repository, name: str) -> str:
    sha = repository.resolve(name)
    if sha is None:
        raise not_found()
    return sha


def _page(request: Request, ahead: list[str]) -> tuple[Page | None, list[str]]:
    """Return the page and its commits; a request that names no page gets the newest 250, and no links."""
    if not request.query_params.keys() & {"page", "per_page"}:
        return None, ahead[-UNPAGED_COMMITS:]
    page = Page.of(request)
    return page, list(page.of_items(ahead))


def _files(repository: Repository, comparison: Comparison, head: str) -> list[Json]:
    files = compared_files(repository, comparison, head)[:MAX_FILES]
    return [shapes.file(file, repository.full_name, head) for file in files]


def _urls(repository: Repository, basehead: str) -> Json:
    html_url = f"https://github.com/{repository.full_name}/compare/{quote(basehead, safe='')}"
    return {
        "url": f"{API}/repos/{repository.full_name}/compare/{quote(basehead, safe='')}",
        "html_url": html_url,
        "permalink_url": html_url,
        "diff_url": f"{html_url}.diff",
        "patch_url": f"{html_url}.patch",
    }


ENDPOINTS: list[tuple[str, Endpoint]] = [("/compare/{basehead:path}", compare)]
