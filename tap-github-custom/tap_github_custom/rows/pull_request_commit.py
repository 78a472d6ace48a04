"""Rows of the stream `pull_request_commit`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_github_custom.repository import Json, Repository, Row

MAX_COMMITS = 250  # GET .../pulls/{number}/commits lists no more; the other sources are cut alike


@dataclass(frozen=True)
class PullCommit:
    """A commit of a pull request."""

    sha: str
    authored_at: str | None
    committed_at: str | None

    @classmethod
    def from_rest(cls, commit: Json) -> PullCommit:
        """Take an element of `GET .../pulls/{number}/commits`."""
        written = commit["commit"]
        author, committer = written.get("author") or {}, written.get("committer") or {}
        return cls(commit["sha"], author.get("date"), committer.get("date"))

    @classmethod
    def from_graphql(cls, node: Json) -> PullCommit:
        """Take a `PullRequestCommit`."""
        commit = node["commit"]
        return cls(commit["oid"], commit["authoredDate"], commit["committedDate"])


def pull_request_commit_rows(
    commits: Iterable[PullCommit], pull: Json, repository: Repository
) -> Iterator[Row]:
    """Yield the rows of a pull request's commits, which come oldest first."""
    for position, commit in enumerate(commits, start=1):
        if position > MAX_COMMITS:
            return
        yield {
            **repository.columns,
            "pull_request_id": pull["id"],
            "pull_request_number": pull["number"],
            "commit_sha": commit.sha,
            "position": position,
            "authored_at": commit.authored_at,
            "committed_at": commit.committed_at,
        }
