"""The doctor says of each thing that a load needs whether it is right, or what mends it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from target_gcs_snowflake_merge.commands import doctor

from tests.tap.credentials.test_whole_runs import PEM

from .conftest import World, record, schema
from .source import objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server

    from tests.process import Zygote

SECRET = "s3cret-of-the-test"  # noqa: S105 - it must not be printed
ONE = [schema("item", {"id": {"type": "integer"}}, "id"), record("item", id=1)]
CHECKS = [
    *("settings", "key", "bucket", "write to the bucket", "read from the bucket", "login", "role"),
    *("warehouse", "database", "schema", "stage", "create a table", "copy from the stage"),
    *("own the tables", "delete from the bucket"),
]
AS_JSON = {"content-type": "application/json"}


def refused(code: str, words: str) -> dict[str, Any]:
    """Return the fault of a statement that Snowflake refuses."""
    data = {"errorCode": code, "sqlState": "42501", "queryId": "0"}
    body = {"code": code, "success": False, "message": words, "data": data}
    return {"status": 200, "headers": AS_JSON, "body": json.dumps(body), "times": None}


def answered(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fault of a query that Snowflake answers with one row."""
    text = {
        "type": "text",
        "nullable": True,
        "length": 100,
        "byteLength": 400,
        "scale": None,
        "precision": None,
    }
    data = {
        "rowtype": [{"name": name, **text} for name in row],
        "rowset": [list(row.values())],
        "queryResultFormat": "json",
        "total": 1,
        "returned": 1,
        "queryId": "0",
        "parameters": [],
    }
    body = {"code": None, "success": True, "message": None, "data": data}
    return {"status": 200, "headers": AS_JSON, "body": json.dumps(body), "times": None}


DENIED = refused("003001", "SQL access control error: Insufficient privileges to operate.")
UNKNOWN = refused("002003", "SQL compilation error: Object does not exist or not authorized.")
NO_ACCESS = refused("000607", "Access denied to gcs.")
STRANGER = answered({"IS_ROLE_IN_SESSION('SYSADMIN')": None})
WHO = {"CURRENT_USER()": "ME", "CURRENT_ROLE()": "LOADER", "CURRENT_WAREHOUSE()": "WH"}
NO_ROLE = answered({**WHO, "CURRENT_ROLE()": None})
NO_WAREHOUSE = answered({**WHO, "CURRENT_WAREHOUSE()": None})
STAGE = {"name": "_LAKE", "schema_name": "RAW_TABLES", "url": "gcs://github-pipelines/github/"}


@dataclass(frozen=True)
class Report:
    """What the doctor printed, and its exit code."""

    output: str
    exit_code: int

    def of(self, verdict: str) -> dict[str, str]:
        """Return the texts of the lines with a verdict, by check."""
        lines = [line.split(maxsplit=1) for line in self.output.splitlines()]
        return dict(rest.split(": ", 1) for word, rest in lines if word == verdict)


@pytest.fixture(scope="module")
def loaded(servers: tuple[Server, Server], zygote: Zygote) -> World:
    """Return a world into which something was loaded already."""
    world = World(*servers, "DOCTOR", zygote)
    world.load(ONE, prefix=world.database)
    return world


@pytest.fixture
def patient(loaded: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return that world without faults; this process can reach its bucket."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", loaded.gcs.url)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "sandbox")
    yield loaded
    loaded.gcs.clear_faults()
    loaded.snowflake.clear_faults()


def diagnose(world: World, folder: Path, **settings: Any) -> Report:
    """Run the command."""
    path = folder / "config.json"
    path.write_text(json.dumps(world.config(**{"prefix": world.database, **settings})), encoding="utf-8")
    result = CliRunner().invoke(doctor, ["--config", str(path)], catch_exceptions=False)
    assert SECRET not in result.output
    return Report(result.stdout, result.exit_code)


def test_all_is_right(patient: World, tmp_path: Path) -> None:
    """A line for each check, and nothing is left behind."""
    before = objects(patient)
    report = diagnose(patient, tmp_path)
    assert list(report.of("right")) == CHECKS, report.output
    assert report.exit_code == 0
    assert objects(patient) == before
    assert patient.leftovers() == set()


