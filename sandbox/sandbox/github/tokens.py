"""Tokens: who shows which, and what it opens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.github.answers import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.github.apps import Apps

FORBIDDEN = 403
IMPLIED_SCOPES = {
    "admin:org": ("write:org", "read:org"),
    "write:org": ("read:org",),
    "user": ("read:user", "user:email"),
}


@dataclass(frozen=True)
class Grant:
    """What a token opens: everything, unless something is said.

    `lacks` names permissions of a fine-grained token (contents, deployments, members, pull_requests),
    `scopes` makes it a classic one with these scopes, `organization` (in lower case) is all that it may see.
    """

    payer: str
    """Who pays: tokens of one installation share its points."""
    points_per_hour: int | None = None
    graphql_points_per_hour: int | None = None
    lacks: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    organization: str | None = None

    def refuse_without(self, permission: str) -> None:
        """Raise where a permission is lacking."""
        if permission in self.lacks:
            raise ApiError(FORBIDDEN, "Resource not accessible by personal access token")

    def has_scope(self, scope: str) -> bool:
        """Tell whether a classic token has a scope, be it by a wider one; others need none."""
        if self.scopes is None:
            return True
        return any(scope == each or scope in IMPLIED_SCOPES.get(each, ()) for each in self.scopes)

    def sees(self, organization: str) -> bool:
        """Tell whether the token is for an organisation, or for all."""
        return self.organization in {None, organization.lower()}


@dataclass
class Tokens:
    """Every token that opens something."""

    apps: Apps
    grants: dict[str, Grant] = field(default_factory=dict)

    def add(
        self,
        token: str,
        *,
        lacks: Iterable[str] = (),
        scopes: Iterable[str] | None = None,
        **limits: Any,  # noqa: ANN401 - the other fields of Grant
    ) -> None:
        """Let a token open what is described, or describe it anew."""
        given = None if scopes is None else frozenset(scopes)
        self.grants[token] = Grant(token, lacks=frozenset(lacks), scopes=given, **limits)

    def revoke(self, token: str) -> None:
        """Let a token open nothing any more."""
        self.grants.pop(token, None)

    def grant(self, credential: str) -> Grant | None:
        """Return what a credential opens, or None where it is a bad one; without any one is anonymous."""
        if not credential:
            return Grant("")
        organization = self.apps.organization_of(credential)
        if organization is not None:
            return Grant(f"installation at {organization}", organization=organization)
        return self.grants.get(credential)
