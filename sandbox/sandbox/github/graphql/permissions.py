"""What a token needs for a field: permissions of fine-grained tokens, scopes of classic ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.graphql.errors import Refusal

if TYPE_CHECKING:
    from sandbox.github.tokens import Grant

PERMISSIONS = {
    **{("Repository", field): "pull_requests" for field in ("pullRequest", "pullRequests")},
    **{("Repository", field): "contents" for field in ("defaultBranchRef", "object", "ref", "refs")},
    **{("Repository", field): "contents" for field in ("release", "releases")},
    ("Repository", "deployments"): "deployments",
    ("Organization", "membersWithRole"): "members",
    ("Organization", "samlIdentityProvider"): "members",
}
SCOPES = {
    ("Organization", "membersWithRole"): "read:org",
    ("Organization", "samlIdentityProvider"): "admin:org",
}
NODES = {
    "PullRequest": "pull_requests",
    "PullRequestReview": "pull_requests",
    "Commit": "contents",
    "Release": "contents",
    "Deployment": "deployments",
    "DeploymentStatus": "deployments",
}


def refuse_field(grant: Grant, kind: str, field: str) -> None:
    """Raise where a token must not read a field."""
    if grant.lacks:
        _refuse(grant, PERMISSIONS.get((kind, field)))
    scope = SCOPES.get((kind, field)) if grant.scopes is not None else None
    if scope and not grant.has_scope(scope):
        raise ScopeError(field, scope, sorted(grant.scopes or ()))


def refuse_node(grant: Grant, kind: str) -> None:
    """Raise where a token must not read what has a node id."""
    _refuse(grant, NODES.get(kind))


def _refuse(grant: Grant, permission: str | None) -> None:
    if permission in grant.lacks:
        raise ForbiddenError


class ForbiddenError(Refusal):
    """Something for which a token lacks the permission."""

    def __init__(self) -> None:
        """Say it in GitHub's words."""
        super().__init__("FORBIDDEN", "Resource not accessible by personal access token")


class ScopeError(Refusal):
    """Something for which a classic token lacks the scope."""

    def __init__(self, field: str, scope: str, scopes: list[str]) -> None:
        """Say it in GitHub's words."""
        super().__init__(
            "INSUFFICIENT_SCOPES",
            "Your token has not been granted the required scopes to execute this query. "
            f"The '{field}' field requires one of the following scopes: ['{scope}'], but your token has only "
            f"been granted the: {scopes} scopes. Please modify your token's scopes at: "
            "https://github.com/settings/tokens.",
        )
