"""Deployments and releases of a repository's default branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.generator.clock import HOUR, MINUTE, day_start
from sandbox.github.generator.records import Deployment, Release

if TYPE_CHECKING:
    from datetime import date

    from sandbox.github.generator.simulation import Simulation

FAILURE_RATE = 0.08
RELEASE_EVERY_DAYS = 14
PRERELEASE_EVERY = 5
DRAFT_EVERY = 7
ANNOTATED_EVERY = 2


def plan_day(simulation: Simulation, day: date) -> None:
    """Plan a deployment to staging at noon and in the afternoon, to production later, and releases."""
    start = day_start(day)
    if simulation.settings.is_deployed:
        simulation.at(start + 11 * HOUR + 30 * MINUTE, lambda at: _deploy(simulation, "staging", at))
        simulation.at(start + 13 * HOUR + 30 * MINUTE, lambda at: _deploy(simulation, "staging", at))
        simulation.at(start + 15 * HOUR, lambda at: _deploy(simulation, "production", at))
    if simulation.settings.is_released and day.toordinal() % RELEASE_EVERY_DAYS == 1:
        simulation.at(start + 16 * HOUR, lambda at: _release(simulation, at))


def _deploy(simulation: Simulation, environment: str, at: int) -> None:
    """Deploy the default branch, where it has moved since the last success."""
    earlier = [each for each in simulation.records.deployments if each.environment == environment]
    succeeded = [each for each in earlier if any(state == "success" for state, _ in each.statuses)]
    if succeeded and succeeded[-1].mark == simulation.head:
        return
    done_at = at + 6 * MINUTE
    failed = simulation.random(f"deploy/{environment}/{at}").random() < FAILURE_RATE
    statuses = [("in_progress", at + 10), ("failure" if failed else "success", done_at)]
    simulation.records.deployments.append(Deployment(simulation.head, environment, at, statuses))
    if succeeded and not failed:
        succeeded[-1].statuses.append(("inactive", done_at + 2))


def _release(simulation: Simulation, at: int) -> None:
    number = len(simulation.records.releases)
    is_prerelease = number % PRERELEASE_EVERY == PRERELEASE_EVERY - 1
    tag = f"v1.{number}.0" + ("-rc.1" if is_prerelease else "")
    is_draft = number % DRAFT_EVERY == DRAFT_EVERY - 1
    is_annotated = number % ANNOTATED_EVERY == ANNOTATED_EVERY - 1
    tagger = simulation.everyone.members[0]
    release = Release(simulation.head, tag, at, is_prerelease, is_draft, is_annotated, tagger)
    simulation.records.releases.append(release)
