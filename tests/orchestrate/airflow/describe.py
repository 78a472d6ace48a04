"""Prints what Airflow makes of a folder of DAGs, as a last line of JSON; run by Airflow's own Python."""

from __future__ import annotations

import json
import sys
from typing import Any

from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.definitions.mappedoperator import MappedOperator


def described(task: Any) -> dict[str, Any]:
    """Return what a task does, and when."""
    mapped = isinstance(task, MappedOperator)
    calls = task.expand_input.value if mapped else [{"bash_command": task.bash_command, "env": task.env}]
    return {
        "mapped": mapped,
        "after": sorted(task.upstream_task_ids),
        "retries": task.retries,
        "retry_seconds": task.retry_delay.total_seconds(),
        "backoff": task.retry_exponential_backoff,
        "calls": [(call["bash_command"], call["env"]) for call in calls],
    }


bag = DagBag(sys.argv[1])
dags = {
    name: {
        "schedule": dag.schedule,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "deadline_hours": dag.dagrun_timeout.total_seconds() / 3600,
        "tasks": {task.task_id: described(task) for task in dag.tasks},
    }
    for name, dag in bag.dags.items()
}
sys.stdout.write("\n" + json.dumps({"errors": list(bag.import_errors.values()), "dags": dags}) + "\n")
