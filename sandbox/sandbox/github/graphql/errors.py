"""Refusals, worded and typed as GitHub's GraphQL errors are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphql import GraphQLError


class Refusal(Exception):  # noqa: N818 - what GitHub refuses is not always an error
    """An entry of `errors`: its type and its message."""

    def __init__(self, kind: str, message: str) -> None:
        """Keep GitHub's own words."""
        super().__init__(message)
        self.kind = kind


class UnresolvedError(Refusal):
    """Something that does not exist, or must not be known to exist."""

    def __init__(self, what: str) -> None:
        """Say what could not be found."""
        super().__init__("NOT_FOUND", f"Could not resolve to {what}")


class CursorError(Refusal):
    """A cursor that no connection has given."""

    def __init__(self, cursor: str) -> None:
        """Show the cursor."""
        super().__init__("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")


def entry(error: GraphQLError) -> dict[str, Any]:
    """Return an error as an entry of `errors`."""
    shown: dict[str, Any] = {}
    if isinstance(error.original_error, Refusal):
        shown["type"] = error.original_error.kind
    if error.path is not None:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    shown["message"] = error.message
    return shown
