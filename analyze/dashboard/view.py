"""A view: the filters, as the URL says them and as the queries take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.statement import Value

WEEK = timedelta(days=7)
WEEKS = (4, 12, 26, 52)
DEFAULT_WEEKS = 12


@dataclass(frozen=True)
class Period:
    """Whole days, the last of them left out, in UTC."""

    first_day: date
    end_day: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.end_day - self.first_day).days

    @property
    def previous_day(self) -> date:
        """Return the first day of the period of the same length before it."""
        return self.first_day - timedelta(days=self.days)

    @property
    def last_day(self) -> date:
        """Return the last day that counts."""
        return self.end_day - timedelta(days=1)


@dataclass(frozen=True)
class View:
    """What is looked at; no organisation, team or repository means all of them.

    PERIOD is the number of weeks before the end of the data, or a period of one's own.
    """

    organizations: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    period: int | Period = DEFAULT_WEEKS
    with_bots: bool = False
    with_people: bool = False

    def within(self, end_day: date) -> Period:
        """Return the period, where the data ends before END_DAY."""
        if isinstance(self.period, Period):
            return self.period
        return Period(end_day - self.period * WEEK, end_day)

    def values(self, period: Period) -> dict[str, Value | tuple[str, ...]]:
        """Return the values that the queries take."""
        return {
            "any_organization": not self.organizations,
            "organizations": self.organizations,
            "any_team": not self.teams,
            "teams": self.teams,
            "any_repository": not self.repositories,
            "repositories": self.repositories,
            "with_bots": self.with_bots,
            "with_people": self.with_people,
            "first_day": period.first_day,
            "end_day": period.end_day,
            "previous_day": period.previous_day,
        }


@dataclass(frozen=True)
class Parameters:
    """The query string of a URL: names with all their values."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a name."""
        return tuple(self.values.get(name, ()))

    def only(self, name: str) -> str | None:
        """Return the last value of a name."""
        return next(reversed(self.every(name)), None)


def read(parameters: Parameters) -> View:
    """Return the view that a URL means; what it says amiss counts as not said."""
    return View(
        organizations=parameters.every("org"),
        teams=parameters.every("team"),
        repositories=parameters.every("repo"),
        period=_own_period(parameters) or _weeks(parameters.only("weeks")),
        with_bots=parameters.only("bots") == "1",
        with_people=parameters.only("people") == "1",
    )


def write(view: View) -> dict[str, list[str]]:
    """Return the query string of a view; what is as usual is left out."""
    written = {
        "org": list(view.organizations),
        "team": list(view.teams),
        "repo": list(view.repositories),
        "bots": ["1"] * view.with_bots,
        "people": ["1"] * view.with_people,
    }
    if isinstance(view.period, Period):
        written["from"] = [view.period.first_day.isoformat()]
        written["to"] = [view.period.last_day.isoformat()]
    elif view.period != DEFAULT_WEEKS:
        written["weeks"] = [str(view.period)]
    return {name: values for name, values in written.items() if values}


def _weeks(text: str | None) -> int:
    return next((weeks for weeks in WEEKS if str(weeks) == text), DEFAULT_WEEKS)


def _own_period(parameters: Parameters) -> Period | None:
    try:
        first, last = (date.fromisoformat(parameters.only(name) or "") for name in ("from", "to"))
        own = Period(first, last + timedelta(days=1))
        is_period = own.previous_day < first  # which overflows where the calendar has no days before it
    except (ValueError, OverflowError):
        return None
    return own if is_period else None
