"""The app: which pages there are, and what stands above each of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import warehouse
from dashboard.errors import DashboardError, MartsMissingError
from dashboard.extent import DAY, Extent, can_compare, extent, lag, notices
from dashboard.pages import code, delivery, overview, pipeline, pull_requests, reviews, teams
from dashboard.reading import Reading
from dashboard.sidebar import sidebar
from dashboard.view import View

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import ModuleType

PAGES: dict[str, ModuleType] = {
    "overview": overview,
    "pull-requests": pull_requests,
    "reviews": reviews,
    "delivery": delivery,
    "code": code,
    "teams": teams,
    "pipeline": pipeline,
}


def main() -> None:
    """Show the page that the URL names."""
    st.set_page_config(layout="wide")
    # No icons: Streamlit fetches those of pages from another host.
    pages = [
        st.Page(_shown_by_main, title=page.TITLE, url_path=name, default=page is overview)
        for name, page in PAGES.items()
    ]
    show(st.navigation(pages).url_path or "overview")


def _shown_by_main() -> None:
    """Stand for a page: what a page runs by itself loses the state of its filters when another is opened."""


def show(name: str) -> None:
    """Show a page: filters, heading, what to know about the data, and then its numbers."""
    page = PAGES[name]
    st.title(page.TITLE, anchor=False)
    try:
        there = extent(warehouse.rows("extent", {})[0])
        if there is None:
            st.info("There is no pull request yet: the pipeline has not loaded any.")
            if page is pipeline:  # it says why
                page.show(_of_nothing())
            return
        choices = warehouse.rows("choices", {})
        view = sidebar(choices, there)
        reading = Reading(view, view.within(there.end_day), there)
        _heading(view, reading, view.organizations or {row["source_org"] for row in choices})
        page.show(reading)
    except MartsMissingError as error:
        st.error(f"{error} Run dbt first: `make demo` on the sandbox, `meltano run dbt:run` elsewhere.")
    except DashboardError as error:
        st.error(str(error))


def _of_nothing() -> Reading:
    """Return a reading for a page that no filter and no period applies to."""
    now = datetime.now(UTC).replace(tzinfo=None)
    there = Extent(now.date(), now.date() + DAY, now, now)
    return Reading(View(), View().within(there.end_day), there)


def _heading(view: View, reading: Reading, organizations: Collection[str]) -> None:
    period = reading.period
    parts = [
        f"{period.first_day} to {period.last_day} ({period.days} days, UTC)",
        "with bots" if view.with_bots else "people only",
        *_chosen(len(view.organizations), "organisation"),
        *_chosen(len(view.teams), "team"),
        *_chosen(len(view.repositories), "repository"),
        f"compared with the {period.days} days before"
        if can_compare(reading.there, period)
        else "no comparison: the data does not cover the period before",
    ]
    st.caption(" · ".join(parts))
    now = datetime.now(UTC).replace(tzinfo=None)
    behind = lag(warehouse.rows("organization_freshness", {}), organizations, reading.there, now)
    for notice in [*notices(reading.there, period, now), *behind]:
        {"info": st.info, "warning": st.warning, "error": st.error}[notice.kind](notice.text)


def _chosen(count: int, what: str) -> list[str]:
    if not count:
        return []
    several = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return [f"{count} {what if count == 1 else several}"]
