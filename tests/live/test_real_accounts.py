"""What the sandbox cannot prove, proven on real accounts: authentication, roles, DDL, Parquet options.

`LIVE_ENV=.env make test PYTEST_ARGS=tests/live` runs them with the variables of that file, which are those
of .env.example. The loader's test works in a schema of its own, which it drops; its objects stay in the
bucket, below `live-test/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector
from dotenv import dotenv_values

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "bin"
CONNECTION = (
    "account",
    "user",
    "password",
    "private_key_path",
    "private_key_passphrase",
    "role",
    "warehouse",
)

SCHEMA = {
    "type": "SCHEMA",
    "stream": "measurement",
    "key_properties": ["id"],
    "schema": {
        "properties": {
            "id": {"type": "integer"},
            "amount": {"type": ["number", "null"], "multipleOf": 0.01},
            "taken_at": {"type": ["string", "null"], "format": "date-time"},
            "details": {"type": ["object", "null"]},
        },
    },
}
RECORDS = [
    {"id": 1, "amount": 5.25, "taken_at": "2026-01-31T23:59:59.123456+02:00", "details": {"a": [1, None]}},
    {"id": 2, "amount": None, "taken_at": None, "details": None},
]


def live_settings(*needed: str) -> dict[str, str]:
    """Return the variables of the file that LIVE_ENV names; skip the test where it lacks NEEDED ones."""
    path = os.environ.get("LIVE_ENV")
    if not path:
        pytest.skip("no real account: set LIVE_ENV to a file like .env.example, filled in")
    settings = {name: value for name, value in dotenv_values(ROOT / path).items() if value}
    missing = [name for name in needed if name not in settings]
    if missing:
        pytest.skip(f"no real account: {path} does not set {', '.join(missing)}")
    return settings


def test_the_tap_reads_a_record_of_each_stream_from_github() -> None:
    """A real token is accepted, and the real answers fit the schemas."""
    settings = live_settings("TAP_GITHUB_CUSTOM_AUTH_TOKEN", "TAP_GITHUB_CUSTOM_ORGANIZATIONS")
    subprocess.run(
        [str(BIN / "tap-github-custom"), "--config=ENV", "--test=records"],
        env={**os.environ, **settings},
        check=True,
    )


@pytest.fixture
def connection() -> Iterator[snowflake.connector.SnowflakeConnection]:
    """Return a connection to the real account; the schema of the test is dropped at the end."""
    settings = live_settings(
        "SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "GCS_BUCKET", "SNOWFLAKE_STORAGE_INTEGRATION"
    )
    options: dict[str, Any] = {name: settings.get(f"SNOWFLAKE_{name.upper()}") for name in CONNECTION}
    renamed = {"private_key_path": "private_key_file", "private_key_passphrase": "private_key_file_pwd"}
    given = {renamed.get(name, name): value for name, value in options.items() if value}
    database = settings.get("SNOWFLAKE_DATABASE", "GITHUB_PIPELINES")
    schema = f"LIVE_TEST_{uuid.uuid4().hex.upper()}"
    with snowflake.connector.connect(**given, database=database) as opened:
        opened.cursor().execute(f"create schema {schema}")
        opened.cursor().execute(f"use schema {schema}")
        yield opened
        opened.cursor().execute(f"drop schema {schema}")


def load(schema: str, messages: list[dict[str, Any]]) -> None:
    """Load Singer messages into SCHEMA of the real account."""
    settings = live_settings("SNOWFLAKE_ACCOUNT", "GCS_BUCKET")
    target = {
        f"TARGET_GCS_SNOWFLAKE_MERGE_{name.upper()}": settings.get(f"SNOWFLAKE_{name.upper()}", "")
        for name in (*CONNECTION, "database", "storage_integration")
    }
    target["TARGET_GCS_SNOWFLAKE_MERGE_BUCKET"] = settings["GCS_BUCKET"]
    target["TARGET_GCS_SNOWFLAKE_MERGE_PREFIX"] = "live-test"
    target["TARGET_GCS_SNOWFLAKE_MERGE_SCHEMA"] = schema
    subprocess.run(
        [str(BIN / "target-gcs-snowflake-merge"), "--config=ENV"],
        input="".join(json.dumps(message) + "\n" for message in messages),
        env={**os.environ, **settings, **target},
        text=True,
        check=True,
    )


def contents(connection: snowflake.connector.SnowflakeConnection) -> list[tuple[Any, ...]]:
    """Return the rows of the table, with one value out of the VARIANT and the time of the load."""
    cursor = connection.cursor()
    cursor.execute(
        "select ID, AMOUNT, TAKEN_AT::varchar, DETAILS:a[0]::int, _INGESTED_AT from MEASUREMENT order by ID",
    )
    return [tuple(row) for row in cursor.fetchall()]


def test_the_loader_is_idempotent_on_snowflake(connection: snowflake.connector.SnowflakeConnection) -> None:
    """Loaded twice, each record is there once, with its types; the second load changes nothing."""
    schema = str(connection.schema)
    messages: list[dict[str, Any]] = [
        SCHEMA,
        *({"type": "RECORD", "stream": "measurement", "record": record} for record in RECORDS),
    ]
    load(schema, messages)
    first = contents(connection)
    load(schema, messages)
    assert contents(connection) == first
    assert [row[0] for row in first] == [1, 2]
    assert str(first[0][1]) == "5.25"
    assert str(first[0][2]).startswith("2026-01-31 21:59:59.123456")
    assert first[0][3] == 1
