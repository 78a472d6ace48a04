"""What the sandbox cannot prove, proven on real accounts: authentication, roles, DDL, Parquet options.

`LIVE_ENV=.env make test PYTEST_ARGS=tests/live` runs them with the variables of that file, which are those
of .env.example. The loader's test works with what `make provision-sql BUCKET=your-bucket PREFIX=LIVE_` makes,
and with no right beyond that: the file names its user, role, warehouse and integration (LIVE_GITHUB_LOADER
and so on). It loads a table of its own, which it drops; the loader's own tables stay in LIVE_RAW_TABLES, the
objects in the bucket, below `github-live/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector
from dotenv import dotenv_values
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "bin"
RAW_SCHEMA, FOLDER = "LIVE_RAW_TABLES", "github-live"  # as PREFIX=LIVE_ has them
CONNECTION = (
    *("account", "user", "password", "private_key_path", "private_key", "private_key_passphrase"),
    *("authenticator", "role", "warehouse", "database", "storage_integration", "host", "port", "protocol"),
)

SCHEMA = {
    "properties": {
        "id": {"type": "integer"},
        "amount": {"type": ["number", "null"], "multipleOf": 0.01},
        "taken_at": {"type": ["string", "null"], "format": "date-time"},
        "details": {"type": ["object", "null"]},
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


def loader_settings() -> dict[str, str]:
    """Return the settings of the loader."""
    settings = live_settings(
        "SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "GCS_BUCKET", "SNOWFLAKE_STORAGE_INTEGRATION"
    )
    given = {name: settings.get(f"SNOWFLAKE_{name.upper()}", "") for name in CONNECTION}
    own = {"bucket": settings["GCS_BUCKET"], "schema": RAW_SCHEMA, "prefix": FOLDER}
    return {name: value for name, value in {**given, **own}.items() if value}


@dataclass(frozen=True)
class Stream:
    """A stream that nobody else has, and a session that sees its table."""

    name: str
    session: snowflake.connector.SnowflakeConnection

    def load(self) -> None:
        """Load the records into the real account."""
        messages: list[dict[str, Any]] = [
            {"type": "SCHEMA", "stream": self.name, "key_properties": ["id"], "schema": SCHEMA},
            *({"type": "RECORD", "stream": self.name, "record": record} for record in RECORDS),
        ]
        target = {
            f"TARGET_GCS_SNOWFLAKE_MERGE_{name}".upper(): value for name, value in loader_settings().items()
        }
        subprocess.run(
            [str(BIN / "target-gcs-snowflake-merge"), "--config=ENV"],
            input="".join(json.dumps(message) + "\n" for message in messages),
            env={**os.environ, **live_settings(), **target},
            text=True,
            check=True,
        )

    def contents(self) -> list[tuple[Any, ...]]:
        """Return the rows of the table, with one value out of the VARIANT and the time of the load."""
        cursor = self.session.cursor()
        cursor.execute(
            "select ID, AMOUNT, TAKEN_AT::varchar, DETAILS:a[0]::int, _INGESTED_AT "
            f"from {self.name} order by ID"
        )
        return [tuple(row) for row in cursor.fetchall()]


@pytest.fixture
def stream() -> Iterator[Stream]:
    """Return a stream of the real account, whose login is the loader's; its table is dropped at the end."""
    options = connection_options(Settings.from_config(loader_settings()), "live-test")
    with snowflake.connector.connect(**options) as session:
        stream = Stream(f"measurement_{uuid.uuid4().hex}", session)
        yield stream
        session.cursor().execute(f"drop table if exists {stream.name}")


def test_the_loader_is_idempotent_on_snowflake(stream: Stream) -> None:
    """Loaded twice, each record is there once, with its types; the second load changes nothing."""
    stream.load()
    first = stream.contents()
    stream.load()
    assert stream.contents() == first
    assert [row[0] for row in first] == [1, 2]
    assert str(first[0][1]) == "5.25"
    assert str(first[0][2]).startswith("2026-01-31 21:59:59.123456")
    assert first[0][3] == 1
