"""Gap: with which day a week begins is what WEEK_START says, for DATE_TRUNC and for the day of the week.

ALTER ACCOUNT and ALTER USER set it for whoever logs in later, whichever user that is, until the server ends.
LAST_DAY, WEEK and DATEDIFF know weeks from Monday on only.
"""

from __future__ import annotations

import re

from sqlglot import Expr, exp

ISO = 0  # weeks from Monday on, days from 0 (Sunday) to 6
_DAYS = 7
_ALTER = re.compile(
    r"\s*ALTER\s+(?P<whose>ACCOUNT|USER|SESSION)\b.*?\b(?P<action>SET|UNSET)\b.*\bWEEK_START\b"
    r"(\s*=\s*'?(?P<day>[0-7])\b)?",
    re.IGNORECASE | re.DOTALL,
)
_DAY_OF_WEEK = frozenset(("DAYOFWEEK", "DAY OF WEEK", "WEEKDAY", "DOW", "DW"))


class WeekStart:
    """The parameter, of a session or of all that begin later."""

    def __init__(self, day: int = ISO, *, later: WeekStart | None = None) -> None:
        """Begin weeks with a day, from 1 (Monday) to 7 (Sunday)."""
        self.day = day
        self._later = later

    def learn(self, command: str) -> None:
        """Take note of an ALTER that sets it; any other statement means nothing here."""
        found = _ALTER.match(command)
        if found is None:
            return
        whose = self if self._later is None or found["whose"].upper() == "SESSION" else self._later
        inherited = self._later.day if whose is self and self._later is not None else ISO
        whose.day = int(found["day"]) if found["day"] else inherited

    def apply(self, statement: Expr) -> None:
        """Let the functions of a statement, in place, count as the parameter says."""
        if self.day == ISO:
            return
        for node in reversed(list(statement.find_all(exp.TimestampTrunc, exp.DateTrunc))):
            if _unit(node) == "WEEK":
                node.replace(self._truncated(node))
        for node in reversed(list(statement.find_all(exp.DayOfWeek, exp.Extract))):
            if isinstance(node, exp.DayOfWeek):
                node.replace(self._day_of_week(node.this))
            elif node.name.upper() in _DAY_OF_WEEK:
                node.replace(self._day_of_week(node.expression))

    def _truncated(self, node: Expr) -> Expr:
        days = exp.Interval(this=exp.Literal.string(str(self.day - 1)), unit=exp.var("DAY"))
        shifted = node.copy()
        shifted.set("this", exp.paren(exp.Sub(this=node.this.copy(), expression=days)))
        return exp.paren(exp.Add(this=shifted, expression=days.copy()))

    def _day_of_week(self, moment: Expr) -> Expr:
        iso = exp.DayOfWeekIso(this=moment.copy())
        behind = exp.paren(exp.Add(this=iso, expression=exp.convert(_DAYS - self.day)))
        rest = exp.Mod(this=behind, expression=exp.convert(_DAYS))
        return exp.paren(exp.Add(this=rest, expression=exp.convert(1)))


def _unit(node: Expr) -> str:
    unit = node.args.get("unit")
    return unit.name.upper() if unit is not None else ""
