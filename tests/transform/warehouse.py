"""A warehouse of a test: raw tables that the loader fills, and dbt as a user runs it over them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import snowflake.connector
import yaml
from sandbox.servers import BUCKET, Server, serve_gcs, serve_snowflake

from tests.process import Zygote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pytest

    from .raw_rows import Row

ROOT = Path(__file__).parents[2]
TRANSFORM = ROOT / "transform"
DBT = ROOT / ".meltano" / "utilities" / "dbt" / "venv" / "bin" / "dbt"
BUILD_SECONDS = 900
DATABASE = "GITHUB_PIPELINES"
SETTING_PREFIXES = ("SNOWFLAKE_", "DBT_", "TARGET_GCS_SNOWFLAKE_MERGE_", "MELTANO_")
JSON_TYPES = {
    "number(38,0)": {"type": ["integer", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "varchar": {"type": ["string", "null"]},
    "timestamp_ntz": {"type": ["string", "null"], "format": "date-time"},
    "variant": {"type": ["object", "array", "null"]},
}
KEYS = {
    "commit": ("_source_org", "repository_id", "sha"),
    "commit_file": ("_source_org", "repository_id", "commit_sha", "filename"),
    "pull_request_commit": ("_source_org", "pull_request_id", "commit_sha"),
    "user_lookup": ("_source_org", "github_login"),
}
OF_THE_LOADER = ("_ingested_at", "_batch_id", "_deleted_at")
_ZYGOTES: dict[str, Zygote] = {}


def columns(stream: str) -> dict[str, str]:
    """Return the types of a raw table's columns, as the sources of the dbt project document them."""
    path = TRANSFORM / "models" / "staging" / "github" / "_github__sources.yml"
    (source,) = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
    (table,) = (each for each in source["tables"] if each["name"] == stream)
    return {column["name"]: column["data_type"] for column in table["columns"]}


def messages(stream: str, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the Singer messages of a stream."""
    properties = {
        name: JSON_TYPES[kind] for name, kind in columns(stream).items() if name not in OF_THE_LOADER
    }
    keys = KEYS.get(stream, ("_source_org", "id"))
    yield {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"properties": properties},
        "key_properties": list(keys),
    }
    for row in rows:
        yield {"type": "RECORD", "stream": stream, "record": row}


@dataclass(frozen=True)
class Warehouse:
    """The stand-ins of one test."""

    gcs: Server
    snowflake: Server
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of the loader and dbt: this process's, less any setting, plus theirs."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(SETTING_PREFIXES)}
        connection = {
            "ACCOUNT": "sandbox",
            "USER": "sandbox",
            "PASSWORD": "sandbox",
            "DATABASE": DATABASE,
            "HOST": "127.0.0.1",
            "PORT": str(self.snowflake.port),
            "PROTOCOL": "http",
        }
        return {
            **inherited,
            **{f"SNOWFLAKE_{name}": value for name, value in connection.items()},
            **{f"TARGET_GCS_SNOWFLAKE_MERGE_{name}": value for name, value in connection.items()},
            "TARGET_GCS_SNOWFLAKE_MERGE_SCHEMA": "RAW_TABLES",
            "TARGET_GCS_SNOWFLAKE_MERGE_BUCKET": BUCKET,
            "STORAGE_EMULATOR_HOST": self.gcs.url,
            "GOOGLE_CLOUD_PROJECT": "sandbox",
            "DBT_PROJECT_DIR": str(TRANSFORM),
            "DBT_PROFILES_DIR": str(TRANSFORM / "profiles"),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_LEVEL_FILE": "none",  # a tenth of its time
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def load(self, streams: Mapping[str, Iterable[Row]]) -> None:
        """Load rows by stream, as the loader does."""
        lines = [json.dumps(each) for stream, rows in streams.items() for each in messages(stream, rows)]
        self.load_text("\n".join(lines).encode())

    def load_text(self, lines: bytes) -> None:
        """Load what a tap wrote, as the loader does."""
        zygote = self._zygote(sys.executable, "tests.target.forked")
        with zygote.start(["--config=ENV"], self.environment) as process:
            _, errors = process.communicate(lines)
        assert process.returncode == 0, errors.decode()[-3000:]

    def dbt(self, *arguments: str, succeeds: bool = True) -> str:
        """Run dbt; return what it printed."""
        if "--vars" in arguments:  # they may change what is parsed
            result = subprocess.run(
                [str(DBT), *arguments], env=self.environment, capture_output=True, check=False
            )
            code, output, errors = result.returncode, result.stdout, result.stderr
        else:
            zygote = self._zygote(str(DBT.with_name("python")), "tests.transform.forked")
            with zygote.start(arguments, self.environment) as process:
                output, errors = process.communicate(b"", BUILD_SECONDS)
            code = process.wait()
        if succeeds:
            assert code == 0, output.decode()[-5000:] + errors.decode()[-1000:]
        return output.decode()

    def _zygote(self, python: str, module: str) -> Zygote:
        """Return what forks the runs of a command in all warehouses of this process."""
        if module not in _ZYGOTES:
            _ZYGOTES[module] = Zygote(python, module, self.environment)
        return _ZYGOTES[module]

    def sql(self, statement: str) -> list[Row]:
        """Return the rows of a statement, by column name."""
        with snowflake.connector.connect(
            account="sandbox",
            user="sandbox",
            password="sandbox",  # noqa: S106 - nobody's
            host="127.0.0.1",
            port=self.snowflake.port,
            protocol="http",
            database=DATABASE,
            schema="MARTS",
            platform_detection_timeout_seconds=0,
        ) as connection:
            cursor = connection.cursor(snowflake.connector.DictCursor)
            cursor.execute(statement)
            return [dict(row) for row in cursor.fetchall()]


@contextmanager
def warehouse(folder: Path, *, part_rows: int | None = None) -> Iterator[Warehouse]:
    """Start the stand-ins of a warehouse in a folder."""
    with (
        serve_gcs(folder / "gcs") as gcs,
        serve_snowflake(folder / "snowflake", gcs_url=gcs.url, part_rows=part_rows) as snowflake_server,
    ):
        yield Warehouse(gcs, snowflake_server, folder)


def shared_folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder that all processes of a run of the tests have in common; it may not exist yet."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name


def fill_once(folder: Path, fill: Callable[[Warehouse], None]) -> None:
    """Fill a warehouse in a folder, once for all test processes that share it; the others wait."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            return
        with warehouse(folder) as opened:
            fill(opened)
        (folder / "done").touch()


@contextmanager
def copied(filled: Path, folder: Path) -> Iterator[Warehouse]:
    """Serve a copy of a warehouse that was filled, with what dbt has written beside it."""
    for part in ("snowflake", "target"):
        shutil.copytree(filled / part, folder / part)
    with warehouse(folder) as opened:
        yield opened
