"""What all tests have in common: the order of their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONG = ("pipeline", "prefect", "airflow", "transform", "analyze")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take minutes: at the end, other processes would wait for them."""
    items.sort(key=lambda item: not any(folder in item.path.parts for folder in LONG))
