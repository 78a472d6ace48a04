"""Accounts: users, bots, organisations with their repositories, members and identities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.graphql.connections import Connection, Order, listed
from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.identities import IdentityProvider
from sandbox.github.graphql.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.github import dataset
    from sandbox.github.graphql.graph import Graph
    from sandbox.github.graphql.repositories import Repository
    from sandbox.github.lines import Json


class Account(Row):
    """Somebody, or something that acts as somebody."""

    def __init__(self, graph: Graph, row: Json) -> None:
        """Take a user as REST shows it."""
        super().__init__(row)
        self.graph = graph

    @property
    def login(self) -> str:
        """Return the login; only REST puts [bot] behind it."""
        login: str = self.row["login"]
        return login.removesuffix("[bot]")


class Owner(Account):
    """An account to which repositories can belong."""

    def own(self) -> list[Repository]:
        """Return the repositories that belong to it."""
        return []

    def repositories(self, order_by: dict[str, str] | None = None, **arguments: Any) -> Connection:  # noqa: ANN401
        """Return a page of its repositories."""
        chosen = [repository for repository in self.own() if _is_wanted(repository, arguments)]
        field, direction = (order_by or {"field": "id", "direction": "ASC"}).values()
        order = Order(lambda each: [_value(each, field), each.row["id"]], direction == "DESC")
        return Connection(order.sort(chosen), order, **arguments)

    def repository(self, name: str, *, follow_renames: bool = True) -> Repository:
        """Return one of its repositories."""
        return named_repository(self.graph, self.row["login"], name, follow_renames=follow_renames)


class User(Owner):
    """A person."""

    typename = "User"

    @property
    def email(self) -> str:
        """Return the public address: an empty one, because none is known."""
        return str(self.row.get("email") or "")


class Bot(Account):
    """An app."""

    typename = "Bot"


class Mannequin(Account):
    """Somebody whose work was imported."""

    typename = "Mannequin"


class Organization(Owner):
    """An organisation; one that acts as somebody has nothing but its own object."""

    typename = "Organization"

    def __init__(self, graph: Graph, row: Json, found: dataset.Organization | None = None) -> None:
        """Take an organisation as REST shows it, and what the data folder has of it."""
        super().__init__(graph, row)
        self._found = found

    @property
    def url(self) -> str:
        """Return the address of the page for people."""
        return f"https://github.com/{self.row['login']}"

    def own(self) -> list[Repository]:
        """Return the repositories that belong to it."""
        return [self.graph.repository(each) for each in self._found.repositories] if self._found else []

    def members_with_role(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of its members."""
        members = self._found.members if self._found else []
        return listed([User(self.graph, row) for row in members], lambda user: int(user.row["id"]), **bounds)

    def saml_identity_provider(self) -> IdentityProvider | None:
        """Return who signs its members in, or None where it has no single sign-on."""
        rows = self._found.external_identities if self._found else []
        return IdentityProvider(self, rows) if rows else None


ACTORS: dict[str, type[Account]] = {
    "User": User,
    "Bot": Bot,
    "Mannequin": Mannequin,
    "Organization": Organization,
}
"""The class of each type of account, as REST names the types."""


def named_repository(graph: Graph, owner: str, name: str, *, follow_renames: bool) -> Repository:
    """Return a repository by its name or, on request, by a former one."""
    full_name = f"{owner}/{name}".lower()
    found = graph.data.repository_by_name.get(full_name)
    if found is None and follow_renames:
        found = graph.data.repository_by_previous_name.get(full_name)
    if found is None:
        message = f"a Repository with the name '{owner}/{name}'."
        raise UnresolvedError(message)
    repository = graph.repository(found)
    repository.refuse_if_hidden()
    return repository


def _is_wanted(repository: Repository, wanted: dict[str, Any]) -> bool:
    row = repository.row
    asked: Iterable[tuple[object, object]] = (
        (wanted.get("is_archived"), row["archived"]),
        (wanted.get("is_fork"), row["fork"]),
        (wanted.get("privacy"), "PRIVATE" if row["private"] else "PUBLIC"),
        (wanted.get("visibility"), repository.visibility),
    )
    return all(value is None or value == actual for value, actual in asked)


def _value(repository: Repository, field: str) -> str | int:
    if field == "STARGAZERS":
        return 0  # nobody gives stars here
    value: str | int | None = repository.row[field.lower()]
    return value or ""
