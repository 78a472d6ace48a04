"""What is worth an alert: pure decisions on what a run left behind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from orchestrate.alert.runs import with_the_last_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from orchestrate.alert.runs import Told

LOADER = "target-gcs-snowflake-merge"
ENDINGS_THAT_ARE_WELL = ("complete", "ended early")  # the latter: a budget is spent, the next run goes on
MOST_NAMES = 5
MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Seen:
    """What is known of a run and of the tables."""

    exit_code: int | None = None
    """Of the command; None where none was run."""
    told: Sequence[Told] = field(default_factory=tuple)
    """By the run, or by those of late."""
    newest: datetime | None = None
    """When a batch was last committed, UTC; None: never."""
    newest_of: Mapping[str, datetime] = field(default_factory=dict)
    """The same for each organisation that is still read."""
    failure_to_look: str = ""
    """Why the warehouse could not be asked."""


def problems(seen: Seen, now: datetime, stale_after: timedelta) -> list[str]:
    """Return a sentence for each problem, none where all is well; NOW is UTC, as `newest` is."""
    found = []
    if seen.exit_code:
        found.append(_ending(seen.exit_code))
    if seen.failure_to_look:
        return [*found, f"Nobody knows whether data is stale: {_cut(seen.failure_to_look)}"]
    if seen.exit_code and not any(row.plugin == LOADER for row in seen.told):
        found.append("It left no row in _RUN_SUMMARY: the loader never began, or was killed.")
    for row in with_the_last_word(seen.told):
        of_run = (
            f"Run {row.run_id}: " if seen.exit_code is None else ""
        )  # the heading names that of a command
        found += [f"{of_run}{problem}" for problem in _of_row(row)]
    return [*found, *_stale(seen, now, stale_after)]


def _stale(seen: Seen, now: datetime, stale_after: timedelta) -> list[str]:
    """Return what is too old: all of the data, or that of some organisations beside others."""
    if seen.newest is None:
        return ["Nothing was ever loaded."]
    if now - seen.newest > stale_after:
        return [
            f"Data is stale: the newest load is {_hours(seen.newest, now)} hours old ({_utc(seen.newest)})."
        ]
    return [
        f"Data of {name} is stale: its newest load is {_hours(newest, now)} hours old ({_utc(newest)})."
        for name, newest in sorted(seen.newest_of.items())
        if now - newest > stale_after
    ]


def _hours(moment: datetime, now: datetime) -> str:
    return f"{(now - moment).total_seconds() / 3600:.0f}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _ending(exit_code: int) -> str:
    if exit_code < 0:
        return f"The run was ended by signal {-exit_code}."
    return f"The run failed with exit code {exit_code}."


def _of_row(row: Told) -> list[str]:
    found = []
    if row.stream is not None:
        rejected = f"{row.rejected:,} records of {row.stream} were rejected: see _REJECTED_RECORD."
        return [rejected] if row.rejected else []
    if row.outcome and not row.outcome.startswith(ENDINGS_THAT_ARE_WELL):
        found.append(f"{row.plugin} {_cut(row.outcome)}")
    if row.skipped:
        names = _skipped(row.details)
        shown = [*names[:MOST_NAMES], *(["..."] if len(names) > MOST_NAMES else [])]
        of_names = f": {', '.join(shown)}" if shown else ", see the log"
        found.append(f"{row.skipped:,} repositories were skipped{of_names}")
    return found


def _skipped(details: str | None) -> list[str]:
    """Return the names of what was skipped, as far as the tap has told them."""
    try:
        told: Any = json.loads(details or "{}")
        return [str(each["repository"]) for each in told["skipped"]]
    except (ValueError, TypeError, KeyError):
        return []


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."
