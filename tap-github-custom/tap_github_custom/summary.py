"""What a run did and what it cost, for people and for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tap_github_custom.client import Usage

COMPLETE = "complete"


@dataclass
class Summary:
    """Filled while the run goes on."""

    began: datetime
    shard: str
    rows: dict[str, int] = field(default_factory=dict)
    read: int = 0
    unchanged: int = 0
    skipped: dict[str, str] = field(default_factory=dict)
    """Repositories, and pull requests of others, that could not be read, each with the reason."""
    others: int = 0
    """What else could be read: organisations of which only people were wanted, or of which this shard holds
    nothing."""
    people: dict[str, dict[str, int]] = field(default_factory=dict)
    """For each organisation how many logins were matched, and how many were not."""
    outcome: str = COMPLETE
    """complete, or why the run ended early."""

    @property
    def is_all_skipped(self) -> bool:
        """Tell whether there was something to read, and none of it could be.

        A run that its budget ended does not know that: it has not come to all.
        """
        is_any = self.read or self.unchanged or self.others
        return self.outcome == COMPLETE and bool(self.skipped) and not is_any

    def as_json(self, usage: Usage, finished: datetime) -> dict[str, Any]:
        """Return everything, for machines."""
        return {
            "began": self.began.isoformat(),
            "finished": finished.isoformat(),
            "seconds": round((finished - self.began).total_seconds(), 3),
            "outcome": self.outcome,
            "shard": self.shard,
            "rows": dict(sorted(self.rows.items())),
            "repositories": {
                "read": self.read,
                "unchanged": self.unchanged,
                "skipped": [
                    {"repository": name, "reason": reason} for name, reason in sorted(self.skipped.items())
                ],
            },
            "users": self.people,
            "usage": usage.spending(),
        }

    def as_told(self, usage: Usage, finished: datetime) -> dict[str, Any]:
        """Return what the target is told: sums under the names of the convention, then everything."""
        everything = self.as_json(usage, finished)
        spent = [spending for resources in everything["usage"].values() for spending in resources.values()]
        names = ("requests", "points", "waits", "waited_seconds")
        return {
            "plugin": "tap-github-custom",
            **everything,
            **{name: sum(spending[name] for spending in spent) for name in names},
            "skipped": everything["repositories"]["skipped"],
        }

    def lines(self, usage: Usage, finished: datetime) -> list[str]:
        """Return the summary as lines for people."""
        seconds = (finished - self.began).total_seconds()
        rows = ", ".join(f"{count:,} {stream}" for stream, count in sorted(self.rows.items()) if count)
        lines = [
            (
                f"Run {self.outcome}: {self.read:,} repositories read, {self.unchanged:,} unchanged, "
                f"{len(self.skipped):,} skipped, in {seconds:.1f} s"
            ),
            f"Rows: {rows or 'none'}",
        ]
        for organization, resources in usage.spending().items():
            spent = (_spent(resource, spending) for resource, spending in resources.items())
            lines.append(f"Spent on {organization}: {'; '.join(spent)}")
        lines += [
            f"Users of {organization}: {counts['matched']:,} matched, {counts['unmatched']:,} not"
            for organization, counts in self.people.items()
        ]
        lines += [f"Skipped {name}: {reason}" for name, reason in sorted(self.skipped.items())]
        return lines


def _spent(resource: str, spending: dict[str, Any]) -> str:
    name = {"core": "REST", "graphql": "GraphQL"}.get(resource, resource)
    left = (
        "" if spending["remaining"] is None else f", {spending['remaining']:,} of {spending['limit']:,} left"
    )
    waited = f", {spending['waited_seconds']:.0f} s waited" if spending["waits"] else ""
    return f"{name} {spending['requests']:,} requests, {spending['points']:,} points{waited}{left}"


def write_json(path: Path, summary: dict[str, Any]) -> None:
    """Write the summary in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
