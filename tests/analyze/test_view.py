"""A view and its URL."""

from __future__ import annotations

from datetime import date

import pytest
from dashboard.view import Parameters, Period, View, read, write
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.lists(st.text(min_size=1, max_size=20), max_size=4).map(tuple)
DAYS = st.dates(min_value=date(2010, 1, 1), max_value=date(2090, 1, 1))
PERIODS = st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Period(*pair))
VIEWS = st.builds(
    View,
    NAMES,
    NAMES,
    NAMES,
    st.sampled_from([4, 12, 26, 52]) | PERIODS,
    with_bots=st.booleans(),
    with_people=st.booleans(),
)


@given(VIEWS)
def test_a_url_says_all_of_a_view(view: View) -> None:
    """What is written is read again."""
    assert read(Parameters(write(view))) == view


def test_the_usual_view_has_a_bare_url() -> None:
    """What is as usual is not said."""
    assert write(View()) == {}


@pytest.mark.parametrize(
    "said",
    [
        {"weeks": ["13"]},
        {"weeks": ["-4"]},
        {"weeks": ["4; drop table"]},
        {"from": ["2026-01-01"]},
        {"from": ["yesterday"], "to": ["2026-01-01"]},
        {"from": ["2026-02-01"], "to": ["2026-01-01"]},
        {"from": ["2026-01-01"], "to": ["9999-12-31"]},
        {"from": ["0001-01-01"], "to": ["2026-01-01"]},
        {"bots": ["yes"]},
        {"nonsense": ["1"]},
    ],
)
def test_what_a_url_says_amiss_is_not_said(said: dict[str, list[str]]) -> None:
    """A mistyped address shows the usual view."""
    assert read(Parameters(said)) == View()


def test_the_period_before_has_the_same_length() -> None:
    """And ends where this one begins."""
    period = View(period=4).within(date(2026, 6, 30))
    assert (period.first_day, period.last_day) == (date(2026, 6, 2), date(2026, 6, 29))
    assert (period.days, period.previous_day) == (28, date(2026, 5, 5))
