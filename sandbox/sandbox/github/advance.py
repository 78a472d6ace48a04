"""Days of activity on a generated organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.github.dataset import Dataset
from sandbox.github.generate import Origin, put

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


@dataclass(frozen=True)
class Summary:
    """What the days brought."""

    last_day: date
    pull_requests: int
    reviews: int
    commits: int
    deployments: int


def advance(data: Path, *, days: int) -> Summary:
    """Let days pass: pull requests, reviews, merges, deployments come, a review goes, a title changes.

    What was there is generated again, from the same seed, up to a later day: all that happened before
    happens again in the same way. A server that runs serves the new state from its next answer on.
    """
    before = Origin.read_from(data)
    after = replace(before, last_day=before.last_day + timedelta(days=days))
    old = _counts(data)
    put(data, after)
    return Summary(after.last_day, *(new - was for new, was in zip(_counts(data), old, strict=True)))


def _counts(data: Path) -> tuple[int, int, int, int]:
    repositories = Dataset(data).repository_by_id.values()
    return (
        sum(len(repository.pulls) for repository in repositories),
        sum(len(reviews) for repository in repositories for reviews in repository.reviews.values()),
        sum(len(repository.history.default_branch) for repository in repositories),
        sum(len(repository.deployments) for repository in repositories),
    )
