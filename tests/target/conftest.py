"""The target as its users run it: a command that reads lines, against the stand-ins on the wire."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import snowflake.connector
from sandbox.servers import BUCKET, Server, serve_gcs, serve_snowflake

from tests.process import Process, Zygote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TARGET = Path(__file__).parents[2] / ".venv" / "bin" / "target-gcs-snowflake-merge"
VARIABLE_PREFIX = "TARGET_GCS_SNOWFLAKE_MERGE_"
BY_VARIABLES = ("--config=ENV",)
SCHEMA = "RAW_TABLES"
LOADER_COLUMNS = ("_INGESTED_AT", "_BATCH_ID", "_DELETED_AT", "_ROW_HASH")
ITEM: dict[str, Any] = {
    "id": {"type": "integer"},
    "name": {"type": ["string", "null"]},
    "price": {"type": ["number", "null"], "multipleOf": 0.01},
    "at": {"type": ["string", "null"], "format": "date-time"},
    "doc": {"type": ["object", "null"]},
}

Line = dict[str, Any] | bytes


def schema(
    stream: str, properties: dict[str, Any], *keys: str, bookmark: str | None = None
) -> dict[str, Any]:
    """Return a SCHEMA message."""
    message = {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"type": "object", "properties": properties},
        "key_properties": list(keys),
    }
    return {**message, "bookmark_properties": [bookmark]} if bookmark else message


def record(stream: str, **values: Any) -> Line:
    """Return a RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": values}


def state(value: Any) -> Line:
    """Return a STATE message."""
    return {"type": "STATE", "value": value}


def as_input(lines: Iterable[Line]) -> bytes:
    """Return messages as a target reads them."""
    return b"".join(
        (line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines
    )


@dataclass(frozen=True)
class Run:
    """How a run of the target ended."""

    returncode: int
    states: list[Any]
    errors: str

    @property
    def sentence(self) -> str:
        """Return the last line of standard error."""
        return self.errors.strip().splitlines()[-1]


@dataclass(frozen=True)
class World:
    """A bucket and a warehouse of their own, and a schema in it."""

    gcs: Server
    snowflake: Server
    database: str
    zygote: Zygote | None = None

    def config(self, **settings: Any) -> dict[str, Any]:
        """Return the settings that lead to these stand-ins."""
        return {
            "bucket": BUCKET,
            "account": "sandbox",
            "user": "sandbox",
            "password": "sandbox",
            "host": "127.0.0.1",
            "port": self.snowflake.port,
            "protocol": "http",
            "database": self.database,
            **settings,
        }

    def environment(self, **settings: Any) -> dict[str, str]:
        """Return the environment of the command."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith((VARIABLE_PREFIX, "MELTANO_"))}
        variables = {
            VARIABLE_PREFIX + name.upper(): str(value) for name, value in self.config(**settings).items()
        }
        google = {"STORAGE_EMULATOR_HOST": self.gcs.url, "GOOGLE_CLOUD_PROJECT": "sandbox"}
        return {**inherited, **google, **variables}

    def start(self, **settings: Any) -> Process:
        """Start the target, forked from a process that has imported it."""
        assert self.zygote
        return self.zygote.start(BY_VARIABLES, self.environment(**settings))

    def start_command(self, **settings: Any) -> subprocess.Popen[bytes]:
        """Start the command as a user does."""
        return subprocess.Popen(
            [str(TARGET), "--config=ENV"],
            env=self.environment(**settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, lines: Iterable[Line], **settings: Any) -> Run:
        """Run the target over messages to its end."""
        with self.start(**settings) as process:
            output, errors = process.communicate(as_input(lines))
        return Run(process.wait(), list(map(json.loads, output.splitlines())), errors.decode())

    def load(self, lines: Iterable[Line], **settings: Any) -> Run:
        """Run the target over messages; it must succeed."""
        run = self.run(lines, **settings)
        assert run.returncode == 0, run.errors
        return run

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Return the rows of a statement, by column name."""
        with snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106 - nobody's
            host="127.0.0.1",
            port=self.snowflake.port,
            protocol="http",
            database=self.database,
            schema=SCHEMA,
            platform_detection_timeout_seconds=0,
        ) as connection:
            cursor = connection.cursor(snowflake.connector.DictCursor)
            cursor.execute(statement)
            return [dict(row) for row in cursor.fetchall()]

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a table, without the loader's columns, in a stable order."""
        rows = [
            {column: value for column, value in row.items() if column not in LOADER_COLUMNS}
            for row in self.sql(f'select * from "{self.database}"."{SCHEMA}"."{name}"')
        ]
        return sorted(rows, key=lambda row: [str(value) for value in row.values()])

    def ledger(self) -> list[dict[str, Any]]:
        """Return the batches that the ledger knows, oldest first."""
        ledger = f'"{self.database}"."{SCHEMA}"."_LOAD_LEDGER"'
        return self.sql(f"select * from {ledger} where COMMITTED_AT is not null order by COMMITTED_AT")

    def tables(self) -> set[str]:
        """Return the names of the tables that are there."""
        rows = self.sql(
            f'select TABLE_NAME from "{self.database}".INFORMATION_SCHEMA.TABLES'
            f" where TABLE_SCHEMA = '{SCHEMA}'"
        )
        return {row["TABLE_NAME"] for row in rows}

    def leftovers(self) -> set[str]:
        """Return the staging tables that are there."""
        return {name for name in self.tables() if name.startswith("_STAGING_")}


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Run one bucket and one warehouse for all tests; each test has a database of its own."""
    folder = tmp_path_factory.mktemp("servers")
    with (
        serve_gcs(folder / "gcs") as gcs,
        serve_snowflake(folder / "snowflake", gcs_url=gcs.url) as warehouse,
    ):
        yield gcs, warehouse


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """Return what forks the runs of all tests."""
    started = Zygote(sys.executable, "tests.target.forked")
    yield started
    started.close()


@pytest.fixture
def world(servers: tuple[Server, Server], zygote: Zygote, request: pytest.FixtureRequest) -> Iterator[World]:
    """Return stand-ins with a database that nobody else uses and no faults."""
    gcs, warehouse = servers
    for server in servers:
        server.clear_requests()
    yield World(gcs, warehouse, f"T{abs(hash(request.node.nodeid)):X}", zygote)
    for server in servers:
        server.clear_faults()
