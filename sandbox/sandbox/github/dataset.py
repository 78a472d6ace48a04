"""A data folder: its organisations, their repositories, their people."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.github.lines import Json, read_lines
from sandbox.github.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION_FILE = "generated.json"  # written last, whenever the generated data changed
CHANGES_FILE = "changed.json"  # written last, whenever something was changed on request
INSIDERS = frozenset(("MEMBER", "OWNER"))


class Organization:
    """One organisation."""

    def __init__(self, folder: Path) -> None:
        """Read the organisation's own object and those of its repositories."""
        self.folder = folder
        self.recorded: Json = json.loads((folder / "organization.json").read_text(encoding="utf-8"))
        self.login: str = self.recorded["login"]
        self.id: int = self.recorded["id"]
        self.repositories = [Repository(path.parent) for path in sorted(folder.glob("*/repository.json"))]

    @property
    def path(self) -> str:
        """Return the path by which links name the organisation."""
        return f"/organizations/{self.id}"

    @cached_property
    def members(self) -> list[Json]:
        """Return the members: as recorded, else those whom pull requests and reviews call so."""
        recorded = read_lines(self.folder, "members")
        if recorded:
            return recorded
        found: dict[int, Json] = {}
        for row in self._contributions():
            if row["author_association"] in INSIDERS and row.get("user"):
                found.setdefault(row["user"]["id"], row["user"])
        return sorted(found.values(), key=lambda user: int(user["id"]))

    @cached_property
    def external_identities(self) -> list[Json]:
        """Return who is who in the company's directory, as nodes of GraphQL; none without single sign-on."""
        return read_lines(self.folder, "external_identities")

    @cached_property
    def people(self) -> dict[str, Json]:
        """Return everyone who is seen in the organisation, by login in lower case."""
        users = [row["user"] for row in self._contributions() if row.get("user")]
        return {user["login"].lower(): user for user in (*users, *self.members)}

    def _contributions(self) -> Iterator[Json]:
        for repository in self.repositories:
            yield from repository.pulls.values()
            for reviews in repository.reviews.values():
                yield from reviews


class Dataset:
    """Every organisation of a data folder, found by name and by id."""

    def __init__(self, folder: Path) -> None:
        """Find the organisations; other folders are no concern of GitHub's."""
        self.organizations = [
            Organization(path.parent) for path in sorted(folder.glob("*/organization.json"))
        ]
        self.organization_by_login = {
            organization.login.lower(): organization for organization in self.organizations
        }
        self.organization_by_id = {organization.id: organization for organization in self.organizations}
        repositories = [
            repository for organization in self.organizations for repository in organization.repositories
        ]
        self.repository_by_id = {repository.id: repository for repository in repositories}
        self.repository_by_name = {repository.full_name.lower(): repository for repository in repositories}
        self.repository_by_previous_name = {
            name.lower(): repository for repository in repositories for name in repository.previous_full_names
        }

    def person(self, login: str) -> Json | None:
        """Return a user or an organisation by its login."""
        wanted = login.lower()
        if wanted in self.organization_by_login:
            return self.organization_by_login[wanted].recorded
        rows = [each.people[wanted] for each in self.organizations if wanted in each.people]
        return max(rows, key=len, default=None)  # a member's own row says more than one at a review


class Store:
    """The data folder as it is now."""

    def __init__(self, folder: Path) -> None:
        """Read the folder; read it again once its version has changed."""
        self._folder = folder
        self._version = self._read_version()
        self._dataset = Dataset(folder)

    @property
    def dataset(self) -> Dataset:
        """Return the data, read anew where it was advanced or changed."""
        version = self._read_version()
        is_being_replaced = self._version[0] and not version[0]
        if version != self._version and not is_being_replaced:
            self._version = version
            self._dataset = Dataset(self._folder)
        return self._dataset

    def _read_version(self) -> tuple[int, int]:
        """Return when the folder was generated, and when it was changed on request; 0: never."""
        return _modified_at(self._folder / VERSION_FILE), _modified_at(self._folder / CHANGES_FILE)


def _modified_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
