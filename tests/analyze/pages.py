"""Pages of the dashboard as their visitors see them, and the rows of the marts that they speak of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Dataframe, Subheader

if TYPE_CHECKING:
    from tests.transform.warehouse import Warehouse

Parameters = dict[str, str | list[str]]
# The data ends within 2026-06-30, and was loaded later.
FIRST, END = "2026-04-08", "2026-07-01"
HUMANS = "author_type = 'human'"


def opened(page: str, parameters: Parameters | None = None) -> AppTest:
    """Return a page as it is for who opens an address; it has no exception."""
    app = AppTest.from_string(f"from dashboard.app import show\nshow({page!r})", default_timeout=120)
    for name, value in (parameters or {}).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception[0].message
    assert not app.error, app.error[0].value
    return app


def metrics(app: AppTest) -> dict[str, str]:
    """Return the numbers of a page by their label."""
    return {each.label: each.value for each in app.metric}


def only(marts: Warehouse, statement: str) -> dict[str, Any]:
    """Return the one row of a statement, keyed by lower-case name."""
    (row,) = marts.sql(statement)
    return {name.lower(): value for name, value in row.items()}


def figures(app: AppTest) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table of a page by the heading that it stands below."""
    found: dict[str, list[dict[str, Any]]] = {}
    heading = ""
    for node in app.main:
        if isinstance(node, Subheader):
            heading = node.value
        if isinstance(node, Dataframe):
            found[heading] = node.value.to_dict("records")
    return found


def by(rows: list[dict[str, Any]], name: str) -> dict[Any, dict[str, Any]]:
    """Return rows by a column."""
    return {row[name]: row for row in rows}


def of_people(marts: Warehouse, statement: str) -> list[dict[str, Any]]:
    """Return the rows of a statement about {pull_request}: those of people that were merged in the period."""
    scope = (
        f"(select * from marts.fct_github__pull_request where {HUMANS} "
        f"and merged_at >= '{FIRST}'::timestamp and merged_at < '{END}'::timestamp)"
    )
    rows = marts.sql(statement.format(pull_request=scope))
    return [{name.lower(): value for name, value in row.items()} for row in rows]
