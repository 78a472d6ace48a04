"""The formula: what a run costs, from what it finds and what the units cost."""

from __future__ import annotations

from dataclasses import dataclass

PROBED_AT_ONCE = 100  # repositories of one query of the change probe, and of one page of their list


@dataclass(frozen=True)
class Found:
    """What a run finds: repositories, how many of them have changed, and pull requests that are read."""

    repositories: int
    changed: int
    pull_requests: int


@dataclass(frozen=True)
class Cost:
    """What a run costs: points of GitHub's limits, bytes of RECORD messages."""

    points: float
    bytes: float


@dataclass(frozen=True)
class Units:
    """What each of them costs."""

    hundred: Cost
    """A hundred repositories, changed or not: their list, the change probe."""
    repository: Cost
    """A repository that has changed."""
    pull_request: Cost
    """One that is read, with its reviews and commits, and its part of the files and deployments."""

    def cost(self, found: Found) -> Cost:
        """Return what a run costs that finds this."""
        amounts = (
            (self.hundred, found.repositories / PROBED_AT_ONCE),
            (self.repository, found.changed),
            (self.pull_request, found.pull_requests),
        )
        return Cost(
            sum(unit.points * amount for unit, amount in amounts),
            sum(unit.bytes * amount for unit, amount in amounts),
        )


def units(quiet: tuple[Found, Cost], few: tuple[Found, Cost], many: tuple[Found, Cost]) -> Units:
    """Return what explains three runs: one that finds nothing new, and two of different mixtures.

    The two are first syncs of organisations with few and with many pull requests for each repository.
    """
    hundreds = quiet[0].repositories / PROBED_AT_ONCE
    hundred = Cost(quiet[1].points / hundreds, quiet[1].bytes / hundreds)
    points, amounts = [], []
    for found, cost in (few, many):
        listed = found.repositories / PROBED_AT_ONCE
        points.append(cost.points - hundred.points * listed)
        amounts.append(cost.bytes - hundred.bytes * listed)
    mixtures = [(found.changed, found.pull_requests) for found, _ in (few, many)]
    of_points, of_bytes = _solved(mixtures, points), _solved(mixtures, amounts)
    return Units(hundred, Cost(of_points[0], of_bytes[0]), Cost(of_points[1], of_bytes[1]))


def _solved(mixtures: list[tuple[int, int]], totals: list[float]) -> tuple[float, float]:
    """Return what one of each costs, of two mixtures and their totals."""
    (r1, p1), (r2, p2) = mixtures
    determinant = r1 * p2 - r2 * p1
    return (totals[0] * p2 - totals[1] * p1) / determinant, (r1 * totals[1] - r2 * totals[0]) / determinant
