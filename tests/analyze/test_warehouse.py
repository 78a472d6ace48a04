"""The way to the warehouse: by the connector, by Snowpark, and when something is wrong."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import pytest
import snowflake.connector
import streamlit as st
from dashboard import warehouse
from dashboard.errors import MartsMissingError, QueryError, SettingsError, UnreachableError
from dashboard.view import Period, View
from snowflake.snowpark import Session
from snowflake.snowpark.exceptions import SnowparkSessionException
from streamlit.testing.v1 import AppTest

from tests.transform.warehouse import warehouse as empty_warehouse

from .test_statement import QUERIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.transform.warehouse import Warehouse

pytestmark = pytest.mark.timeout(600)

PERIOD = Period(date(2026, 4, 7), date(2026, 6, 30))
VALUES = {**View().values(PERIOD), "data_end_day": date(2026, 6, 30)}


@pytest.fixture
def inside(connected: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the dashboard where Snowflake runs it: a session is there, and no setting is."""
    connection = snowflake.connector.connect(
        account="sandbox",
        user="sandbox",
        password="sandbox",  # noqa: S106 - nobody's
        host="127.0.0.1",
        port=connected.snowflake.port,
        protocol="http",
        database="GITHUB_PIPELINES",
        paramstyle="qmark",
        platform_detection_timeout_seconds=0,
    )
    for name in ("ACCOUNT", "USER", "PASSWORD", "HOST", "PORT"):
        monkeypatch.delenv(f"SNOWFLAKE_{name}")
    session = Session.builder.configs({"connection": connection}).create()
    yield
    with suppress(SnowparkSessionException):  # the stand-in knows no SYSTEM$CANCEL_ALL_QUERIES
        session.close()


def every_query() -> dict[str, list[warehouse.Row]]:
    """Return the rows of every query."""
    return {name: warehouse.rows(name, VALUES) for name in QUERIES}


@pytest.mark.usefixtures("connected")
def test_snowpark_says_what_the_connector_says(request: pytest.FixtureRequest) -> None:
    """Every query has the same rows inside Snowflake as outside."""
    by_connector = every_query()
    assert all(by_connector.values())
    st.cache_data.clear()
    st.cache_resource.clear()
    request.getfixturevalue("inside")
    by_snowpark = every_query()
    for name, rows in by_connector.items():
        assert sorted(map(repr, by_snowpark[name])) == sorted(map(repr, rows)), name


def test_a_session_that_ended_is_begun_anew(connected: Warehouse) -> None:
    """An app that stays open for days outlives its sessions."""
    before = warehouse.rows("extent", {})
    connected.snowflake.expire_sessions(renewable=False)
    st.cache_data.clear()
    assert warehouse.rows("extent", {}) == before


@pytest.mark.usefixtures("connected")
def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than sent to a browser."""
    monkeypatch.setattr(warehouse, "MAX_ROWS", 3)
    with pytest.raises(QueryError, match="more than 3 rows"):
        warehouse.rows("choices", VALUES)


@pytest.mark.usefixtures("connected")
def test_without_settings_the_page_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sentence, and no traceback."""
    monkeypatch.setenv("SNOWFLAKE_ACCOUNT", "")
    with pytest.raises(SettingsError):
        warehouse.rows("extent", {})
    app = AppTest.from_string("from dashboard.app import show\nshow('overview')", default_timeout=60).run()
    assert [each.value for each in app.error] == [
        "SNOWFLAKE_ACCOUNT is not set; it belongs into .env, as for dbt."
    ]
    assert not app.exception


@pytest.mark.usefixtures("connected")
def test_a_refused_login_is_told_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of the driver is not passed on: it may hold more than its reader may know."""
    monkeypatch.setenv("SNOWFLAKE_PASSWORD", "a wrong secret")
    with pytest.raises(UnreachableError) as raised:
        warehouse.rows("extent", {})
    assert "a wrong secret" not in str(raised.value)


def test_without_marts_every_page_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connected: Warehouse
) -> None:
    """An account in which dbt has not run yet."""
    del connected
    with empty_warehouse(tmp_path) as nothing:
        monkeypatch.setenv("SNOWFLAKE_PORT", str(nothing.snowflake.port))
        with pytest.raises(MartsMissingError):
            warehouse.rows("extent", {})
        app = AppTest.from_string("from dashboard.app import show\nshow('reviews')", default_timeout=60).run()
    assert "make demo" in app.error[0].value
    assert not app.exception
