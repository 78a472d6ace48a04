"""Runs a command as a task does, and ends it as Airflow does; run by Airflow's own Python.

The command asks for its end itself: by SIGTERM, as for a task that is marked as failed or whose run has
missed its deadline, or by SIGALRM, as the task's own timeout.
"""

from __future__ import annotations

import signal
import sys
from contextlib import suppress

from airflow.sdk.bases.operator import ExecutorSafeguard
from airflow.sdk.exceptions import AirflowException, AirflowTaskTimeout
from airflow.sdk.execution_time.timeout import timeout

from orchestrate.airflow.operator import CommandOperator

task = CommandOperator(task_id="task", bash_command=sys.argv[1], append_env=True, cwd=".")
ExecutorSafeguard.tracker.set(task)
signal.signal(signal.SIGTERM, lambda *_: task.on_kill())
try:
    with timeout(300), suppress(AirflowException):
        task.execute({})
except AirflowTaskTimeout:
    task.on_kill()
