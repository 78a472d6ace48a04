"""A commit with its files, as GitHub's API tells it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something; `at` is UTC, in the form 2026-01-31T12:00:00Z."""

    name: str
    email: str
    at: str


@dataclass(frozen=True, slots=True)
class GitFile:
    """A file that a commit changes, against its first parent: an item of `files` of `GET .../commits/{sha}`.

    `status` is one of GitHub's words (added, removed, modified, renamed, changed); `additions`, `deletions`
    and `changes` are lines, 0 for binary files; `blob_sha` is the old blob of a removed file, else the new
    one. `patch` is None where it was not asked for, and where GitHub leaves it out too.
    """

    filename: str
    previous_filename: str | None
    status: str
    additions: int
    deletions: int
    blob_sha: str
    patch: str | None = None

    @property
    def changes(self) -> int:
        """Return the number of lines that were added or deleted."""
        return self.additions + self.deletions


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A commit: what `GET .../commits/{sha}` says of it, as far as git knows."""

    sha: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str
    files: tuple[GitFile, ...] = field(repr=False)

    @property
    def additions(self) -> int:
        """Return the lines added in all files, as `stats` has them."""
        return sum(file.additions for file in self.files)

    @property
    def deletions(self) -> int:
        """Return the lines deleted in all files, as `stats` has them."""
        return sum(file.deletions for file in self.files)


@dataclass(frozen=True, slots=True)
class PullCommit:
    """A commit of a pull request; times are UTC, in the form 2026-01-31T12:00:00Z."""

    sha: str
    authored_at: str
    committed_at: str
