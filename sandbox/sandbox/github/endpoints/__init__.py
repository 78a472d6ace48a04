"""The endpoints, a module for each family of paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from sandbox.github.endpoints import (
    accounts,
    apps,
    commits,
    comparisons,
    deployments,
    lists,
    pulls,
    references,
    repositories,
    tokens,
)
from sandbox.github.endpoints.access import needing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.github.endpoints.access import Endpoint

ORGANIZATION_PREFIXES = ("/orgs/{org}", "/organizations/{organization_id:int}")
REPOSITORY_PREFIXES = ("/repos/{owner}/{repo}", "/repositories/{repository_id:int}")


def _under(
    prefixes: Iterable[str], endpoints: Iterable[tuple[str, Endpoint]], permission: str = "metadata"
) -> list[Route]:
    return [
        Route(prefix + path, needing(permission, endpoint))
        for path, endpoint in endpoints
        for prefix in prefixes
    ]


ROUTES = [
    *_under([""], accounts.ENDPOINTS),
    *apps.ROUTES,
    *tokens.ROUTES,
    *_under(ORGANIZATION_PREFIXES, accounts.ORGANIZATION_ENDPOINTS),
    *_under(ORGANIZATION_PREFIXES, accounts.MEMBER_ENDPOINTS, "members"),
    *_under(REPOSITORY_PREFIXES, repositories.ENDPOINTS),
    *_under(REPOSITORY_PREFIXES, pulls.ENDPOINTS, "pull_requests"),
    *_under(
        REPOSITORY_PREFIXES,
        [*commits.ENDPOINTS, *comparisons.ENDPOINTS, *references.ENDPOINTS, *deployments.RELEASE_ENDPOINTS],
        "contents",
    ),
    *_under(REPOSITORY_PREFIXES, deployments.ENDPOINTS, "deployments"),
    *_under(REPOSITORY_PREFIXES, lists.ENDPOINTS),
]
