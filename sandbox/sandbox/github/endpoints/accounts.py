"""Who is there: the rate limit of the caller, users, organisations and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github import shapes
from sandbox.github.answers import ApiError, answer, not_found
from sandbox.github.endpoints.access import Endpoint, dataset_of, organization_of, paged

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

RESOURCES = ("core", "graphql", "search")
AUTHENTICATED_USER = {"login": "sandbox-user", "id": 1, "node_id": "MDQ6VXNlcjE=", "name": "Sandbox User"}
_SORT_KEYS = {
    "created": "created_at",
    "updated": "updated_at",
    "pushed": "pushed_at",
    "full_name": "full_name",
}


async def rate_limit(request: Request) -> Response:
    """`GET /rate_limit`."""
    limits = request.app.state.limits
    resources = {name: limits.allowance(request.state.grant, name).overview() for name in RESOURCES}
    return answer(request, {"resources": resources, "rate": resources["core"]})


async def authenticated_user(request: Request) -> Response:
    """`GET /user`."""
    if not request.state.credential:
        raise ApiError(401, "Requires authentication")
    return answer(request, shapes.profile(AUTHENTICATED_USER))


async def user(request: Request) -> Response:
    """`GET /users/{username}`."""
    person = dataset_of(request).person(request.path_params["login"])
    if person is None:
        raise not_found()
    return answer(request, shapes.profile(person))


async def user_by_id(request: Request) -> Response:
    """`GET /user/{account_id}`: whoever has this id now, whatever the login."""
    wanted = request.path_params["account_id"]
    people = (person for each in dataset_of(request).organizations for person in each.people.values())
    found = next((person for person in people if person["id"] == wanted), None)
    if found is None:
        raise not_found()
    return answer(request, shapes.profile(found))


async def organization(request: Request) -> Response:
    """`GET /orgs/{org}`."""
    found = organization_of(request)
    return answer(request, shapes.organization(found.recorded, len(found.repositories)))


async def repositories(request: Request) -> Response:
    """`GET /orgs/{org}/repos`, with `sort` and `direction`."""
    found = organization_of(request)
    sort = request.query_params.get("sort", "created")
    direction = request.query_params.get("direction", "asc" if sort == "full_name" else "desc")
    key = _SORT_KEYS.get(sort, "created_at")
    ordered = sorted(
        (repository.recorded for repository in found.repositories),
        key=lambda recorded: (recorded[key] or "", recorded["id"]),
        reverse=direction == "desc",
    )
    return paged(request, f"{found.path}/repos", ordered, shapes.repository)


async def members(request: Request) -> Response:
    """`GET /orgs/{org}/members`."""
    found = organization_of(request)
    return paged(request, f"{found.path}/members", found.members, shapes.user)


ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("/rate_limit", rate_limit),
    ("/user", authenticated_user),
    ("/user/{account_id:int}", user_by_id),
    ("/users/{login}", user),
]
ORGANIZATION_ENDPOINTS: list[tuple[str, Endpoint]] = [
    ("", organization),
    ("/repos", repositories),
]
MEMBER_ENDPOINTS: list[tuple[str, Endpoint]] = [("/members", members)]
