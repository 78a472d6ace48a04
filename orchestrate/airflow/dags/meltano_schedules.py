"""A DAG for each schedule of the Meltano project: a task for each step of its job, then one for freshness."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Variable, chain
from airflow.sdk.configuration import conf

FOLDER = Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path(__file__).resolve().parents[3])
if not (FOLDER / "meltano.yml").is_file():
    message = f"There is no meltano.yml in {FOLDER}: set MELTANO_PROJECT_ROOT to the folder of the project."
    raise FileNotFoundError(message)
if str(FOLDER) not in sys.path:
    sys.path.append(str(FOLDER))  # Airflow's environment has none of the project's packages

from orchestrate.airflow.operator import CommandOperator  # noqa: E402 - found by the line above
from orchestrate.airflow.project import Project  # noqa: E402 - as above
from orchestrate.airflow.settings import VARIABLE, Settings  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.sdk.definitions._internal.node import DAGNode

    from orchestrate.airflow.steps import Schedule, Step
    from orchestrate.worker import Part

PROJECT = Project(FOLDER)
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)  # any moment that has passed: nothing is caught up


def make_dag(schedule: Schedule, settings: Settings) -> DAG:
    """Return the DAG of a schedule."""
    with DAG(
        schedule.name,
        schedule=schedule.cron,
        start_date=BEGINNING,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=timedelta(hours=settings.deadline_hours) or None,
        on_failure_callback=alert,
        default_args={
            "retries": settings.retries,
            "retry_delay": timedelta(minutes=settings.retry_minutes),
            "retry_exponential_backoff": 2.0,
        },
        tags={"meltano"},
        doc_md=f"The schedule `{schedule.name}` of {FOLDER / 'meltano.yml'}.",
    ) as dag:
        named: Counter[str] = Counter()
        tasks = []
        for step in schedule.steps:
            named[step.name] += 1
            task_id = step.name if named[step.name] == 1 else f"{step.name}_{named[step.name]}"
            tasks.append(make_task(task_id, step, schedule, settings.parts if step.has_parts else ()))
        chain(*tasks)
    return dag


def make_task(task_id: str, step: Step, schedule: Schedule, parts: Sequence[Part]) -> DAGNode:
    """Return the task of a step, mapped over the parts where there are some."""
    options: dict[str, Any] = {
        "task_id": task_id,
        "cwd": str(FOLDER),
        "append_env": True,
        "skip_on_exit_code": None,
        "do_xcom_push": False,
    }
    variables = {"MELTANO_ENVIRONMENT": PROJECT.environment, **schedule.variables}
    if not parts:
        command = shlex.join(PROJECT.meltano(*step.arguments))
        return CommandOperator(**options, bash_command=command, env=variables)
    mapped = CommandOperator.partial(**options, map_index_template="{{ task.env['PART'] }}")
    return mapped.expand_kwargs(
        [
            {
                "bash_command": shlex.join(
                    PROJECT.module("orchestrate.worker", *part.arguments, "--", *step.arguments)
                ),
                "env": {**variables, "PART": part.name},
            }
            for part in parts
        ]
    )


def alert(context: dict[str, Any]) -> None:
    """Tell the webhook that a run has failed.

    Airflow gives this less than a minute. An alert tries longer than that where Snowflake or the webhook do
    not answer, so it goes on by itself; its log is alert.log among those of Airflow.
    """
    last = f"; its last task: {context['ti'].task_id}" if "ti" in context else ""
    problem = f"The run {context['run_id']} has failed ({context['reason']}){last}."
    logs = Path(conf.get("logging", "base_log_folder"))
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / "alert.log").open("a") as log:
        subprocess.Popen(  # noqa: S603 - the project's own command
            PROJECT.module("orchestrate.alert", "--name", context["dag"].dag_id, "--problem", problem),
            cwd=FOLDER,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


SETTINGS = Settings.parse(Variable.get(VARIABLE, default=None))
DAGS = [make_dag(schedule, SETTINGS) for schedule in PROJECT.schedules()]
