"""Time in the generated world: UTC, in seconds since 1970."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LAST_DAY = date(2026, 6, 30)
"""The day on which a freshly generated organisation stands."""
SATURDAY = 5
OPENING_HOUR, CLOSING_HOUR = 8, 19


def day_start(day: date) -> int:
    """Return the first second of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def days(first: date, last: date) -> list[date]:
    """Return the days from the first to the last."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def iso(at: int) -> str:
    """Return a time as GitHub writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at_work(at: int) -> int:
    """Return the same time, or the next at which people work: their evenings and weekends are free."""
    moment = datetime.fromtimestamp(at, UTC)
    if moment.hour >= CLOSING_HOUR:
        moment += timedelta(hours=24 + OPENING_HOUR - moment.hour)
    elif moment.hour < OPENING_HOUR:
        moment += timedelta(hours=OPENING_HOUR - moment.hour)
    while moment.weekday() >= SATURDAY:
        moment += timedelta(days=1)
    return int(moment.timestamp())
