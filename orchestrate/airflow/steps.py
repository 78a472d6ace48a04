"""The steps of a schedule: what Meltano does at once, in the order of the job."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

EXTRACTOR = "tap-github-custom"
FRESHNESS = "dbt:freshness"


@dataclass(frozen=True)
class Step:
    """One call of Meltano: an extractor with its loader, or a command of a plugin."""

    arguments: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the task is called."""
        return identifier("_".join(self.arguments[1:]))

    @property
    def has_parts(self) -> bool:
        """Whether several workers may share it."""
        return self.arguments[:2] == ("run", EXTRACTOR)


@dataclass(frozen=True)
class Schedule:
    """A schedule of Meltano."""

    name: str
    cron: str | None
    """None: it is started by hand."""
    steps: tuple[Step, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_meltano(cls, listed: Mapping[str, Any]) -> Schedule:
        """Return a schedule as `meltano schedule list --format=json` has it."""
        job = listed.get("job")
        steps = tuple(split(job["tasks"])) if job else (Step(("schedule", "run", listed["name"])),)
        if not any(FRESHNESS in step.arguments for step in steps):
            steps = (*steps, Step(("run", FRESHNESS)))
        cron = "@once" if listed["interval"] == "@once" else listed["cron_interval"]
        return cls(identifier(listed["name"]), cron, steps, listed.get("env") or {})


def split(tasks: Iterable[str | list[str]]) -> Iterator[Step]:
    """Return the steps of a job's tasks.

    A loader ends a step, and so does a command (`dbt:run`). A loader that is not called target-... ends none:
    Meltano then does it and what follows in one step, in the same order.
    """
    for task in tasks:
        step: list[str] = []
        for name in task.split() if isinstance(task, str) else task:
            step.append(name)
            if name.startswith("target-") or ":" in name:
                yield Step(("run", *step))
                step = []
        if step:
            yield Step(("run", *step))


def identifier(text: str) -> str:
    """Return a text as Airflow takes it for a name."""
    return re.sub(r"[^\w.-]", "_", text, flags=re.ASCII)
