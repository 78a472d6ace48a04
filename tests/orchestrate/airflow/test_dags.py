"""What Airflow makes of the schedules."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import FRESHNESS, LOAD, NAME, ROOT, RUN

if TYPE_CHECKING:
    from .conftest import Airflow

SCHEDULES = """
project_id: scratch
send_anonymous_usage_stats: false
jobs:
- name: job
  tasks: [dbt:run, dbt:run dbt:freshness]
schedules:
- {name: by hand, interval: "@manual", job: job, env: {DBT_TARGET: other}}
- {name: elt, interval: "@daily", extractor: tap-a, loader: target-b, transform: skip, start_date: 2026-01-01}
"""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return a project with schedules of other kinds."""
    (tmp_path / "meltano.yml").write_text(SCHEDULES)
    for folder in (".venv", "orchestrate"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return tmp_path


def commands(task: dict[str, Any]) -> list[list[str]]:
    """Return the calls of a task, without what they have in common: secrets are resolved first."""
    calls = [shlex.split(command) for command, _ in task["calls"]]
    assert all(call[1:3] == ["-m", "orchestrate.with_secrets"] for call in calls)
    return [[Path(call[3]).name, *call[4:]] for call in calls]


def test_the_dag_is_the_schedule(airflow: Airflow) -> None:
    """A task for each step of the job, in its order, then the freshness of the sources."""
    described = airflow.describe(ROOT)
    assert described["errors"] == []
    assert list(described["dags"]) == [NAME]
    dag = described["dags"][NAME]
    tasks = dag.pop("tasks")
    assert dag == {"schedule": "0 */6 * * *", "catchup": False, "max_active_runs": 1, "deadline_hours": 12}
    assert {name: (task["after"], commands(task)) for name, task in tasks.items()} == {
        LOAD: ([], [["meltano", "run", "tap-github-custom", "target-gcs-snowflake-merge"]]),
        RUN: ([LOAD], [["meltano", "run", "dbt:run"]]),
        FRESHNESS: ([RUN], [["meltano", "run", "dbt:freshness"]]),
    }
    for task in tasks.values():
        assert (task["retries"], task["retry_seconds"], task["backoff"]) == (2, 300, 2)


def test_what_reads_github_is_mapped_over_the_parts(airflow: Airflow) -> None:
    """Each part is a worker with a name; what comes after waits for all of them."""
    tasks = airflow.describe(ROOT, {"organizations": ["acme", "um brella"]})["dags"][NAME]["tasks"]
    assert [name for name, task in tasks.items() if task["mapped"]] == [LOAD]
    worker = ["python", "-m", "orchestrate.worker"]
    run = ["--", "run", "tap-github-custom", "target-gcs-snowflake-merge"]
    assert commands(tasks[LOAD]) == [
        [*worker, "--organization", "acme", *run],
        [*worker, "--organization", "um brella", *run],
    ]
    assert [variables["PART"] for _, variables in tasks[LOAD]["calls"]] == ["acme", "um-brella"]
    assert tasks[RUN]["after"] == [LOAD]


def test_other_schedules(airflow: Airflow, scratch: Path) -> None:
    """By hand, with variables and a step twice; and one of an extractor and a loader without a job."""
    described = airflow.describe(scratch, {"shards": 2})
    assert described["errors"] == []
    by_hand, elt = described["dags"]["by_hand"], described["dags"]["elt"]
    assert (by_hand["schedule"], elt["schedule"]) == (None, "0 0 * * *")
    assert list(by_hand["tasks"]) == [RUN, f"{RUN}_2", FRESHNESS]
    assert all(
        call[1] == {"MELTANO_ENVIRONMENT": "prod", "DBT_TARGET": "other"}
        for task in by_hand["tasks"].values()
        for call in task["calls"]
    )
    assert list(elt["tasks"]) == ["run_elt", FRESHNESS]
    assert commands(elt["tasks"]["run_elt"]) == [["meltano", "schedule", "run", "elt"]]


def test_a_project_that_cannot_be_read_is_an_import_error(airflow: Airflow, scratch: Path) -> None:
    """Its last line is the sentence that says why."""
    (scratch / "meltano.yml").write_text(SCHEDULES.replace("job: job", "job: none"))
    described = airflow.describe(scratch)
    assert described["dags"] == {}
    (error,) = described["errors"]
    assert error.splitlines()[-1].endswith("Meltano cannot list its schedules: Job 'none' was not found.")


def test_a_folder_without_a_project_is_an_import_error(airflow: Airflow, tmp_path: Path) -> None:
    """It names the variable to set."""
    (error,) = airflow.describe(tmp_path)["errors"]
    assert "set MELTANO_PROJECT_ROOT to the folder of the project" in error.splitlines()[-1]
