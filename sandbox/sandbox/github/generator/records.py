"""What the simulation leaves behind; commits are known by marks until git has named them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.github.generator.people import Person
    from sandbox.github.generator.plan import Plan, PlannedReview
    from sandbox.github.generator.trees import Tree


@dataclass(frozen=True)
class By:
    """Somebody, at a time."""

    person: Person
    at: int


@dataclass(frozen=True)
class Commit:
    """A commit; its mark is its place in the order in which commits were made, from 1."""

    mark: int
    parents: tuple[int, ...]
    author: By
    committer: By
    message: str
    tree: Tree


@dataclass
class Pull:
    """A pull request in its present state."""

    plan: Plan
    number: int
    title: str
    base: int
    """Where the branch left the default branch."""
    target: int
    """Where the default branch stood when the pull request was opened."""
    marks: list[int]
    updated_at: int
    reviews: list[tuple[int, PlannedReview]] = field(default_factory=list)
    """The reviews that were given, each with a number of its own in the repository."""
    closed_at: int | None = None
    merged: int | None = None
    """The commit by which it came to the default branch."""

    @property
    def head(self) -> int:
        """Return the newest commit of the branch."""
        return self.marks[-1]


@dataclass(frozen=True)
class Deployment:
    """A deployment with its statuses: (state, at)."""

    mark: int
    environment: str
    at: int
    statuses: list[tuple[str, int]]


@dataclass(frozen=True)
class Release:
    """A tagged state of the default branch."""

    mark: int
    tag: str
    at: int
    is_prerelease: bool
    is_draft: bool
    """A draft has no tag yet."""
    is_annotated: bool
    """The tag is an object of its own that names the commit."""
    tagger: Person


@dataclass
class Records:
    """Everything that happened in one repository."""

    commits: list[Commit] = field(default_factory=list)
    default_branch: list[tuple[int, int]] = field(default_factory=list)
    """Where the default branch stood: (since, mark), oldest first."""
    pulls: dict[int, Pull] = field(default_factory=dict)
    deployments: list[Deployment] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
