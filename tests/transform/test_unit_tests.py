"""The unit tests of the models, which stand beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)


def test_each_model_does_what_its_unit_tests_say(built: Warehouse) -> None:
    """None fails, and there are some."""
    told = built.dbt("test", "--select", "test_type:unit")
    assert re.search(r"PASS=[1-9]", told)