@pytest.mark.parametrize(
    ("settings", "wrong", "mended_by"),
    [
        ({"bucket": ""}, "settings", "bucket"),
        ({"load_method": "guess"}, "settings", "guess"),
        ({"password": ""}, "settings", "set password"),
        ({"private_key_path": "no-such-key.p8"}, "key", "no-such-key.p8"),
        ({"private_key": SECRET}, "key", "private_key"),
        ({"password": SECRET}, "login", "check user, password"),
        ({"port": 9}, "login", "check account, host, port"),
        ({"database": "NOT_THERE"}, "database", 'CREATE DATABASE IF NOT EXISTS "NOT_THERE"'),
        ({"schema": "not_there"}, "schema", "CREATE SCHEMA IF NOT EXISTS"),
        ({"stage": "other"}, "stage", "CREATE STAGE IF NOT EXISTS"),
        ({"prefix": "elsewhere"}, "stage", "SET URL = 'gcs://github-pipelines/elsewhere/'"),
        ({"storage_integration": "lake"}, "integration", 'SET STORAGE_INTEGRATION = "LAKE"'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_setting_is_named(
    patient: World, tmp_path: Path, settings: dict[str, Any], wrong: str, mended_by: str
) -> None:
    """It alone is wrong, and the other half is looked at all the same."""
    report = diagnose(patient, tmp_path, **settings)
    assert list(report.of("wrong")) == [wrong], report.output
    assert mended_by in report.of("wrong")[wrong]
    assert report.exit_code == 1
    if wrong in {"key", "login", "database", "schema", "stage"}:
        assert {"write to the bucket", "delete from the bucket"} <= report.of("right").keys()


def test_a_bucket_that_is_not_there(patient: World, tmp_path: Path) -> None:
    """The stage is over another one, then; the warehouse is looked at all the same."""
    report = diagnose(patient, tmp_path, bucket="no-such-bucket")
    assert list(report.of("wrong")) == ["bucket", "stage"]
    assert "correct the setting bucket" in report.of("wrong")["bucket"]
    assert {"create a table", "own the tables"} <= report.of("right").keys()
    assert "first mend: bucket" in report.of("unknown")["write to the bucket"]


@pytest.mark.parametrize(
    ("statement", "fault", "wrong", "mended_by"),
    [
        ("^SELECT CURRENT_USER", NO_ROLE, "role", 'ALTER USER "ME"'),
        (
            "^SELECT CURRENT_USER",
            answered({**WHO, "CURRENT_WAREHOUSE()": None}),
            "warehouse",
            "set warehouse",
        ),
        ("INFORMATION_SCHEMA.COLUMNS", UNKNOWN, "database", "GRANT USAGE ON DATABASE"),
        ("^CREATE OR REPLACE TRANSIENT", DENIED, "create a table", "GRANT CREATE TABLE ON SCHEMA"),
        ("^COPY", DENIED, "copy from the stage", "GRANT USAGE ON STAGE"),
        (
            "^COPY",
            refused("000607", "Access denied to gcs."),
            "copy from the stage",
            "STORAGE_GCP_SERVICE_ACCOUNT",
        ),
        (
            "^SELECT IS_ROLE",
            answered({"IS_ROLE_IN_SESSION('SYSADMIN')": None}),
            "own the tables",
            "GRANT OWNERSHIP",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_snowflake_refuses_is_told(  # noqa: PLR0913, PLR0917 - a table of cases
    patient: World, tmp_path: Path, statement: str, fault: dict[str, Any], wrong: str, mended_by: str
) -> None:
    """With the statement for somebody who may; what does not hang on it is looked at."""
    patient.snowflake.add_fault(statement=statement, **fault)
    report = diagnose(patient, tmp_path)
    assert list(report.of("wrong")) == [wrong], report.output
    assert mended_by in report.of("wrong")[wrong]
    assert "delete from the bucket" in report.of("right")


def test_a_warehouse_that_may_not_be_used(patient: World, tmp_path: Path) -> None:
    """Snowflake logs in all the same, without any."""
    patient.snowflake.add_fault(statement="^SELECT CURRENT_USER", **NO_WAREHOUSE)
    found = diagnose(patient, tmp_path, warehouse="big").of("wrong")
    assert 'GRANT USAGE ON WAREHOUSE "BIG" TO ROLE "LOADER"' in found["warehouse"]


def test_the_integration_is_that_of_the_stage(patient: World, tmp_path: Path) -> None:
    """It is compared only, which needs no right on the integration."""
    url = f"gcs://github-pipelines/{patient.database}/"
    row = {**STAGE, "url": url, "storage_integration": "LAKE"}
    patient.snowflake.add_fault(statement="^SHOW STAGES", **answered(row))
    assert "integration" in diagnose(patient, tmp_path, storage_integration="lake").of("right")


@pytest.mark.parametrize(
    ("method", "path", "wrong"),
    [
        ("POST", "/upload/", "write to the bucket"),
        ("GET", "/_doctor|/o/", "read from the bucket"),
        ("DELETE", "/o/", "delete from the bucket"),
    ],
)
def test_a_right_that_the_bucket_does_not_give(
    patient: World, tmp_path: Path, method: str, path: str, wrong: str
) -> None:
    """It is the one that is missing, with the role that holds it."""
    patient.gcs.add_fault(method=method, path=path, status=403, body="{}")
    report = diagnose(patient, tmp_path)
    assert list(report.of("wrong")) == [wrong], report.output
    assert "roles/storage.objectUser" in report.of("wrong")[wrong]


def test_a_key_pair(patient: World, tmp_path: Path) -> None:
    """A file that is a key is named, and nothing of it is shown."""
    key = tmp_path / "key.pem"
    key.write_text(PEM)
    report = diagnose(patient, tmp_path, private_key_path=str(key))
    assert report.of("right")["key"] == f"{key} is a private key"
    assert PEM.splitlines()[1] not in report.output
