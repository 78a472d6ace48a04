"""Production: state in Cloud Storage, backfills beside the schedule, an environment beside another."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any
from urllib.parse import unquote

import pytest

from .conftest import BIN, ROOT, Sandbox
from .truth import assert_tables_equal_the_data

LOAD = ("tap-github-custom", "target-gcs-snowflake-merge")
JOB = "prod:tap-github-custom-to-target-gcs-snowflake-merge"
MELTANO = str(BIN / "meltano")
IN_GCS = ("env", "MELTANO_STATE_BACKEND_URI=gs://github-pipelines/meltano")


def states(sandbox: Sandbox) -> dict[str, Any]:
    """Return the states that lie in the bucket, by id."""
    folder = sandbox.folder / "gcs" / "github-pipelines" / "meltano"
    return {
        unquote(str(path.parent.relative_to(folder))): json.loads(path.read_text(encoding="utf-8"))
        for path in folder.rglob("state.json")
    }


def backfill(sandbox: Sandbox, *settings: str, **variables: str) -> str:
    """Run `make backfill` in the environment prod, its state in the bucket."""
    result = sandbox.run(
        *(*IN_GCS, "make", "--no-print-directory", "backfill", "ENVIRONMENT=prod", *settings),
        settings=variables,
    )
    assert result.returncode == 0, result.stdout[-3000:]
    return result.stdout


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Return a sandbox after a run of the schedule that began lately, its state in the bucket."""
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    result = sandbox.run(
        *(*IN_GCS, MELTANO, "--environment=prod", "run", *LOAD),
        settings={"TAP_GITHUB_CUSTOM_START_DATE": "2026-01-01T00:00:00Z"},
    )
    assert result.returncode == 0, result.stdout[-3000:]
    return sandbox


@pytest.mark.timeout(600)
def test_state_lies_in_the_bucket(scheduled: Sandbox) -> None:
    """Meltano's own backend has written it, under the environment's name."""
    assert states(scheduled)[JOB]["completed"]


@pytest.mark.timeout(600)
def test_a_backfill_goes_on_where_it_ended_and_leaves_the_schedule_alone(scheduled: Sandbox) -> None:
    """In portions, each from the state in the bucket on, it brings all history; the schedule's stays."""
    before = states(scheduled)[JOB]
    data = scheduled.generated_data
    paths = sorted(path.parent.relative_to(data) for path in data.glob("*/*/repository.json"))
    names = json.dumps(list(map(str, paths)))
    portions = 0
    while True:
        output = backfill(scheduled, f"REPOSITORIES={names}", TAP_GITHUB_CUSTOM_MAX_REQUESTS="45")
        portions += 1
        if "ended early" not in output:
            break
        assert portions < 10
    assert portions > 1
    assert states(scheduled).keys() == {JOB, f"{JOB}:backfill"}
    assert states(scheduled)[JOB] == before
    assert_tables_equal_the_data(scheduled, scheduled.generated_data)


@pytest.mark.timeout(600)
def test_a_backfill_may_begin_while_the_schedule_runs(scheduled: Sandbox) -> None:
    """Meltano would write the catalog and the state of both to one place, and each would read the other's."""
    both = (
        "make --no-print-directory backfill ENVIRONMENT=prod "
        """REPOSITORIES='["lantern-works/platform"]' NAME=-beside & """
        f"{MELTANO} --environment=prod run {' '.join(LOAD)} && wait $!"
    )
    result = scheduled.run(*IN_GCS, "sh", "-c", both)
    assert result.returncode == 0, result.stdout[-3000:]
    assert f"{JOB}:backfill-beside" in states(scheduled)


@pytest.mark.timeout(600)
def test_a_run_without_its_state_changes_nothing(scheduled: Sandbox) -> None:
    """The state is lost: all is read again, and each row is left alone."""
    loaded = "select count(*) as n, max(_ingested_at) as t from github_pipelines.raw_tables.pull_request"
    before = scheduled.sql(loaded)
    shutil.rmtree(scheduled.folder / "gcs" / "github-pipelines" / "meltano")
    result = scheduled.run(
        *(*IN_GCS, MELTANO, "--environment=prod", "run", *LOAD),
        settings={"TAP_GITHUB_CUSTOM_START_DATE": "2026-01-01T00:00:00Z"},
    )
    assert result.returncode == 0, result.stdout[-3000:]
    assert scheduled.sql(loaded) == before
    assert states(scheduled).keys() == {JOB}


def test_dev_has_schemas_and_a_folder_of_its_own(sandbox: Sandbox) -> None:
    """The loader's settings, and the schema in which dbt looks for the raw tables."""
    environment = sandbox.environment({"SNOWFLAKE_ACCOUNT": "x", "SNOWFLAKE_USER": "x"})

    def ask(*command: str) -> str:
        return subprocess.run(
            [MELTANO, "--environment=dev", "--log-level=error", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    config = json.loads(ask("invoke", "--dump=config", "target-gcs-snowflake-merge"))
    assert (config["schema"], config["prefix"]) == ("DEV_RAW_TABLES", "github-dev")
    listed = ask(
        *("invoke", "dbt", "--quiet", "ls", "--select", "source:github.pull_request"),
        *("--output", "json", "--output-keys", "schema"),
    )
    assert '"schema": "DEV_RAW_TABLES"' in listed
