"""What all tests have in common: the order of their files, and how many processes there are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONG = ("pipeline", "prefect", "airflow", "transform", "analyze")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take minutes: at the end, other processes would wait for them."""
    items.sort(key=lambda item: not any(folder in item.path.parts for folder in LONG))


def pytest_xdist_auto_num_workers() -> int:
    """Have three processes on two processors: many tests wait, for a server, a signal, a clock."""
    wanted = os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS")
    has_affinity = hasattr(os, "sched_getaffinity")
    processors = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return int(wanted) if wanted else processors * 3 // 2
