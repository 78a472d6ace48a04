"""Names of commits: branches, tags, references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import API, ApiError, answer, not_found
from sandbox.github.endpoints.access import Endpoint, filled_repository_of, paged, path_in

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository


async def branches(request: Request) -> Response:
    """`GET .../branches`."""
    repository = filled_repository_of(request)
    rows = [_short_branch(repository, name) for name in sorted(repository.branches)]
    return paged(request, path_in(repository, "branches"), rows, lambda row: row)


async def branch(request: Request) -> Response:
    """`GET .../branches/{branch}`."""
    repository = filled_repository_of(request)
    name = request.path_params["branch"]
    sha = repository.branches.get(name)
    if sha not in repository.history.commits:
        raise ApiError(404, "Branch not found")
    url = f"{API}/repos/{repository.full_name}/branches/{name}"
    return answer(
        request,
        {
            "name": name,
            "commit": shapes.commit(repository.history.commits[sha]),
            "_links": {"self": url, "html": f"https://github.com/{repository.full_name}/tree/{name}"},
            "protected": False,
            "protection": {"enabled": False},
            "protection_url": f"{url}/protection",
        },
    )


def _short_branch(repository: Repository, name: str) -> Json:
    sha = repository.branches[name]
    url = f"{API}/repos/{repository.full_name}/commits/{sha}"
    return {"name": name, "commit": {"sha": sha, "url": url}, "protected": False}


async def reference(request: Request) -> Response:
    """`GET .../git/ref/{ref}`: heads/<branch>, tags/<tag> or pull/<number>/head."""
    repository = filled_repository_of(request)
    ref = request.path_params["ref"]
    sha = repository.references.get(f"refs/{ref}")
    if sha is None:
        raise not_found()
    kind = "tag" if sha in repository.annotated_tags else "commit"
    api = f"{API}/repos/{repository.full_name}/git"
    return answer(
        request,
        {
            "ref": f"refs/{ref}",
            "node_id": f"REF_{repository.id}_{ref}",
            "url": f"{api}/refs/{ref}",
            "object": {"sha": sha, "type": kind, "url": f"{api}/{kind}s/{sha}"},
        },
    )


async def tags(request: Request) -> Response:
    """`GET .../tags`: each with its commit, be the tag annotated or not."""
    repository = filled_repository_of(request)
    rows = [_listed_tag(repository, name) for name in sorted(repository.tagged_commits, reverse=True)]
    return paged(request, path_in(repository, "tags"), rows, lambda row: row)


def _listed_tag(repository: Repository, name: str) -> Json:
    api = f"{API}/repos/{repository.full_name}"
    sha = repository.tagged_commits[name]
    return {
        "name": name,
        "zipball_url": f"{api}/zipball/refs/tags/{name}",
        "tarball_url": f"{api}/tarball/refs/tags/{name}",
        "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
        "node_id": f"REF_{repository.id}_refs/tags/{name}",
    }


async def annotated_tag(request: Request) -> Response:
    """`GET .../git/tags/{tag_sha}`: the object that names the commit."""
    found = filled_repository_of(request).annotated_tags.get(request.path_params["tag_sha"])
    if found is None:
        raise not_found()
    return answer(request, found)


ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("/branches", branches),
    ("/branches/{branch:path}", branch),
    ("/git/ref/{ref:path}", reference),
    ("/tags", tags),
    ("/git/tags/{tag_sha}", annotated_tag),
]
