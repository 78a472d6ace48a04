"""What the tests of all schedulers have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.pipeline.conftest import DBT_TARGET

# A dbt project that takes seconds, where a scheduler is looked at and not the models.
ONE_MODEL: dict[str, Any] = {
    "DBT_PROJECT_DIR": str(Path(__file__).with_name("one_model")),
    "DBT_TARGET_PATH": str(DBT_TARGET / "one_model"),
}
