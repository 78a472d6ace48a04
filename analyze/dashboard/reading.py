"""A reading of the marts: the queries of a page, for a view and a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dashboard import warehouse
from dashboard.extent import can_compare

if TYPE_CHECKING:
    from datetime import date

    from dashboard.extent import Extent
    from dashboard.view import Period, View

    Row = dict[str, Any]

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Weeks:
    """What a query says by week and period: of this period, of the one before, and of each week of this one.

    CURRENT and BEFORE are empty where there is nothing; BEFORE also where the data does not cover it.
    WEEKS are in their order, each with the day that it begins on.
    """

    current: Row
    before: Row
    weeks: list[Row]


@dataclass(frozen=True)
class Reading:
    """What a page asks the warehouse with, and what data there is."""

    view: View
    period: Period
    there: Extent

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a query."""
        values = {**self.view.values(self.period), "data_end_day": self.there.end_day}
        return warehouse.rows(name, values)

    def by_week(self, name: str) -> Weeks:
        """Return the rows of a query that has a row per period and one per week of it."""
        rows = self.rows(name)
        totals = {row["is_current"]: row for row in rows if row.get("is_total")}
        return Weeks(
            current=totals.get(True, {}),
            before=totals.get(False, {}) if can_compare(self.there, self.period) else {},
            weeks=self.weekly([row for row in rows if row["is_current"] and not row.get("is_total")]),
        )

    def weekly(self, rows: list[Row]) -> list[Row]:
        """Return rows in the order of their weeks, less those of a week that the period only touches."""
        dated = [{"week": self._week(row["weeks_ago"]), **row} for row in rows]
        return sorted(
            (row for row in dated if row["week"] >= self.period.first_day), key=lambda row: row["week"]
        )

    def _week(self, weeks_ago: int) -> date:
        return self.period.end_day - (weeks_ago + 1) * WEEK

    def every_week(self) -> list[date]:
        """Return the first day of each whole week of the period; a week without anything counts, too."""
        return [self._week(number) for number in reversed(range(self.period.days // 7))]


def percentiles(row: Row, name: str, cases: str) -> Row:
    """Return the percentiles of NAME under the names that charts take: p50, p75, p95 and case_count."""
    return {each: row[f"{name}_{each}"] for each in ("p50", "p75", "p95")} | {"case_count": row[cases]}
