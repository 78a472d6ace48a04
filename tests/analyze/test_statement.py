"""Queries are files over marts, with their values bound."""

from __future__ import annotations

import re
from datetime import date

import pytest
from dashboard.statement import FOLDER, Statement, statement
from dashboard.view import Period, View
from dashboard.warehouse import MAX_ROWS

PARTS = {"bounds", "commit_file_in_view", "lead_time_in_view", "merged_in_view", "pull_request_in_view"}
QUERIES = sorted(path.stem for path in FOLDER.glob("*.sql") if path.stem not in PARTS)
PERIOD = Period(date(2026, 4, 7), date(2026, 6, 30))
VALUES = {**View(organizations=("a", "b")).values(PERIOD), "data_end_day": date(2026, 6, 30)}


def test_values_are_bound_in_their_order() -> None:
    """A tuple becomes a list, an empty one null, and a cast is no value."""
    found = statement("coverage_by_repository", VALUES)
    assert "a" not in re.findall(r"'(\w+)'", found.text)
    assert found.text.count("?") == len(found.values)
    assert found.values[:8] == (False, "a", "b", True, None, True, None, False)
    assert "source_org in (?, ?)" in found.text
    assert "merged_at::date" in found.text


def test_a_mart_has_the_schema_that_dbt_gives_it() -> None:
    """In dev the schemas are the developer's."""
    found = statement("ownership", VALUES, schema_prefix="DEV_EVE_")
    assert "from DEV_EVE_REPORTS.rpt_github__code_ownership as" in found.text
    assert "from DEV_EVE_MARTS.dim_github__user" in found.text


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_marts_only(name: str) -> None:
    """Each table is a mart or a report, and nothing but a SELECT is sent."""
    found = statement(name, VALUES)
    tables = re.findall(r"\b(?:from|join)\s+(\w[\w.]*)", found.text)
    assert tables
    assert not [each for each in tables if not re.fullmatch(r"(MARTS\.(fct|dim)|REPORTS\.rpt)_\w+", each)]
    assert found.text.startswith("select")
    assert "{" not in found.text


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_returns_few_rows(name: str) -> None:
    """A query over rows of a mart has a limit; one that has none aggregates."""
    text = statement(name, VALUES).text
    limit = re.search(r"\blimit (\d+)$", text)
    if limit:
        assert int(limit[1]) < MAX_ROWS
    else:
        assert re.search(r"\b(count|count_if|sum|max)\(", text)


def test_a_statement_can_be_kept() -> None:
    """Two views have two statements; the same view has the same."""
    assert statement("merged", VALUES) == statement("merged", VALUES)
    assert statement("merged", VALUES) != statement("merged", {**VALUES, "with_bots": True})
    assert isinstance(hash(statement("merged", VALUES)), int)
    assert Statement("select 1", ()) == Statement("select 1", ())
