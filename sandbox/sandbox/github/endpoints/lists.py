"""Lists of a repository that nothing else is known of: what a data folder holds, as it is.

`milestones.jsonl` is `GET .../milestones`: a stream can be tried before the sandbox knows what it is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.answers import not_found
from sandbox.github.endpoints.access import Endpoint, paged, path_in, repository_of
from sandbox.github.lines import read_lines

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ENDS = ("jsonl", "jsonl.gz")
# What GitHub lists for each repository, also where there is nothing.
LISTS = {
    "assignees",
    "collaborators",
    "events",
    "forks",
    "issues",
    "labels",
    "milestones",
    "stargazers",
    "teams",
}
NO_LISTS = {"reviews", "pull_commits", "deployment_statuses"}  # it lists them below something else


async def lines(request: Request) -> Response:
    """`GET .../{name}`, of a file that is called so."""
    repository = repository_of(request)
    name = request.path_params["name"]
    is_there = name in LISTS or any((repository.folder / f"{name}.{end}").exists() for end in ENDS)
    if name in NO_LISTS or not is_there:
        raise not_found()
    return paged(request, path_in(repository, name), read_lines(repository.folder, name), lambda row: row)


ENDPOINTS: list[tuple[str, Endpoint]] = [("/{name}", lines)]
