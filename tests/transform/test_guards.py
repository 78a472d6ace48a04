"""What somebody writes wrong into a variable or a list is told; so is a history that contradicts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)


def test_a_mistyped_source_of_deployments_is_told(empty: Warehouse) -> None:
    """Else no service would have a deployment, and nobody would know why."""
    told = empty.dbt("parse", "--vars", "default_deploy_source: releases", succeeds=False)
    assert "is one of deployment, release, deploy_event, merged_at, not releases" in told
