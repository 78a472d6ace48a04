"""A repository's records once git has given their commits names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.github.generator.people import People
    from sandbox.github.generator.records import Records
    from sandbox.github.lines import Json


@dataclass(frozen=True)
class Named:
    """What the objects of a repository are made from."""

    index: int
    repository: Json
    records: Records
    shas: dict[int, str]
    people: People

    @property
    def full_name(self) -> str:
        """Return owner/name."""
        name: str = self.repository["full_name"]
        return name

    def committed_at(self, mark: int) -> int:
        """Return when a commit was made."""
        return self.records.commits[mark - 1].committer.at

    def user_of(self, email: str) -> Json | None:
        """Return the account to which an e-mail address belongs."""
        person = self.people.accounts.get(email)
        return person.user if person else None
