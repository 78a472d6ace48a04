"""One set of marts, and the dashboard led to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st

from tests.transform.warehouse import copied, fill_once, shared_folder

from .marts import Counted, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.transform.warehouse import Warehouse


@pytest.fixture(scope="session")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Return a warehouse with marts; the processes of a run share the work of making them."""
    folder = shared_folder(tmp_path_factory, "dashboard-marts")
    fill_once(folder, fill)
    with copied(folder, tmp_path_factory.mktemp("marts")) as warehouse:
        yield warehouse


@pytest.fixture
def connected(marts: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """Lead the dashboard to the marts by the settings of dbt, and let it have nothing kept."""
    settings = {k: v for k, v in marts.environment.items() if k.startswith("SNOWFLAKE_")}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DBT_TARGET", raising=False)
    st.cache_data.clear()
    st.cache_resource.clear()
    yield marts
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def counted(connected: Warehouse) -> Counted:
    """Return what counts the dashboard's statements."""
    counted = Counted(connected)
    counted.clear()
    return counted
