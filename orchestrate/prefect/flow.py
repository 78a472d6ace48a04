"""The pipeline as a flow: a task for each part, then dbt, then a look at freshness and a summary.

    prefect deploy --all --prefect-file orchestrate/prefect/prefect.yaml

A part is an organisation, or a share of its repositories. Those that fail hold up nobody: the others finish,
dbt runs over what is there, and the flow ends as failed with a sentence that names them. Prefect has an
environment of its own; the commands are run by that of the project, in the folder MELTANO_PROJECT_ROOT (by
default the one that holds this file).
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.futures import wait
from prefect.logging.loggers import flow_run_logger
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

PROJECT = Path(os.environ.get("MELTANO_PROJECT_ROOT") or Path(__file__).parents[2])
if str(PROJECT) not in sys.path:  # Prefect loads this file by its path
    sys.path.insert(0, str(PROJECT))

from orchestrate.prefect import blocks, summary  # noqa: E402 - found by the lines above
from orchestrate.prefect.blocks import BlockError  # noqa: E402
from orchestrate.prefect.command import CommandError, Commands  # noqa: E402
from orchestrate.worker import Part, parts  # noqa: E402

EVERYTHING = "all that is configured"
LOAD = ("run", "tap-github-custom", "target-gcs-snowflake-merge")
RETRY_SECONDS = 360  # less jitter longer than Meltano takes a run that was killed for one that goes on: 300
SUMMARY_SECONDS = 600  # beyond the deadline: a run that missed it is summed up, too
WORKERS = int(os.environ.get("GITHUB_PIPELINE_WORKERS") or 4)  # loads at once, on this machine


class PipelineError(Exception):
    """A part of the pipeline failed; the text says which, and what did not."""


@task(retries=2, retry_delay_seconds=exponential_backoff(RETRY_SECONDS), retry_jitter_factor=0.1)
def load(
    part: Part | None, arguments: list[str], variables: dict[str, str], ends_at: float | None = None
) -> None:
    """Load one part (None: whatever is configured), as a worker with a state of its own."""
    commands = Commands(PROJECT, variables, ends_at)
    log = get_run_logger().info
    if part is None:
        commands.meltano([*arguments, *LOAD], log)
    else:
        commands.worker(part, [*arguments, *LOAD], log)


@task(retries=1, retry_delay_seconds=60)
def transform(arguments: list[str], variables: dict[str, str], ends_at: float | None = None) -> None:
    """Build the models over what is in the raw tables."""
    Commands(PROJECT, variables, ends_at).meltano([*arguments, "run", "dbt:run"], get_run_logger().info)


@task
def check_freshness(arguments: list[str], variables: dict[str, str], ends_at: float | None = None) -> None:
    """Fail where no load has come to its end for too long."""
    Commands(PROJECT, variables, ends_at).meltano([*arguments, "run", "dbt:freshness"], get_run_logger().info)


@task
def summarize(runs: dict[str, str], arguments: list[str], variables: dict[str, str]) -> str:
    """Leave what the loads of the run did, and what they cost, as an artifact; return it."""
    commands = Commands(PROJECT, variables, time.time() + SUMMARY_SECONDS)
    printed = commands.output("orchestrate.run_summary", *arguments, *runs.values())
    markdown = summary.markdown(runs, json.loads(printed))
    create_markdown_artifact(markdown, key="github-insights", description="What the loads of a run did")
    return markdown


def alert(flow: Any, run: Any, state: Any) -> None:  # noqa: ANN401 - Prefect's, which have no types here
    """Tell the webhook that a run has failed; what the alert says itself is in the log of the run."""
    log = flow_run_logger(run, flow).info
    given = run.parameters
    try:
        variables = blocks.variables(given.get("secret_blocks") or {}, given.get("bucket_block"))
    except (BlockError, ValueError) as error:  # the latter: there is no such block
        log(f"The alert does without the blocks: {error}")
        variables = {}
    if given.get("environment"):
        variables["MELTANO_ENVIRONMENT"] = given["environment"]
    problem = f"The run {run.name} has failed: {state.message}"
    commands = Commands(PROJECT, variables, time.time() + SUMMARY_SECONDS)
    with suppress(CommandError):  # its exit code says that something is wrong
        commands.module("orchestrate.alert", ["--name", flow.name, "--problem", problem], log)


@flow(
    name="github-insights",
    task_runner=ThreadPoolTaskRunner(max_workers=WORKERS),
    on_failure=[alert],
    on_crashed=[alert],
)
def github_insights(  # noqa: PLR0913, PLR0917 - what somebody can choose on Prefect's page
    orgs: list[str] | None = None,
    lookback_days: int | None = None,
    environment: str | None = None,
    secret_blocks: dict[str, str] | None = None,
    bucket_block: str | None = None,
    shards: int = 0,
    retries: int = 2,
    deadline_hours: float = 12,
) -> None:
    """Bring GitHub into Snowflake.

    Args:
        orgs: Logins of organisations, a task each; by default one task for what the settings say.
        lookback_days: Days behind the bookmark that are read again; by default what the settings say.
        environment: Environment of Meltano; by default the project's.
        secret_blocks: Variable (`SNOWFLAKE_PRIVATE_KEY`, ...) -> name of the GcpSecret block with its value.
        bucket_block: Name of the GcsBucket block of the lake.
        shards: Tasks that share the repositories, or those of each organisation; 0: nothing is shared.
        retries: How often a load that failed is tried again.
        deadline_hours: After them a load or step that still runs is ended, and has failed; 0: never.

    Raises:
        PipelineError: Something failed; all else was done nevertheless.
    """
    ends_at = time.time() + deadline_hours * 3600 if deadline_hours else None
    variables = blocks.variables(secret_blocks or {}, bucket_block)
    if lookback_days is not None:
        variables["TAP_GITHUB_CUSTOM_LOOKBACK_DAYS"] = str(lookback_days)
    arguments = [f"--environment={environment}"] if environment else []
    split: dict[str, Part | None] = {part.name: part for part in parts(orgs or [], shards)}
    shares = split or {EVERYTHING: None}
    runs = {name: str(uuid.uuid5(_namespace(), name)) for name in shares}
    loads = {
        name: load.with_options(name=f"load {name}", retries=retries).submit(
            part, arguments, {**variables, "MELTANO_RUN_ID": runs[name]}, ends_at
        )
        for name, part in shares.items()
    }
    wait(list(loads.values()))
    failed = {name: future.state for name, future in loads.items() if not future.state.is_completed()}
    problems = [f"{name} could not be loaded: {_reason(state)}" for name, state in failed.items()]
    if len(failed) < len(loads):
        steps = {"The models": transform, "Freshness": check_freshness}
        for name, step in steps.items():
            state = step(arguments, variables, ends_at, return_state=True)
            if not state.is_completed():
                problems.append(f"{name}: {_reason(state)}")
    state = summarize(runs, arguments, variables, return_state=True)
    if not state.is_completed():
        problems.append(f"The summary could not be had: {_reason(state)}")
    if problems:
        raise PipelineError("\n".join(problems))


def _namespace() -> uuid.UUID:
    return uuid.UUID(str(runtime.flow_run.id))


def _reason(state: Any) -> str:  # noqa: ANN401 - a State of Prefect, which has no type here
    """Return why something failed, in a sentence where it is known."""
    error = state.result(raise_on_failure=False)
    return str(error) if isinstance(error, CommandError) else str(state.message)
