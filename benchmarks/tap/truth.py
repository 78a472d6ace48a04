"""The rows that there are to be read, out of a data folder."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from sandbox.github.dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.github.repository import Repository

Key = tuple[Any, ...]
Values = dict[str, Any]
Tables = dict[str, dict[Key, Values]]

MAX_PULL_COMMITS = 250  # GitHub lists no more of one pull request
MAX_FILES = 3000  # nor of one commit


def truth(data: Path) -> Tables:
    """Return every row by table and key."""
    tables: Tables = defaultdict(dict)
    for repository in Dataset(data).repository_by_id.values():
        for table, key, values in _rows(repository):
            tables[table][key] = values
    return tables


def _rows(repository: Repository) -> Iterator[tuple[str, Key, Values]]:
    yield "repository", (repository.id,), repository.recorded
    for sha in repository.history.default_branch:
        yield from _commit(repository.id, repository.history.commits[sha])
    for number, shas in repository.pull_commits.items():
        for sha in shas[:MAX_PULL_COMMITS]:
            yield "pull_request_commit", (repository.id, number, sha), {}
    for table, rows in (
        ("pull_request", repository.pulls.values()),
        ("pull_request_review", chain.from_iterable(repository.reviews.values())),
        ("deployment", repository.deployments),
        ("deployment_status", chain.from_iterable(repository.deployment_statuses.values())),
        ("release", repository.releases),
    ):
        for row in rows:
            yield table, (row["id"],), row


def _commit(repository_id: int, commit: Any) -> Iterator[tuple[str, Key, Values]]:  # noqa: ANN401 - JSON
    inner, stats = commit["commit"], commit["stats"]
    values = {
        "message": inner["message"],
        "authored_at": inner["author"]["date"],
        "additions": stats["additions"],
        "deletions": stats["deletions"],
    }
    yield "commit", (repository_id, commit["sha"]), values
    for file in commit["files"][:MAX_FILES]:
        yield "commit_file", (repository_id, commit["sha"], file["filename"]), file
