"""Charts: readable in light and dark, in the narrow and the wide, and without telling colours apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from dashboard.durations import unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    Rows = Sequence[Mapping[str, Any]]
    Figure = alt.Chart | alt.LayerChart

HEIGHT = 260
ROW_HEIGHT = 34
FEW = 5  # as the variable small_sample of the dbt project
# After Okabe and Ito, in tones that stand out from white and from near-black alike.
BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW, GREY = (
    *("#2f7fc1", "#e08214", "#1b9e77", "#b86fa5"),
    *("#56b4e9", "#d1495b", "#c9b037", "#8a8f98"),
)
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, RED, YELLOW, GREY)
PERCENTILES = ("p50", "p75", "p95")
_COLORS = alt.Scale(domain=list(PERCENTILES), range=[BLUE, ORANGE, PURPLE])
_DASHES = alt.Scale(domain=list(PERCENTILES), range=[[1, 0], [6, 3], [2, 3]])
_LEGEND = alt.Legend(orient="top", title=None, symbolStrokeWidth=3)
_LABELS = alt.Axis(title=None, labelLimit=150, labelOverlap=False)
_LINE_LEGEND = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=500, symbolStrokeWidth=3)


def percentiles_over_time(rows: Rows, what: str) -> Figure:
    """Draw p50, p75 and p95 (seconds) by week; ROWS have week, p50, p75, p95 and case_count."""
    name, seconds = _unit(rows)
    points = [
        {
            "week": _midnight(row["week"]),
            "percentile": percentile,
            "value": row[percentile] / seconds,
            "cases": row["case_count"],
        }
        for row in rows
        for percentile in PERCENTILES
        if row[percentile] is not None
    ]
    base = _of(points).encode(
        x=alt.X("week:T", axis=_weeks(rows)),
        y=alt.Y("value:Q", axis=alt.Axis(title=name, tickCount=5)),
        color=alt.Color("percentile:N", scale=_COLORS, legend=_LINE_LEGEND),
        tooltip=[
            alt.Tooltip("week:T", title="Week from", format="%Y-%m-%d"),
            alt.Tooltip("percentile:N", title="Percentile"),
            alt.Tooltip("value:Q", title=name, format=",.1f"),
            alt.Tooltip("cases:Q", title="Cases"),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5).encode(
        strokeDash=alt.StrokeDash("percentile:N", scale=_DASHES, legend=_LINE_LEGEND)
    )
    return _figure(alt.layer(lines, *_points(base)), f"{what}: p50, p75 and p95 in {name} by week")


def _points(base: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """Return the points of a line: hollow ones, and over those of enough cases full ones."""
    hollow = base.mark_point(size=45, strokeWidth=2)
    # Made invisible, not left out: a layer without any point has no scale, and the browser complains.
    opacity = alt.condition(f"datum.cases >= {FEW}", alt.value(1), alt.value(0))
    return hollow, base.mark_point(size=45, filled=True).encode(opacity=opacity)


def counts_over_time(rows: Rows, series: Sequence[str], what: str) -> Figure:
    """Draw counts by week, a bar for each of SERIES side by side; ROWS have week and a column for each."""
    bars = [
        {"week": _midnight(row["week"]), "series": name, "count": row[name]}
        for row in rows
        for name in series
    ]
    return _figure(
        _of(bars)
        .mark_bar()
        .encode(
            x=alt.X("yearmonthdate(week):O", axis=_weeks()),
            xOffset=alt.XOffset("series:N", sort=list(series)),
            y=alt.Y("count:Q", axis=alt.Axis(title=None, tickMinStep=1, tickCount=5)),
            color=_series_color("series", series),
            tooltip=[
                alt.Tooltip("week:T", title="Week from", format="%Y-%m-%d"),
                alt.Tooltip("series:N", title="What"),
                alt.Tooltip("count:Q", title="Count", format=","),
            ],
        ),
        f"{what} by week: {', '.join(series)}",
    )


def shares_over_time(rows: Rows, what: str) -> Figure:
    """Draw a share by week on a scale from 0 to 100 %; ROWS have week, share and case_count."""
    points = [
        {"week": _midnight(row["week"]), "share": row["share"], "cases": row["case_count"]}
        for row in rows
        if row["share"] is not None
    ]
    base = _of(points).encode(
        x=alt.X("week:T", axis=_weeks(rows)),
        color=alt.value(BLUE),
        y=alt.Y(
            "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=None, format=".0%", tickCount=5)
        ),
        tooltip=[
            alt.Tooltip("week:T", title="Week from", format="%Y-%m-%d"),
            alt.Tooltip("share:Q", title="Share", format=".1%"),
            alt.Tooltip("cases:Q", title="Cases"),
        ],
    )
    line = base.mark_line(strokeWidth=2.5)
    return _figure(alt.layer(line, *_points(base)), f"{what}, in percent, by week")


def percentile_ranges(rows: Rows, label: str, what: str) -> Figure:
    """Draw p50, p75 and p95 (seconds) of each row on a line of its own; ROWS have LABEL and case_count."""
    name, seconds = _unit(rows)
    known = [row for row in rows if row["p50"] is not None]
    order = [str(row[label]) for row in known]
    points = [
        {
            "label": str(row[label]),
            "percentile": percentile,
            "value": row[percentile] / seconds,
            "cases": row["case_count"],
        }
        for row in known
        for percentile in PERCENTILES
    ]
    spans = [{"label": point["label"], "value": point["value"]} for point in points]
    y = alt.Y("label:N", sort=order, axis=_LABELS)
    x = alt.X("value:Q", axis=alt.Axis(title=name, tickCount=5))
    line = (
        alt.Chart(alt.InlineData(values=spans))
        .mark_rule(color=GREY, strokeWidth=2)
        .encode(y=y, x=alt.X("min(value):Q"), x2="max(value):Q")
    )
    marks = (
        _of(points)
        .mark_point(filled=True, size=110, opacity=1)
        .encode(
            y=y,
            x=x,
            color=alt.Color("percentile:N", scale=_COLORS, legend=_LEGEND),
            shape=alt.Shape(
                "percentile:N",
                scale=alt.Scale(domain=list(PERCENTILES), range=["circle", "square", "triangle-up"]),
                legend=_LEGEND,
            ),
            tooltip=[
                alt.Tooltip("label:N", title="Of"),
                alt.Tooltip("percentile:N", title="Percentile"),
                alt.Tooltip("value:Q", title=name, format=",.1f"),
                alt.Tooltip("cases:Q", title="Cases"),
            ],
        )
    )
    description = f"{what}: p50, p75 and p95 in {name}"
    return _figure(alt.layer(line, marks), description, height=90 + ROW_HEIGHT * len(order))


def bars(rows: Rows, label: str, value: str, what: str, *, value_format: str = ",") -> Figure:
    """Draw a horizontal bar for each row, in the order of ROWS, with its value at its end."""
    drawn = [{"label": str(row[label]), "value": row[value]} for row in rows]
    room = 1.1 * max((row["value"] for row in drawn), default=1)  # for the number after the longest bar
    base = _of(drawn).encode(
        y=alt.Y("label:N", sort=[row["label"] for row in drawn], axis=_LABELS),
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, room])),
        tooltip=[
            alt.Tooltip("label:N", title="Of"),
            alt.Tooltip("value:Q", title="Value", format=value_format),
        ],
    )
    text = base.mark_text(align="left", dx=4, color=GREY).encode(
        text=alt.Text("value:Q", format=value_format)
    )
    return _figure(alt.layer(base.mark_bar(color=BLUE), text), what, height=20 + 26 * len(drawn))


def stacked_shares(rows: Rows, label: str, parts: Sequence[str], what: str) -> Figure:
    """Draw a bar of 100 % for each row, divided by PARTS, which are columns of counts."""
    drawn = [
        {"label": str(row[label]), "part": part, "place": place, "count": row[part]}
        for row in rows
        for place, part in enumerate(parts)
    ]
    return _figure(
        _of(drawn)
        .mark_bar()
        .encode(
            y=alt.Y("label:N", sort=[str(row[label]) for row in rows], axis=_LABELS),
            x=alt.X("count:Q", stack="normalize", axis=alt.Axis(title=None, format=".0%", tickCount=5)),
            order=alt.Order("place:O"),
            color=_series_color("part", parts),
            tooltip=[
                alt.Tooltip("label:N", title="Of"),
                alt.Tooltip("part:N", title="What"),
                alt.Tooltip("count:Q", title="Count", format=","),
            ],
        ),
        what,
        height=60 + 26 * len(rows),
    )


def heatmap(rows: Rows, x: str, y: str, value: str, what: str) -> Figure:
    """Draw a table of counts whose cells are the darker the more they hold, with the numbers in them."""
    drawn = [{"x": str(row[x]), "y": str(row[y]), "value": row[value]} for row in rows]
    largest = max((row["value"] for row in drawn), default=0)
    base = _of(drawn).encode(
        x=alt.X(
            "x:N",
            axis=alt.Axis(title=x.replace("_", " "), labelAngle=-40, labelLimit=110, labelOverlap=False),
        ),
        y=alt.Y("y:N", axis=alt.Axis(title=y.replace("_", " "), labelLimit=110)),
        tooltip=[
            alt.Tooltip("x:N", title=x.replace("_", " ")),
            alt.Tooltip("y:N", title=y.replace("_", " ")),
            alt.Tooltip("value:Q", title="Count"),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color("value:Q", scale=alt.Scale(range=["#dbe9f6", "#08306b"]), legend=None)
    )
    numbers = base.mark_text().encode(
        text="value:Q",
        color=alt.condition(f"datum.value > {largest / 2}", alt.value("white"), alt.value("#1c1c1c")),
    )
    return _figure(alt.layer(cells, numbers), what, height=110 + 30 * len({row["y"] for row in drawn}))


def treemap(rows: Rows, what: str) -> Figure:
    """Draw rectangles; ROWS have left, right, top, bottom (of a square of 1), label, group and value."""
    groups = list(dict.fromkeys(str(row["group"]) for row in rows))
    base = _of([dict(row) for row in rows]).encode(
        x=alt.X("left:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False)),
        y=alt.Y("top:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False, reverse=True)),
        tooltip=[
            alt.Tooltip("label:N", title="Repository"),
            alt.Tooltip("group:N", title="Language"),
            alt.Tooltip("value:Q", title="Changed lines", format=","),
        ],
    )
    boxes = base.mark_rect(stroke="white", strokeWidth=2).encode(
        x2="right:Q",
        y2="bottom:Q",
        color=alt.Color(
            "group:N",
            scale=alt.Scale(domain=groups, range=[*PALETTE[:7], *[GREY] * len(groups)][: len(groups)]),
            legend=alt.Legend(orient="top", title=None, columns=4),
        ),
    )
    names = (
        base.mark_text(align="left", baseline="top", dx=6, dy=6, color="white", fontWeight="bold", limit=170)
        .encode(text="caption:N")
        .transform_filter("datum.caption != ''")
    )
    return _figure(alt.layer(boxes, names), what, height=360)


def _series_color(field: str, series: Sequence[str]) -> alt.Color:
    scale = alt.Scale(domain=list(series), range=list(PALETTE[: len(series)]))
    return alt.Color(f"{field}:N", scale=scale, legend=_LEGEND)


def _weeks(rows: Rows = ()) -> alt.Axis:
    """Return an axis of weeks, marked where they begin."""
    marked = [_midnight(row["week"]) for row in rows] or alt.Undefined
    return alt.Axis(title=None, format="%d %b", labelAngle=0, labelOverlap=True, grid=False, values=marked)


def _midnight(day: date) -> str:
    """Return a day as a browser reads it in any time zone: without one, it is its own."""
    return f"{day}T00:00:00"


def _unit(rows: Rows) -> tuple[str, int]:
    return unit(max((row["p95"] for row in rows if row["p95"] is not None), default=0))


def _of(values: Sequence[Mapping[str, Any]]) -> alt.Chart:
    """Return a chart of values that travel with it."""
    return alt.Chart(alt.InlineData(values=list(values)))


def _figure(chart: Any, description: str, *, height: int = HEIGHT) -> Figure:  # noqa: ANN401 - layers or marks
    """Return a chart as wide as its place; screen readers read the description."""
    figure: Figure = chart.properties(description=description, height=height, width="container")
    return figure
