"""The commits that a pull request consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_github_custom.git.commit import PullCommit
from tap_github_custom.git.errors import ObjectsMissingError
from tap_github_custom.git.object_store import between
from tap_github_custom.git.timestamps import utc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.git.object_store import ObjectStore

MAX_COMMITS = 250  # GitHub lists no more of one pull request


@dataclass(frozen=True, slots=True)
class PullRange:
    """The number and both ends of a pull request, as its object gives them (`base.sha`, `head.sha`)."""

    number: int
    base_sha: str
    head_sha: str


@dataclass(frozen=True, slots=True)
class PullCommits:
    """The commits of one pull request, oldest first; where git cannot tell them, none and the reason."""

    number: int
    commits: Sequence[PullCommit]
    reason: str | None = None


def read_pull_commits(store: ObjectStore, pull: PullRange) -> PullCommits:
    """Return what lies between the ends of a pull request, as far as GitHub lists it."""
    about = (pull.base_sha, pull.head_sha)
    try:
        output = store.read("log", "--reverse", "--format=format:%H %at %ct", *between(*about), about=about)
    except ObjectsMissingError as error:
        return PullCommits(pull.number, [], str(error))
    return PullCommits(pull.number, [_commit(line) for line in output.splitlines()[:MAX_COMMITS]])


def _commit(line: bytes) -> PullCommit:
    sha, authored_at, committed_at = line.split(b" ")
    return PullCommit(sha.decode("ascii"), utc(authored_at), utc(committed_at))
