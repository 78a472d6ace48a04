"""Changes that are made on purpose: for an oddity, and on each day that is added later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.github.generator.clock import DAY, HOUR, MINUTE, day_start
from sandbox.github.generator.plan import PlannedReview, draw
from sandbox.github.generator.trees import Edit, Move, Remove, Write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sandbox.github.generator.plan import Plan
    from sandbox.github.generator.records import Pull
    from sandbox.github.generator.simulation import Simulation
    from sandbox.github.generator.trees import Change

LATE_MERGE_EVERY_DAYS = 2
LATE_BY = 45 * DAY
REVERT_AFTER = 5 * HOUR


def plan_day(simulation: Simulation, day: date) -> None:
    """Plan what happens on every day that is added to a generated organisation.

    A pull request comes and is merged, another stays open overnight; on every other day a branch is merged
    whose commits are old; a review is deleted, and a title is edited.
    """
    start = day_start(day)
    quick = _plan(simulation, day, "quick", start + 9 * HOUR)
    simulation.open_later(replace(quick, ended_at=start + 12 * HOUR, method="merge"))
    slow = _plan(simulation, day, "slow", start + 14 * HOUR)
    simulation.open_later(replace(slow, pushed_at=[start + 16 * HOUR], ended_at=start + 35 * HOUR))
    if day.toordinal() % LATE_MERGE_EVERY_DAYS == 0:
        late = _plan(simulation, day, "late", start + 10 * HOUR)
        old = [start - LATE_BY, start - LATE_BY + 3 * HOUR]
        simulation.open_later(replace(late, committed_at=old, ended_at=start + 13 * HOUR, method="merge"))
    simulation.at(start + 17 * HOUR, lambda at: _delete_review(simulation, at))
    simulation.at(start + 17 * HOUR + MINUTE, lambda at: _edit_title(simulation, at))


def _plan(simulation: Simulation, day: date, name: str, opened_at: int) -> Plan:
    first, second = simulation.everyone.members[:2]
    drawn = draw(f"{simulation.key}/{day}/{name}", day, simulation.everyone, "plain")
    return replace(
        drawn,
        author=second,
        merger=first,
        branch=f"{second.login.partition('-')[0]}/{day}-{name}",
        opened_at=opened_at,
        committed_at=[opened_at - HOUR],
        pushed_at=[],
        reviews=[
            PlannedReview(opened_at + 30 * MINUTE, first, "COMMENTED", "A question below."),
            PlannedReview(opened_at + HOUR, first, "APPROVED", ""),
        ],
        outcome="merge",
    )


def _delete_review(simulation: Simulation, at: int) -> None:
    """Delete a review; as at GitHub, the pull request's `updated_at` does not move."""
    rich = [pull for pull in simulation.records.pulls.values() if pull.closed_at and len(pull.reviews) > 1]
    if rich:
        simulation.random(f"delete/{at}").choice(rich).reviews.pop()


def _edit_title(simulation: Simulation, at: int) -> None:
    still_open = [pull for pull in simulation.records.pulls.values() if not pull.closed_at]
    if still_open:
        pull = still_open[-1]
        pull.title = f"{pull.title} (2nd try)"
        pull.updated_at = at


def renamed_file(tree: Mapping[str, bytes]) -> list[Change]:
    """Return the rename of a source file, with a small edit that keeps it recognisable."""
    path = next(path for path in sorted(tree) if path.count("/") > 1 and path.endswith((".py", ".ts")))
    target = path.replace("/", "/renamed_", 1)
    return [Move(path, target), Edit(target, 0.0, 1, b"# renamed\n")]


def revert(pull: Pull, full_name: str, merged_at: int) -> Plan:
    """Return the plan of the pull request that takes another one back."""
    opened_at = merged_at + REVERT_AFTER
    return replace(
        pull.plan,
        key=f"{pull.plan.key}/revert",
        oddity="plain",
        title=f'Revert "{pull.title}"',
        body=f"Reverts {full_name}#{pull.number}",
        branch=f"revert-{pull.number}-{pull.plan.branch}",
        opened_at=opened_at,
        committed_at=[opened_at - MINUTE],
        pushed_at=[],
        reviews=[replace(review, at=opened_at + HOUR, state="APPROVED") for review in pull.plan.reviews[:1]],
        ended_at=opened_at + 2 * HOUR,
    )


def undo(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Change]:
    """Return the changes that lead from a tree back to the one before it."""
    restored: list[Change] = [
        Write(path, content) for path, content in before.items() if after.get(path) != content
    ]
    return [*restored, *(Remove(path) for path in after if path not in before)]
