"""Prefect runs the pipeline: deployed from its file, by a worker, an organisation at a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sandbox.github.generate import generate

from tests.orchestrate.conftest import ONE_MODEL
from tests.pipeline.truth import assert_tables_equal_the_data

from .conftest import DEPLOYMENT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipeline.conftest import Sandbox

    from .conftest import Prefect

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of two small organisations."""
    folder = tmp_path_factory.mktemp("data")
    generate(folder, seed=1, size="tiny")
    return folder


def test_the_deployment_is_that_of_the_file(prefect: Prefect) -> None:
    """Every six hours, one run at a time, with parameters that somebody can choose on the page."""
    (deployment,) = prefect.ask("deployments/filter")
    (schedule,) = deployment["schedules"]
    assert f"github-insights/{deployment['name']}" == DEPLOYMENT
    assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == ("0 */6 * * *", "UTC")
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert deployment["parameters"] == {
        "orgs": [],
        "shards": 0,
        "lookback_days": None,
        "environment": "prod",
    }
    assert deployment["parameter_openapi_schema"]["properties"].keys() >= {"orgs", "lookback_days"}


def test_organisations_are_loaded_by_a_task_each(prefect: Prefect, sandbox: Sandbox, data: Path) -> None:
    """Together they load all of the data, the marts are built, and the artifact says what was loaded."""
    run = prefect.run(
        sandbox,
        data,
        {"orgs": ["lantern-labs", "lantern-works"], "environment": "sandbox", "lookback_days": 5},
    )
    assert run["state"]["type"] == "COMPLETED", run["state"]["message"]
    assert prefect.tasks(run) == dict.fromkeys(
        ("load lantern-labs", "load lantern-works", "transform", "check_freshness", "summarize"), "COMPLETED"
    )
    assert_tables_equal_the_data(sandbox, data)
    raw, mart = (
        sandbox.sql(f"select count(*) as n from GITHUB_PIPELINES.{table}")
        for table in ("RAW_TABLES.PULL_REQUEST", "MARTS.FCT_GITHUB__PULL_REQUEST")
    )
    assert raw == mart
    told = {cells[1]: cells[2:] for cells in map(cells_of, prefect.artifact(run).splitlines()[2:])}
    assert {name: told[name][0] for name in told} == {"lantern-labs": "complete", "lantern-works": "complete"}
    loaded = sandbox.sql(
        "select sum(rows_inserted) as n from GITHUB_PIPELINES.RAW_TABLES._RUN_SUMMARY where stream is null"
    )
    assert sum(int(cells[2].replace(",", "")) for cells in told.values()) == loaded[0]["N"]


def test_shards_share_an_organisation(prefect: Prefect, tmp_path: Path) -> None:
    """A task and a state each; what comes after them is done once, of a project whose commands tell of it."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nshift 3; echo \"$@\" >> calls; echo '[]'\n")
    python.chmod(0o755)
    prefect.python(
        f"import os; os.environ['MELTANO_PROJECT_ROOT'] = '{tmp_path}'\n"
        "from orchestrate.prefect.flow import github_insights\n"
        "github_insights(orgs=['Acme'], shards=2)\n"
    )
    calls = (tmp_path / "calls").read_text().splitlines()
    load = "run tap-github-custom target-gcs-snowflake-merge"
    assert sorted(calls[:2]) == [
        f"-m orchestrate.worker --organization Acme --shard {share} -- {load}" for share in ("1/2", "2/2")
    ]
    assert calls[2:4] == ["run dbt:run", "run dbt:freshness"]


def test_an_organisation_that_fails_holds_up_nobody(prefect: Prefect, sandbox: Sandbox, data: Path) -> None:
    """The other is loaded, the marts are built over what is there, and the run fails by the name of one.

    The alert is called: its log says that nobody is told, since there is no webhook.
    """
    run = prefect.run(
        *(sandbox, data, {"orgs": ["nobody", "lantern-labs"], "environment": "sandbox", "retries": 0}),
        **ONE_MODEL,
    )
    assert run["state"]["type"] == "FAILED"
    assert "nobody could not be loaded: exit code 1" in run["state"]["message"]
    assert prefect.tasks(run) == {
        "load nobody": "FAILED",
        **dict.fromkeys(("load lantern-labs", "transform", "check_freshness", "summarize"), "COMPLETED"),
    }
    told = {cells[1]: cells[2] for cells in map(cells_of, prefect.artifact(run).splitlines()[2:])}
    assert told["lantern-labs"] == "complete"
    assert told["nobody"] != "complete"
    assert sandbox.sql("select * from GITHUB_PIPELINES.DEV.PULL_REQUEST_COUNT")
    logged = prefect.log(run)
    assert f"• The run {run['name']} has failed: " in logged
    assert "Nobody is told: set ALERT_WEBHOOK_URL" in logged


def test_a_load_is_tried_again_when_meltano_lets_it(prefect: Prefect) -> None:
    """For five minutes it takes a run that was killed for one that goes on, and refuses another."""
    printed = prefect.python(
        "from prefect.utilities.math import lower_clamp_multiple\n"
        "from orchestrate.prefect.flow import load\n"
        "least = lower_clamp_multiple(1 + load.retry_jitter_factor)\n"
        "print(min(load.retry_delay_seconds) * least)\n"
    )
    assert float(printed) > 300


def test_blocks_become_variables_and_no_secret_is_read(prefect: Prefect) -> None:
    """A secret's name reaches the process that needs it; a key within a block is refused by a sentence."""
    key = prefect.home / "key.json"
    key.write_text(json.dumps(service_account()), encoding="utf-8")
    printed = prefect.python(
        f"import os; os.environ['GOOGLE_APPLICATION_CREDENTIALS'] = '{key}'\n"  # prefect-gcp wants some
        "from prefect_gcp import GcpCredentials, GcpSecret, GcsBucket\n"
        "from orchestrate.prefect.blocks import BlockError, variables\n"
        f"lent = GcpCredentials(project='p', service_account_file='{key}')\n"
        "GcpSecret(gcp_credentials=lent, secret_name='token', secret_version='3').save('token')\n"
        "GcsBucket(gcp_credentials=GcpCredentials(), bucket='lake', bucket_folder='git/').save('lake')\n"
        "print(sorted(variables({'TAP_GITHUB_CUSTOM_AUTH_TOKEN': 'token'}, 'lake').items()))\n"
        f"held = GcpCredentials(project='p', service_account_info={service_account()!r})\n"
        "GcpSecret(gcp_credentials=held, secret_name='token').save('held')\n"
        "try:\n    variables({'X': 'held'}, None)\nexcept BlockError as error:\n    print(error)\n"
    )
    first, second = printed.splitlines()
    assert first == str(
        [
            ("GCS_BUCKET", "lake"),
            ("GOOGLE_APPLICATION_CREDENTIALS", str(key)),
            ("TAP_GITHUB_CUSTOM_AUTH_TOKEN", "projects/p/secrets/token/versions/3"),
            ("TARGET_GCS_SNOWFLAKE_MERGE_PREFIX", "git"),
        ]
    )
    assert second.startswith("The block 'held' holds a key of a service account")


def service_account() -> dict[str, str]:
    """Return what a key file of a service account has."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {
        "type": "service_account",
        "project_id": "p",
        "private_key": pem.decode(),
        "client_email": "loader@p.example",
        "token_uri": "https://127.0.0.1/token",
    }


def cells_of(line: str) -> list[str]:
    """Return the cells of a line of a table."""
    return [cell.strip() for cell in line.split("|")]
