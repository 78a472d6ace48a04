"""What is said of data that is old, or does not cover a period."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dashboard.extent import Extent, can_compare, extent, lag, notices
from dashboard.view import Period

NOW = datetime(2026, 6, 30, 12)  # noqa: DTZ001 - the warehouse's times are UTC, without a zone
THERE = Extent(date(2026, 1, 5), date(2026, 6, 30), NOW - timedelta(hours=1), NOW - timedelta(hours=1))
COVERED = Period(date(2026, 4, 7), date(2026, 6, 30))


def said(there: Extent, period: Period = COVERED) -> list[tuple[str, str]]:
    """Return the notices, each by its kind and its first words."""
    return [(each.kind, each.text.split(".")[0].strip("*")) for each in notices(there, period, NOW)]


def aged(**age: int) -> Extent:
    """Return the extent of data that was last loaded so long ago."""
    return Extent(THERE.first_day, THERE.end_day, THERE.last_at, NOW - timedelta(**age))


def test_current_data_that_covers_the_period_needs_no_word() -> None:
    """No notice is shown without a reason."""
    assert said(THERE) == []


@pytest.mark.parametrize(
    ("there", "kind", "words"),
    [
        (aged(hours=8), None, ""),
        (aged(hours=9), "warning", "Data may be stale"),
        (aged(hours=24), "warning", "Data may be stale"),
        (aged(hours=25), "error", "Stale data"),
    ],
)
def test_old_data_is_called_so(there: Extent, kind: str | None, words: str) -> None:
    """From the ages on at which dbt warns and fails."""
    assert said(there) == ([(kind, words)] if kind else [])


def test_a_quiet_source_is_not_called_stale() -> None:
    """Data that was loaded just now, of a source in which nothing has happened for months."""
    quiet = Extent(THERE.first_day, THERE.end_day, NOW - timedelta(days=100), NOW)
    ((kind, words),) = said(quiet)
    assert kind == "info"
    assert words.startswith("The newest activity in the data is of 2026-03-22")


@pytest.mark.parametrize(
    ("first", "end", "words"),
    [
        (date(2026, 1, 4), date(2026, 6, 30), "Partial data"),
        (date(2026, 4, 7), date(2026, 7, 1), "Partial data"),
        (date(2025, 1, 1), date(2026, 1, 5), "No data"),
        (date(2026, 6, 30), date(2026, 7, 7), "No data"),
    ],
)
def test_a_period_that_is_not_covered_is_called_so(first: date, end: date, words: str) -> None:
    """One day less is partial; no day at all is no data."""
    assert said(THERE, Period(first, end)) == [("warning", words)]


def test_only_what_the_data_covers_is_compared_with() -> None:
    """Half a period before would make every change look like growth."""
    assert can_compare(THERE, Period(date(2026, 4, 3), date(2026, 6, 30)))
    assert not can_compare(THERE, Period(date(2026, 4, 2), date(2026, 6, 30)))


def test_the_day_of_the_last_load_is_left_out_for_it_is_not_over() -> None:
    """Whole days count, however quiet it was after them; no pull request is no extent."""
    row = {"pull_request_count": 3, "first_at": NOW - timedelta(days=2), "last_at": NOW, "loaded_at": NOW}
    found = extent(row)
    assert found
    assert (found.first_day, found.end_day) == (date(2026, 6, 28), date(2026, 6, 30))
    for days, end in ((1, date(2026, 6, 30)), (2, date(2026, 6, 29))):
        quiet = extent({**row, "first_at": NOW - timedelta(days=9), "last_at": NOW - timedelta(days=days)})
        assert quiet
        assert quiet.end_day == end
    alone = extent({**row, "first_at": NOW})
    assert alone
    assert (alone.first_day, alone.end_day) == (date(2026, 6, 30), date(2026, 7, 1))
    assert extent({**row, "pull_request_count": 0}) is None


def behind(*organizations: str, **hours: float) -> list[tuple[str, str]]:
    """Return what is said of ORGANIZATIONS that were last loaded so many hours ago, in a fresh warehouse."""
    loaded = [
        {"source_org": name, "last_loaded_at": NOW - timedelta(hours=age)}
        for name, age in sorted(hours.items(), key=lambda each: -each[1])
    ]
    return [(each.kind, each.text) for each in lag(loaded, organizations, THERE, NOW)]


def test_an_organisation_that_stays_behind_is_told() -> None:
    """The newest load of all hides none that is old; where all are as fresh nothing is said."""
    assert behind("acme", "globex", acme=1, globex=9) == []
    ((kind, text),) = behind("acme", "globex", acme=1, globex=9.5)
    assert (kind, "loaded for globex in 9.5 h, unlike" in text) == ("warning", True)
    ((kind, text),) = behind("acme", "globex", "initech", acme=96, globex=9.5, initech=1)
    assert (kind, "loaded for acme in 4.0 d, for globex in 9.5 h, unlike" in text) == ("warning", True)


def test_an_organisation_that_is_not_in_view_is_not_told() -> None:
    """Who looks at one organisation learns of that one; what has no data any more concerns nobody."""
    assert behind("acme", acme=1, globex=96) == []
    assert len(behind("globex", acme=1, globex=96)) == 1


def test_of_many_organisations_the_oldest_are_named() -> None:
    """A sentence stays one."""
    ages: dict[str, float] = {f"org{number}": 100 + number for number in range(8)}
    ((_, text),) = behind(*ages, **ages)
    assert "org7" in text
    assert "for org3 in 4.3 d, for 3 more," in text
    assert "org2" not in text


def test_the_name_of_an_organisation_is_no_markup() -> None:
    """What stands in the data is shown as it is."""
    rows = [{"source_org": "*a* :b[c]\n$x$", "last_loaded_at": NOW - timedelta(days=2)}]
    (notice,) = lag(rows, [rows[0]["source_org"]], THERE, NOW)  # type: ignore[list-item]
    assert r"for \*a\* \:b\[c\] \$x\$ in 2.0 d" in notice.text
