"""A repository as the rest of the tap knows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Repository:
    """What every reading of a repository needs; the id is what stays when names change."""

    id: int
    node_id: str
    full_name: str
    organization: str
    """Login of the owner, as GitHub spelt it first: `_source_org` of every row."""
    credential: str
    """Login by which the settings name the owner: whose credential reads it."""
    default_branch: str | None
    has_pulls: bool = True
    """Whether it has pull requests at all: where they are switched off GitHub answers 404 for them."""

    @classmethod
    def of(cls, answer: Json, credential: str) -> Repository:
        """Take an answer of `GET /repos/{owner}/{repo}` or an element of a list of repositories."""
        return cls(
            id=answer["id"],
            node_id=answer["node_id"],
            full_name=answer["full_name"],
            organization=answer["owner"]["login"],
            credential=credential,
            default_branch=answer.get("default_branch"),
            has_pulls=answer.get("has_pull_requests") is not False,
        )

    @property
    def key(self) -> str:
        """Return what tells the repository apart in the state; rows belong to an organisation, too."""
        return f"{self.organization.lower()}/{self.id}"

    @property
    def columns(self) -> Row:
        """Return the columns that rows of most streams share."""
        return {"repository_id": self.id, "_source_org": self.organization}

    @property
    def named_columns(self) -> Row:
        """Return the shared columns with the name of the repository."""
        return {**self.columns, "repository_full_name": self.full_name}
