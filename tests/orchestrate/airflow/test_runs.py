"""Airflow runs the pipeline: in parts that make a whole, again where a step fails; then it tells somebody."""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate

from tests.orchestrate.conftest import ONE_MODEL
from tests.pipeline.conftest import Sandbox
from tests.pipeline.truth import assert_tables_equal_the_data
from tests.tap.answering import Asked, Told, answering

from .conftest import BIN, FRESHNESS, LOAD, NAME, RUN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .conftest import Airflow

PATIENCE_SECONDS = 120


@pytest.fixture(scope="module", autouse=True)
def _database(airflow: Airflow) -> None:
    variables = {**os.environ, **airflow.settings()}
    subprocess.run([BIN / "airflow", "db", "migrate"], env=variables, check=True, capture_output=True)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Return a sandbox that holds nothing yet."""
    return Sandbox(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of two small organisations."""
    folder = tmp_path_factory.mktemp("data")
    generate(folder, seed=1, size="tiny")
    return folder


def run_dag(
    airflow: Airflow, sandbox: Sandbox, data: Path, pipeline: Mapping[str, Any], **variables: str
) -> tuple[str, str]:
    """Run the DAG to its end; return the state of the run, and what was printed."""
    result = sandbox.run(
        *(str(BIN / "airflow"), "dags", "test", NAME),
        data=data,
        settings={**airflow.settings(pipeline), **variables},
    )
    (state,) = airflow.select("select state from dag_run order by id desc limit 1")[0]
    assert (result.returncode == 0) == (state == "success")
    return state, result.stdout


def tasks(airflow: Airflow) -> dict[tuple[str, str | None], tuple[str, int]]:
    """Return state and number of tries of each task of the last run, by its name and that of its part."""
    rows = airflow.select(
        "select task_id, rendered_map_index, state, try_number from task_instance"
        " where run_id = (select run_id from dag_run order by id desc limit 1)"
    )
    return {(name, part): (state, tries) for name, part, state, tries in rows}


def test_organisations_are_loaded_by_a_task_each(airflow: Airflow, sandbox: Sandbox, data: Path) -> None:
    """Together they load all of the data, and the models are built upon it."""
    organizations = ["lantern-labs", "lantern-works"]
    state, printed = run_dag(*(airflow, sandbox, data, {"organizations": organizations}), **ONE_MODEL)
    assert state == "success", printed[-5000:]
    assert tasks(airflow) == {
        (LOAD, "lantern-labs"): ("success", 1),
        (LOAD, "lantern-works"): ("success", 1),
        (RUN, None): ("success", 1),
        (FRESHNESS, None): ("success", 1),
    }
    assert_tables_equal_the_data(sandbox, data)
    (counted,) = sandbox.sql("select pull_request_count as n from GITHUB_PIPELINES.DEV.PULL_REQUEST_COUNT")
    (pulls,) = sandbox.sql("select count(*) as n from GITHUB_PIPELINES.RAW_TABLES.PULL_REQUEST")
    assert counted == pulls


def test_a_step_that_fails_is_tried_again_and_fails_the_run(
    airflow: Airflow, sandbox: Sandbox, data: Path
) -> None:
    """The others finish, nothing is built upon half of the data, and the webhook is told once."""
    posted: queue.Queue[str] = queue.Queue()

    def take(asked: Asked) -> Told:
        posted.put(json.loads(asked.body)["text"])
        return Told()

    with answering(take) as webhook:
        state, printed = run_dag(
            *(airflow, sandbox, data),
            {"organizations": ["lantern-labs", "nobody"], "retries": 1, "retry_minutes": 0},
            ALERT_WEBHOOK_URL=webhook.url,
        )
        told = posted.get(timeout=PATIENCE_SECONDS)
    assert state == "failed"
    assert tasks(airflow) == {
        (LOAD, "lantern-labs"): ("success", 1),
        (LOAD, "nobody"): ("failed", 2),
        (RUN, None): ("upstream_failed", 0),
        (FRESHNESS, None): ("upstream_failed", 0),
    }
    assert "nobody" in printed
    assert re.match(rf"{NAME}:\n• The run manual__\S+ has failed \(task_failure\)", told)
    assert told in (airflow.home / "logs" / "alert.log").read_text(encoding="utf-8")
