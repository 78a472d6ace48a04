"""How a chart or a number is shown: with a sentence, its definition and its figures at hand.

What is from the data (titles, names, paths) is only shown in charts and tables, which take it as plain
text; Markdown is made of this program's own words and numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.charts import FEW
from dashboard.durations import NOTHING, duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.charts import Figure

    Rows = Sequence[Mapping[str, Any]]


def panel(title: str, sentence: str, definition: str, chart: Figure | None, figures: Rows) -> None:
    """Show a chart below its title and what it says; a chart of nothing says so instead."""
    st.subheader(title, anchor=False)
    if chart is None or not figures:
        st.info("Nothing in this period with these filters.")
        return
    st.caption(sentence)
    st.altair_chart(chart)
    with st.expander("Definition and figures"):
        st.markdown(definition)
        table(figures)


def table(rows: Rows, columns: Mapping[str, Any] | None = None) -> None:
    """Show rows as a table that can be sorted, searched and downloaded."""
    st.dataframe([dict(row) for row in rows], hide_index=True, column_config=dict(columns or {}))


def number(label: str, value: float | None, before: float | None, definition: str) -> None:
    """Show a count, beside that of the period before where there is one."""
    difference = None if value is None or before is None else f"{value - before:+,.0f}"
    shown = NOTHING if value is None else f"{value:,.0f}"
    st.metric(label, shown, difference, delta_color="off", help=definition, border=True)


def share(label: str, value: float | None, before: float | None, cases: int, definition: str) -> None:
    """Show a share in percent; more is better."""
    difference = None if value is None or before is None else f"{100 * (value - before):+.1f} points"
    shown = NOTHING if value is None else f"{100 * value:.1f} %"
    st.metric(_marked(label, cases), shown, difference, help=definition, border=True)


def time(label: str, seconds: float | None, before: float | None, cases: int, definition: str) -> None:
    """Show a duration; less is better."""
    difference = None
    if seconds is not None and before is not None:
        difference = f"{'-' if seconds < before else '+'}{duration(abs(seconds - before))}"
    st.metric(
        _marked(label, cases),
        duration(seconds),
        difference,
        delta_color="inverse",
        help=definition,
        border=True,
    )


def _marked(label: str, cases: int) -> str:
    """Return a label that says of how few cases the number is."""
    return f"{label} (of {cases} only)" if 0 < cases < FEW else label


def https(url: str | None) -> str | None:
    """Return an address that a browser may be sent to; what is no web address leads nowhere."""
    return url if url and url.startswith(("https://", "http://")) else None
