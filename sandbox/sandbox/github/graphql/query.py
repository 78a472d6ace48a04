"""The root of every query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.github.endpoints.accounts import AUTHENTICATED_USER
from sandbox.github.graphql.accounts import Organization, User, named_repository
from sandbox.github.graphql.errors import Refusal, UnresolvedError
from sandbox.github.graphql.permissions import refuse_node

if TYPE_CHECKING:
    from sandbox.github.graphql.cost import Cost
    from sandbox.github.graphql.graph import Graph
    from sandbox.github.graphql.repositories import Repository
    from sandbox.github.graphql.rows import Row
    from sandbox.github.limits import Allowance
    from sandbox.github.tokens import Grant


@dataclass(frozen=True)
class RateLimit:
    """What the caller may spend, this query paid."""

    cost: int
    node_count: int
    limit: int
    remaining: int
    used: int
    reset_at: str

    @classmethod
    def after(cls, allowance: Allowance, cost: Cost) -> RateLimit:
        """Return how an allowance stands once a query is paid."""
        return cls(
            cost.points,
            cost.nodes,
            allowance.limit,
            max(allowance.remaining - cost.points, 0),
            min(allowance.used + cost.points, allowance.limit),
            datetime.fromtimestamp(allowance.reset, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


class Query:
    """What can be asked for."""

    def __init__(self, graph: Graph, grant: Grant, rate_limit: RateLimit | None) -> None:
        """Take the graph, what the caller may see of it, and what the query costs."""
        self._graph = graph
        self._grant = grant
        self._rate_limit = rate_limit

    def rate_limit(self, *, dry_run: bool) -> RateLimit | None:
        """Return what the caller may spend, or None without limits; a dry run is executed too."""
        del dry_run
        return self._rate_limit

    def viewer(self) -> User:
        """Return the caller."""
        url = f"https://github.com/{AUTHENTICATED_USER['login']}"
        return User(self._graph, {**AUTHENTICATED_USER, "html_url": url})

    def node(self, id: str) -> Row:  # noqa: A002 - GitHub's name
        """Return what has a node id."""
        found = self._graph.node(id)
        if found is None or not self._may_see(found):
            raise _NoNodeError(id)
        refuse_node(self._grant, found.typename)
        return found

    def nodes(self, ids: list[str]) -> list[Row | Refusal]:
        """Return what has each node id, and a refusal in the place of what does not exist."""
        return [self._node_or_refusal(each) for each in ids]

    def _node_or_refusal(self, node_id: str) -> Row | Refusal:
        try:
            return self.node(node_id)
        except Refusal as refusal:
            return refusal

    def _may_see(self, found: Row) -> bool:
        """Tell whether what belongs to a repository lies where the token is for."""
        owner = getattr(found, "repository", found).row.get("owner")
        return owner is None or self._grant.sees(owner["login"])

    def organization(self, login: str) -> Organization:
        """Return an organisation."""
        found = self._graph.data.organization_by_login.get(login.lower())
        if found is None or not self._grant.sees(login):
            message = f"an Organization with the login of '{login}'."
            raise UnresolvedError(message)
        return self._graph.organization(found)

    def user(self, login: str) -> User:
        """Return a user."""
        person = self._graph.data.person(login)
        if person is None or person.get("type", "User") != "User":
            message = f"a User with the login of '{login}'."
            raise UnresolvedError(message)
        return User(self._graph, person)

    def repository_owner(self, login: str) -> Row | None:
        """Return an organisation or a user, or None."""
        person = self._graph.data.person(login)
        return self._graph.owner(person) if person else None

    def repository(self, owner: str, name: str, *, follow_renames: bool) -> Repository:
        """Return a repository."""
        if not self._grant.sees(owner):
            message = f"a Repository with the name '{owner}/{name}'."
            raise UnresolvedError(message)
        return named_repository(self._graph, owner, name, follow_renames=follow_renames)


class _NoNodeError(UnresolvedError):
    """A node id that nothing has."""

    def __init__(self, node_id: str) -> None:
        super().__init__(f"a node with the global id of '{node_id}'")
