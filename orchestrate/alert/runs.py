"""Which runs have the last word: of workers beside each other, each the last one of its own part."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Told:
    """A row of _RUN_SUMMARY."""

    plugin: str
    stream: str | None
    outcome: str | None
    rejected: int = 0
    skipped: int = 0
    details: str | None = None
    run_id: str = ""
    ended_at: datetime = datetime.min  # noqa: DTZ901 - UTC, as Snowflake has it


@dataclass(frozen=True)
class Run:
    """The rows of a run, and which part of the work it was, as far as its tap has told."""

    rows: Sequence[Told]
    ended_at: datetime
    shard: str | None
    organisations: frozenset[str]

    @classmethod
    def of(cls, rows: Sequence[Told]) -> Run:
        """Return the run that has left these rows."""
        details = next((row.details for row in rows if row.details), "{}")
        ended_at = max(row.ended_at for row in rows)
        try:
            told: Any = json.loads(details)
            return cls(rows, ended_at, str(told["shard"]), frozenset(told["usage"]))
        except (ValueError, TypeError, KeyError):
            return cls(rows, ended_at, None, frozenset())

    def stands_for(self, earlier: Run) -> bool:
        """Tell whether this is what has become of the part of an earlier run; where in doubt it is not."""
        is_known = earlier.shard is not None and bool(earlier.organisations)
        return is_known and self.shard == earlier.shard and self.organisations >= earlier.organisations


def with_the_last_word(rows: Iterable[Told]) -> list[Told]:
    """Return the rows of the runs that no later one stands for, in the order in which these ended."""
    of_run: defaultdict[str, list[Told]] = defaultdict(list)
    for row in rows:
        of_run[row.run_id].append(row)
    runs = sorted(map(Run.of, of_run.values()), key=lambda run: run.ended_at)
    last = [
        run for place, run in enumerate(runs) if not any(each.stands_for(run) for each in runs[place + 1 :])
    ]
    return [row for run in last for row in run.rows]
