"""Who is measured: the commands, and the environments that they need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import snowflake.connector
from sandbox.servers import BUCKET

from benchmarks.loader.pull_requests import KEYS, STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.servers import Server
    from snowflake.connector import SnowflakeConnection

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OURS = "this target"
DLT = "dlt"
PEERS = ("meltanolabs-target-snowflake", "pipelinewise-target-snowflake", DLT)
LOGIN = {"account": "sandbox", "user": "sandbox", "password": "sandbox"}
TABLES = {OURS: f"OURS.RAW_TABLES.{STREAM.upper()}"}
TABLE_OF_PEERS = f"BENCH.RAW.{STREAM.upper()}"
PREPARATION = (
    "CREATE DATABASE IF NOT EXISTS BENCH",
    "CREATE SCHEMA IF NOT EXISTS BENCH.RAW",
    "CREATE FILE FORMAT IF NOT EXISTS BENCH.RAW.CSV TYPE = 'CSV' FIELD_OPTIONALLY_ENCLOSED_BY = '\"'",
)


def command(name: str, source: Path, config: Path) -> list[str]:
    """Return the command of a contestant, which has the Singer file SOURCE as its standard input, too."""
    binaries = install(name)
    if name == OURS:
        return [str(binaries / "target-gcs-snowflake-merge"), "--config", str(config)]
    if name == DLT:
        return [str(binaries / "python"), str(HERE / "dlt_pipeline.py"), str(source), str(config)]
    return [str(binaries / "target-snowflake"), "--config", str(config)]


def install(name: str) -> Path:
    """Return the folder of commands of a contestant's environment, made where it is missing or old."""
    folder = ROOT / ".bench" / name.replace(" ", "-")
    done = folder / "installed"
    requirements, package = HERE / "peers" / f"{name}.txt", []
    if name == OURS:
        ours = ROOT / "target-gcs-snowflake-merge"
        requirements, package = ours / "requirements.txt", ["-e", str(ours)]
    if not done.exists() or done.stat().st_mtime < requirements.stat().st_mtime:
        uv = str(ROOT / ".tools" / "bin" / "uv")
        for arguments in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            [
                "pip",
                "install",
                "--quiet",
                "--compile-bytecode",
                "--python",
                str(folder / "bin" / "python"),
                "-r",
                str(requirements),
                *package,
            ],
        ):
            subprocess.run([uv, *arguments], check=True)  # noqa: S603 - a command of ours
        done.touch()
    return folder / "bin"


@contextmanager
def connected(warehouse: Server) -> Iterator[SnowflakeConnection]:
    """Open a connection to a stand-in."""
    with snowflake.connector.connect(
        **LOGIN, host="127.0.0.1", port=warehouse.port, protocol="http", platform_detection_timeout_seconds=0
    ) as connection:
        yield connection


def prepare(warehouse: Server) -> None:
    """Make what peers want to find."""
    with connected(warehouse) as connection:
        for statement in PREPARATION:
            connection.cursor().execute(statement)


def loaded(name: str, warehouse: Server) -> tuple[int, int]:
    """Return how many rows a contestant has brought into the table, and how many keys are in them."""
    table = TABLES.get(name, TABLE_OF_PEERS)
    with connected(warehouse) as connection:
        cursor = connection.cursor()
        cursor.execute(f"SELECT COUNT(*), COUNT(DISTINCT ID) FROM {table}")
        rows, keys = cursor.fetchall()[0]
    return int(rows), int(keys)


def settings(name: str, warehouse: Server) -> dict[str, Any]:
    """Return the configuration of a contestant."""
    if name == OURS:
        there = {"host": "127.0.0.1", "port": warehouse.port, "protocol": "http"}
        return {**LOGIN, **there, "bucket": BUCKET, "database": "OURS"}
    if name == DLT:
        user = {"username": LOGIN["user"], "password": LOGIN["password"], "host": LOGIN["account"]}
        there = {"database": "BENCH", "warehouse": "W", **user}
        return {"table": STREAM, "keys": KEYS, "schema": "raw", "credentials": there}
    raw = {"default_target_schema": "RAW", "warehouse": "W"}
    if name.startswith("pipelinewise"):
        return {**LOGIN, **raw, "dbname": "BENCH", "file_format": "BENCH.RAW.CSV"}
    return {**LOGIN, **raw, "database": "BENCH"}


def environment(name: str, gcs: Server, warehouse: Server, home: Path) -> dict[str, str]:
    """Return the variables that lead a contestant to the stand-ins; a peer keeps what it leaves in HOME."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT if name == OURS else HERE / "redirect"),
        "HOME": str(home),
        "TMPDIR": str(home),
        "STORAGE_EMULATOR_HOST": gcs.url,
        "GOOGLE_CLOUD_PROJECT": "sandbox",
        "STAND_IN_PORT": str(warehouse.port),
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }


def write_settings(path: Path, given: dict[str, Any]) -> Path:
    """Write a configuration file."""
    path.write_text(json.dumps(given), encoding="utf-8")
    return path
