"""Durations as people say them."""

from __future__ import annotations

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOTHING = "\N{EN DASH}"


def duration(seconds: float | None) -> str:
    """Return a duration in the unit that suits it: `45 min`, `5.2 h`, `3.1 d`; a dash for None."""
    if seconds is None:
        return NOTHING
    if abs(seconds) < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if abs(seconds) < 2 * DAY:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / DAY:.1f} d"


def unit(longest_seconds: float) -> tuple[str, int]:
    """Return the unit of a chart's axis, by name and in seconds, in which LONGEST_SECONDS reads well."""
    if longest_seconds < 2 * HOUR:
        return "minutes", MINUTE
    return ("hours", HOUR) if longest_seconds < 4 * DAY else ("days", DAY)
