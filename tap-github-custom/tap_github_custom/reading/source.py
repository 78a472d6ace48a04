"""What every reading works with: the client, threads for work done ahead, the repository, what is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_github_custom.errors import RepositoryError
from tap_github_custom.node_ids import repository_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from concurrent.futures import Executor
    from datetime import datetime

    from tap_github_custom.client import Answer, Client, GraphQLAnswer
    from tap_github_custom.repository import Json, Repository

PAGE_SIZE = 100


@dataclass(frozen=True)
class Source:
    """One repository on its GitHub, and which of its streams are asked for."""

    client: Client
    pool: Executor
    ahead: int
    """Requests that may be under way at once for this repository."""
    repository: Repository
    wanted: frozenset[str]
    start: datetime | None
    """What happened earlier is not asked for."""
    end: datetime | None = None
    """What happened then or later is left out."""

    def is_before_end(self, moment: datetime) -> bool:
        """Tell whether something that was touched at a moment is wanted."""
        return self.end is None or moment < self.end

    def path(self, suffix: str) -> str:
        """Return a path below the repository; after a rename GitHub redirects it."""
        return f"/repos/{quote(self.repository.full_name)}{suffix}"

    def get(self, suffix: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return one answer from below the repository."""
        return self.client.get(self.path(suffix), organization=self.repository.credential, params=params)

    def answers(self, suffix: str, params: Mapping[str, str | int] | None = None) -> Iterator[Answer]:
        """Yield every page of an answer, following Link headers."""
        return self.client.answers(self.path(suffix), organization=self.repository.credential, params=params)

    def following(self, answer: Answer) -> Iterator[Answer]:
        """Yield the pages that continue an answer."""
        return self.client.following(answer, organization=self.repository.credential)

    def pages(self, suffix: str, params: Mapping[str, str | int] | None = None) -> Iterator[list[Json]]:
        """Yield every page of a list, of 100 each, following Link headers."""
        return self.client.pages(
            self.path(suffix),
            organization=self.repository.credential,
            params={"per_page": PAGE_SIZE, **(params or {})},
        )

    def check_owner(self, page: list[Json]) -> None:
        """Raise where a list is of another repository, which has taken the name of a renamed one.

        The node id of the first item tells whether to ask: what it looks like is nobody's promise.
        """
        found = repository_in(page[0].get("node_id") or "", page[0]["id"]) if page else None
        if found not in {None, self.repository.id}:
            self.check_id(self.get("").body["id"])

    def check_id(self, found: int | None) -> None:
        """Raise where what was found under the name of the repository is of another one."""
        if found not in {None, self.repository.id}:
            reason = f"The name is that of another repository now ({found}): this one was renamed meanwhile"
            raise RepositoryError(0, reason, self.path(""))

    @property
    def has_graphql(self) -> bool:
        """Tell whether GraphQL has not turned away the organisation."""
        return self.client.has_graphql(self.repository.credential)

    def graphql(
        self, document: str, variables: Mapping[str, object], *, is_divisible: bool = False
    ) -> GraphQLAnswer:
        """Return the answer to a GraphQL document; see the client."""
        return self.client.graphql(
            document, variables, organization=self.repository.credential, is_divisible=is_divisible
        )
