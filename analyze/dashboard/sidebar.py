"""The filters, beside every page; the URL says what they say, so that a view can be passed on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.view import DEFAULT_WEEKS, WEEKS, Parameters, Period, View, read, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.extent import Extent

OWN = 0


def sidebar(choices: Sequence[dict[str, Any]], there: Extent) -> View:
    """Show the filters and return what they say, after having taken over what the URL says."""
    asked = read(Parameters({name: st.query_params.get_all(name) for name in st.query_params}))
    if "weeks" not in st.session_state:
        _take_over(asked, there)
    with st.sidebar:
        view = _filters(choices, there)
    parameters = write(view)
    if parameters != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(parameters)
    return view


def _take_over(asked: View, there: Extent) -> None:
    """Set the widgets to what a URL says."""
    own = asked.period if isinstance(asked.period, Period) else None
    st.session_state.update(
        organizations=list(asked.organizations),
        teams=list(asked.teams),
        repositories=list(asked.repositories),
        weeks=OWN if isinstance(asked.period, Period) else asked.period,
        with_bots=asked.with_bots,
        with_people=asked.with_people,
        own_period=_range(own or _usual(there)),
    )


def _range(period: Period) -> tuple[date, date]:
    return period.first_day, period.last_day


def _usual(there: Extent) -> Period:
    return Period(there.end_day - timedelta(weeks=DEFAULT_WEEKS), there.end_day)


def _filters(choices: Sequence[dict[str, Any]], there: Extent) -> View:
    organizations = _several("Organisation", "organizations", {row["source_org"] for row in choices})
    within = [row for row in choices if not organizations or row["source_org"] in organizations]
    teams = _several("Team", "teams", {row["name"] for row in within if row["kind"] == "team"})
    repositories = _several(
        "Repository", "repositories", {row["name"] for row in within if row["kind"] == "repository"}
    )
    weeks = st.selectbox("Period", [*WEEKS, OWN], key="weeks", format_func=_weeks)
    period: int | Period = int(weeks)
    if weeks == OWN:
        # Streamlit forgets a widget that was not shown; without two days the next one would take only one.
        st.session_state.setdefault("own_period", _range(_usual(there)))
        period = _own_period()
    with_bots = st.toggle(
        "Include bots", key="with_bots", help="Pull requests and commits of bots and service accounts."
    )
    with_people = st.toggle(
        "Show individuals",
        key="with_people",
        help="Names of authors and reviewers. Off, they are not even read.",
    )
    return View(organizations, teams, repositories, period, with_bots=with_bots, with_people=with_people)


def _several(label: str, key: str, options: set[str]) -> tuple[str, ...]:
    """Show a filter of which nothing chosen means all; say what was asked for and is not there.

    A link to a team that is gone must not turn into a view of all teams without a word.
    """
    asked: list[str] = st.session_state[key]
    known = [each for each in asked if each in options]
    if len(known) < len(asked):
        st.session_state[key] = known
        st.warning(f"{len(asked) - len(known)} of what was chosen is not in the data, and is left out.")
    return tuple(st.multiselect(label, sorted(options), key=key, placeholder="All"))


def _weeks(weeks: int) -> str:
    return "Own period" if weeks == OWN else f"Last {weeks} weeks"


def _own_period() -> int | Period:
    """Show the days of a period of one's own; while only one is chosen, the usual period counts."""
    chosen = st.date_input("From and to", key="own_period", format="YYYY-MM-DD")
    if isinstance(chosen, tuple) and len(chosen) == 2:  # noqa: PLR2004 - a first and a last day
        first, last = chosen
        return Period(first, last + timedelta(days=1))
    st.caption(f"Choose the last day, too; until then it is the last {DEFAULT_WEEKS} weeks.")
    return DEFAULT_WEEKS
