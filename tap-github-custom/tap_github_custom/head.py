"""The newest commit of a default branch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_github_custom import times

if TYPE_CHECKING:
    from datetime import datetime

    from tap_github_custom.repository import Json


@dataclass(frozen=True)
class Head:
    """Its SHA, and when it was committed (None: not known)."""

    sha: str
    committed_at: datetime | None = None

    @classmethod
    def of_rest(cls, commit: Json) -> Head:
        """Take an element of a list of commits."""
        return cls(commit["sha"], _moment((commit["commit"].get("committer") or {}).get("date")))

    @classmethod
    def of_graphql(cls, repository: Json) -> Head | None:
        """Take a repository of GraphQL; None for one without commits."""
        target: Any = (repository.get("defaultBranchRef") or {}).get("target")
        return cls(target["oid"], _moment(target.get("committedDate"))) if target else None


def _moment(text: str | None) -> datetime | None:
    return times.parse(text) if text else None
