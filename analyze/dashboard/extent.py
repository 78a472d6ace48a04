"""What data there is at all, and what to say where it is old or falls short of a period."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from dashboard.durations import duration

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from dashboard.view import Period

    Rows = Sequence[Mapping[str, Any]]

DAY = timedelta(days=1)
# As the freshness of dbt's sources: transform/models/staging/github/_github__sources.yml.
WARN_AFTER = timedelta(hours=8)
STALE_AFTER = timedelta(hours=24)
QUIET_AFTER = timedelta(days=7)
NAMED = 5
MARKUP = re.compile(f"[{re.escape(string.punctuation)}]")


@dataclass(frozen=True)
class Extent:
    """The first day of the data, the day after its last whole one, and when it was last loaded (UTC)."""

    first_day: date
    end_day: date
    last_at: datetime
    loaded_at: datetime


@dataclass(frozen=True)
class Notice:
    """A sentence above the numbers, and how much it matters."""

    kind: Literal["info", "warning", "error"]
    text: str


def extent(row: dict[str, Any]) -> Extent | None:
    """Return the extent by the row of extent.sql; None where there is no pull request.

    The day of the last load was not over, so it is left out, but where there is no other.
    """
    if not row["pull_request_count"]:
        return None
    first, last = row["first_at"].date(), row["last_at"].date()
    end = min(last + DAY, row["loaded_at"].date())
    return Extent(first, max(end, first + DAY), row["last_at"], row["loaded_at"])


def notices(there: Extent, period: Period, now: datetime) -> list[Notice]:
    """Return what the reader must know about the data of a period; NOW is in UTC, without a zone."""
    return [*_age(there, now), *_gaps(there, period)]


def _age(there: Extent, now: datetime) -> list[Notice]:
    age = now - there.loaded_at
    said = f"Nothing has been loaded for {duration(age.total_seconds())}"
    if age > STALE_AFTER:
        return [Notice("error", f"**Stale data.** {said}: see whether the pipeline runs.")]
    if age > WARN_AFTER:
        return [Notice("warning", f"**Data may be stale.** {said}.")]
    if now - there.last_at > QUIET_AFTER:
        newest = f"The newest activity in the data is of {there.last_at:%Y-%m-%d}"
        return [Notice("info", f"{newest}; periods are counted back from it.")]
    return []


def lag(rows: Rows, organizations: Collection[str], there: Extent, now: datetime) -> list[Notice]:
    """Return what to say of ORGANIZATIONS that stay behind others; NOW is in UTC, without a zone.

    ROWS have source_org and last_loaded_at, those first that have rested longest.
    """
    behind = [
        row
        for row in rows
        if row["source_org"] in organizations and there.loaded_at - row["last_loaded_at"] > WARN_AFTER
    ]
    if not behind:
        return []
    named = [
        f"for {_plain(row['source_org'])} in {duration((now - row['last_loaded_at']).total_seconds())}"
        for row in behind[:NAMED]
    ]
    more = [f"for {len(behind) - NAMED:,} more"] if len(behind) > NAMED else []
    text = f"**Some data is old.** Nothing has been loaded {', '.join([*named, *more])}, unlike for others"
    return [Notice("warning", f"{text}: see whether their runs go well.")]


def _plain(name: str) -> str:
    """Return a name of the data as Markdown that shows it as it is."""
    return MARKUP.sub(r"\\\g<0>", " ".join(name.split()))


def _gaps(there: Extent, period: Period) -> list[Notice]:
    if period.end_day <= there.first_day or period.first_day >= there.end_day:
        text = f"**No data.** The data goes from {there.first_day} to {there.end_day - DAY}."
        return [Notice("warning", text)]
    found = []
    if period.first_day < there.first_day:
        found.append(f"it begins on {there.first_day}")
    if period.end_day > there.end_day:
        found.append(f"its last whole day is {there.end_day - DAY}")
    if not found:
        return []
    return [Notice("warning", f"**Partial data.** It does not cover the period: {', and '.join(found)}.")]


def can_compare(there: Extent, period: Period) -> bool:
    """Return whether the period before is covered, so that a comparison is fair."""
    return period.previous_day >= there.first_day
