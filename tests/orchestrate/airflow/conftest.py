"""Airflow as an operator has it: its own environment, its own home, and the project's folder of DAGs."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[3]
BIN = ROOT / ".tools" / "airflow" / "bin"
DAGS = ROOT / "orchestrate" / "airflow" / "dags"
NAME = "github-insights-every-6-hours"
LOAD, RUN, FRESHNESS = "tap-github-custom_target-gcs-snowflake-merge", "dbt_run", "dbt_freshness"
DESCRIBE = Path(__file__).with_name("describe.py")


@dataclass(frozen=True)
class Airflow:
    """An Airflow with a home of its own."""

    home: Path

    def settings(self, pipeline: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Return the variables of its commands, with the settings of the DAGs among them."""
        return {
            "AIRFLOW_HOME": str(self.home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "AIRFLOW_VAR_GITHUB_PIPELINE": json.dumps(pipeline or {}),
        }

    def describe(self, project: Path, pipeline: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the DAGs of a project, and the errors of their import."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "MELTANO"))}
        result = subprocess.run(
            [BIN / "python", DESCRIBE, DAGS],
            env={**inherited, **self.settings(pipeline), "MELTANO_PROJECT_ROOT": str(project)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-3000:]
        described: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return described

    def select(self, statement: str) -> list[tuple[Any, ...]]:
        """Return rows of its database."""
        with closing(sqlite3.connect(self.home / "airflow.db")) as database:
            return database.execute(statement).fetchall()


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Airflow:
    """Return an Airflow without a database: to read DAGs it needs none."""
    return Airflow(tmp_path_factory.mktemp("airflow"))
