"""Warehouses that the tests of the dbt project share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.github.generate import generate

from .raw_rows import raw_rows
from .warehouse import Warehouse, copied, fill_once, shared_folder, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .expected_metrics import Streams


@pytest.fixture(scope="session")
def generated_rows(tmp_path_factory: pytest.TempPathFactory) -> Streams:
    """Return the raw rows of a generated organisation."""
    data = tmp_path_factory.mktemp("data") / "github"
    generate(data, seed=11, size="small")
    return raw_rows(data)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, generated_rows: Streams) -> Iterator[Warehouse]:
    """Return a warehouse in which the generated organisation was loaded, built and tested by dbt."""

    def fill(opened: Warehouse) -> None:
        opened.load(generated_rows)
        opened.dbt("build", "--exclude-resource-type", "unit_test")

    folder = shared_folder(tmp_path_factory, "generated")
    fill_once(folder, fill)
    with copied(folder, tmp_path_factory.mktemp("built")) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Warehouse]:
    """Return a warehouse in which nothing was loaded."""
    with warehouse(tmp_path) as opened:
        yield opened
