"""What GitHub answers, decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_github_custom.errors import GraphQLError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reply:
    """An HTTP answer as it came, before anybody judged it; the names of its headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True)
class Answer:
    """A success: the decoded body (None where there is none) and the URL that it came from in the end."""

    status: int
    body: Any
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class GraphQLProblem:
    """One of the errors beside the data: GitHub's type ("NOT_FOUND", "FORBIDDEN"; may be empty) and text."""

    type: str
    message: str
    path: tuple[str | int, ...] = ()
    code: str = ""
    """Of those who find the question itself wrong: `undefinedField`."""

    @classmethod
    def from_json(cls, error: Any) -> GraphQLProblem:  # noqa: ANN401 - decoded JSON
        """Return one member of `errors`; what is not there is empty."""
        given = error if isinstance(error, dict) else {"message": str(error)}
        path, extensions = given.get("path"), given.get("extensions")
        return cls(
            type=str(given.get("type") or ""),
            message=str(given.get("message") or ""),
            path=tuple(path) if isinstance(path, list) else (),
            code=str(extensions.get("code") or "") if isinstance(extensions, dict) else "",
        )


def next_cursor(connection: Mapping[str, Any], cursor: str | None) -> str | None:
    """Return the cursor of what follows the page behind CURSOR, or None at the end of a connection.

    Raises `GraphQLError` where the page leads back to itself: the list would never end.
    """
    page = connection["pageInfo"]
    if not page["hasNextPage"]:
        return None
    following: str | None = page["endCursor"]
    if following in {None, cursor}:
        message = "A list of GraphQL leads back to itself."
        raise GraphQLError(message)
    return following


@dataclass(frozen=True)
class GraphQLAnswer:
    """The data of a GraphQL query, which may lack what `errors` speaks of."""

    data: dict[str, Any]
    errors: tuple[GraphQLProblem, ...] = field(default=())

    def problems_of(self, *path: str) -> dict[int | None, list[GraphQLProblem]]:
        """Return the errors about the items of the list at PATH, by index; under None those about any."""
        found: dict[int | None, list[GraphQLProblem]] = {}
        for problem in self.errors:
            below = problem.path[len(path) :] if problem.path[: len(path)] == path else ()
            index = below[0] if below and isinstance(below[0], int) else None
            found.setdefault(index, []).append(problem)
        return found
