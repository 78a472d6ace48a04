"""What the dashboard says of the pipeline itself is what its runs and loads have entered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import streamlit as st

from .marts import changed
from .pages import figures, metrics, only, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.transform.warehouse import Warehouse

pytestmark = pytest.mark.timeout(600)


def test_the_runs_are_those_of_the_marts(connected: Warehouse) -> None:
    """Each run with its rows, and each stream with its last load."""
    app = opened("pipeline")
    run = only(connected, "select * from reports.rpt_pipeline__run order by began_at desc limit 1")
    (shown,) = figures(app)["Runs"]
    assert (shown["run_id"], shown["rows_read"]) == (run["run_id"], run["rows_read"])
    assert shown["rows_changed"] == run["rows_inserted"] + run["rows_updated"] + run["rows_deleted"]
    assert metrics(app)["Last run"] == run["outcome"] == "complete"
    assert metrics(app)["Rejected records"] == str(run["rows_rejected"])
    assert not run["has_tap_told"]
    assert not isinstance(shown["point_count"], int)
    streams = connected.sql("select stream, run_count from reports.rpt_pipeline__freshness")
    assert {row["stream"]: row["run_count"] for row in figures(app)["Streams"]} == {
        row["STREAM"]: row["RUN_COUNT"] for row in streams
    }


def test_an_organisation_that_stays_behind_is_told(connected: Warehouse) -> None:
    """On a page that shows its numbers, by name; where all were loaded together nothing is said."""
    freshness = "reports.rpt_pipeline__organization_freshness"
    assert {row["SOURCE_ORG"] for row in connected.sql(f"select source_org from {freshness}")} == {
        row["SOURCE_ORG"]
        for row in connected.sql("select distinct source_org from marts.dim_github__repository")
    }
    assert not opened("overview").warning
    moved = "set last_loaded_at = dateadd('day', {}, last_loaded_at) where source_org = 'lantern-labs'"
    connected.sql(f"update {freshness} {moved.format(-3)}")
    st.cache_data.clear()
    try:
        assert "for lantern\\-labs in 3.0 d" in opened("overview").warning[0].value
        assert "lantern" in opened("pipeline", {"org": "lantern-labs"}).warning[0].value
        assert not opened("overview", {"org": "lantern-works"}).warning
    finally:
        connected.sql(f"update {freshness} {moved.format(3)}")


def test_the_pipeline_is_told_of_before_there_is_a_pull_request(connected: Warehouse) -> None:
    """Whoever has loaded nothing looks there for the reason; the other pages have nothing to show."""
    with changed(connected, "marts.fct_github__pull_request", "delete from {}"):
        app, other = opened("pipeline"), opened("overview")
    assert "no pull request yet" in app.info[0].value == other.info[0].value
    assert metrics(app)["Last run"] == "complete"
    assert not metrics(other)


@contextmanager
def more_runs(marts: Warehouse, *runs: str) -> Iterator[None]:
    """Let there be further runs, each the one that there is but for some columns."""
    for run in runs:
        marts.sql(
            f"insert into reports.rpt_pipeline__run select * replace ({run}) from reports.rpt_pipeline__run "
            "where not startswith(run_id, 'another')"
        )
    st.cache_data.clear()
    try:
        yield
    finally:
        marts.sql("delete from reports.rpt_pipeline__run where startswith(run_id, 'another')")


def test_each_run_has_points_of_its_own(connected: Warehouse) -> None:
    """However close to each other two begin: bars of one label would lie in one place."""
    told = "true as has_tap_told, {0} as point_count, 'another-{0}' as run_id".format
    with more_runs(connected, told(5), told(7), f"dateadd('second', -1, began_at) as began_at, {told(9)}"):
        points = figures(opened("pipeline"))["API points"]
    assert {row["run_id"]: row["points"] for row in points} == {f"another-{n}": n for n in (5, 7, 9)}
    assert len({row["run"] for row in points}) == len(points) == 3


def test_runs_beside_the_last_that_failed_are_told(connected: Warehouse) -> None:
    """Workers share what is read: one that went well, and began last, hides none that did not."""

    def run(name: str, outcome: str, minutes: int) -> str:
        began = f"dateadd('minute', {-minutes}, began_at) as began_at"
        return f"'another-{name}' as run_id, '{outcome}' as outcome, {began}"

    with more_runs(connected, run("a", "complete", 5), run("b", "failed", 61)):
        assert not opened("pipeline").warning
    runs = (run("a", "complete", 5), run("b", "failed", 6), run("c", "unfinished", 7), run("d", "failed", 8))
    with more_runs(connected, *runs):
        app = opened("pipeline")
    assert metrics(app)["Last run"] == "complete"
    assert "Of the 4 that began" in app.warning[0].value
    assert "2 failed, 1 unfinished" in app.warning[0].value
