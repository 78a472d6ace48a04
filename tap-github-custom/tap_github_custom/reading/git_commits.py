"""Reads commits, their files and the commits of pull requests from a clone."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tap_github_custom.git import PullRange
from tap_github_custom.reading.commits import commit_emissions
from tap_github_custom.rows.pull_request_commit import PullCommit
from tap_github_custom.stream_names import PATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.emission import Emission
    from tap_github_custom.git import GitCommit, GitFile, Mirror
    from tap_github_custom.reading.accounts import Accounts
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json

COMMITS_AT_A_TIME = 1_000


class GitCommits:
    """One reading of a repository's commits from its clone, which has been fetched."""

    def __init__(self, source: Source, mirror: Mirror, accounts: Accounts) -> None:
        """Take where to read from."""
        self._source = source
        self._mirror = mirror
        self._accounts = accounts

    def read(self, old: str | None, new: str) -> Iterator[Emission]:
        """Yield the rows of the commits that are reachable from NEW and not from OLD.

        A clone keeps what a force-push has taken away; where OLD is nevertheless unknown (the clone was made
        since), all commits are read again: they cost no request.
        """
        is_known = old is not None and self._mirror.contains(old)
        commits = self._mirror.commits(
            old if is_known else None,
            new,
            since=None if is_known else self._source.start,
            patch=PATCH in self._source.wanted,
        )
        yield from commit_emissions(self._source, self._as_rest(commits))

    def _as_rest(self, commits: Iterator[GitCommit]) -> Iterator[tuple[Json, list[Json]]]:
        """Yield commits and files as the REST API shows them."""
        while part := list(islice(commits, COMMITS_AT_A_TIME)):
            self._accounts.learn(self._source, part)
            for commit in part:
                yield self._commit(commit), [_file(file) for file in commit.files]

    def _commit(self, commit: GitCommit) -> Json:
        author, committer = commit.author, commit.committer
        return {
            "sha": commit.sha,
            "commit": {
                "message": commit.message,
                "author": {"name": author.name, "email": author.email, "date": author.at},
                "committer": {"name": committer.name, "email": committer.email, "date": committer.at},
            },
            "author": self._accounts.of(author.email),
            "committer": self._accounts.of(committer.email),
            "parents": [{"sha": sha} for sha in commit.parents],
            "stats": {"additions": commit.additions, "deletions": commit.deletions},
        }


def pull_commits_of(mirror: Mirror, pulls: list[Json]) -> dict[int, list[PullCommit]]:
    """Return the commits of pull requests by number, of those whose objects the clone has."""
    ranges = [PullRange(pull["number"], pull["base"]["sha"], pull["head"]["sha"]) for pull in pulls]
    return {
        found.number: [PullCommit(each.sha, each.authored_at, each.committed_at) for each in found.commits]
        for found in mirror.commits_of_pulls(ranges)
        if found.reason is None
    }


def _file(file: GitFile) -> Json:
    return {
        "filename": file.filename,
        "previous_filename": file.previous_filename,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.changes,
        "sha": file.blob_sha,
        "patch": file.patch,
    }
