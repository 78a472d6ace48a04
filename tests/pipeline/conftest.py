"""The whole pipeline, run as a user runs it: the commands of the README against a sandbox of its own."""

from __future__ import annotations

import json
import os
import subprocess
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.query import query
from sandbox.state import State

from orchestrate.worker import SYSTEM_FOLDER, make_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "bin"
CORPUS = ROOT.parent / "shared" / "corpus"
MAIN_JOB = ("run", "tap-github-custom", "target-gcs-snowflake-merge", "dbt:run")
RAW = "GITHUB_PIPELINES.RAW_TABLES"

# Tests run side by side. Those of one process use one port, so that dbt reads its models only once.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
DBT_TARGET = ROOT / "transform" / "target" / f"tests-{WORKER}"
SNOWFLAKE_PORT = 47120 + int(WORKER.removeprefix("gw"))

# Settings of a real account in the developer's shell must not steer a test.
SETTING_PREFIXES = (
    "TAP_GITHUB_CUSTOM_",
    "TARGET_GCS_SNOWFLAKE_MERGE_",
    "SNOWFLAKE_",
    "SANDBOX_",
    "MELTANO_",
    "DBT_",
)


@dataclass(frozen=True)
class Sandbox:
    """A sandbox in a folder of its own, driven by its command."""

    folder: Path

    def __post_init__(self) -> None:
        """Let Meltano, of which two runs in one folder disturb each other, have one here."""
        make_folder(ROOT / ".meltano", self.meltano_folder)
        State(self.folder).keep_port("snowflake", SNOWFLAKE_PORT)

    @property
    def meltano_folder(self) -> Path:
        """Where Meltano keeps what is its own."""
        return self.folder / "meltano"

    def environment(self, settings: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment of a command: this process's own, less any setting, plus SETTINGS."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(SETTING_PREFIXES)}
        own = {
            "SANDBOX_DIR": str(self.folder),
            SYSTEM_FOLDER: str(self.meltano_folder),
            "DBT_TARGET_PATH": str(DBT_TARGET),
            "DBT_LOG_LEVEL_FILE": "none",  # a tenth of its time
        }
        return {**inherited, **own, **(settings or {})}

    def start(
        self, *command: str, data: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start COMMAND inside `sandbox run`, in a process group of its own."""
        source = ["--data", str(data)] if data else []
        return subprocess.Popen(
            [str(BIN / "sandbox"), "run", *source, "--", *command],
            cwd=ROOT,
            env=self.environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(
        self, *command: str, data: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run COMMAND inside `sandbox run` to its end."""
        with self.start(*command, data=data, settings=settings) as process:
            output, _ = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def meltano(
        self, *arguments: str, data: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> str:
        """Run Meltano inside the sandbox; it must succeed. Return what it printed."""
        result = self.run(str(BIN / "meltano"), *arguments, data=data, settings=settings)
        assert result.returncode == 0, result.stdout[-5000:]
        return result.stdout

    def advance(self, *, days: int) -> None:
        """Let days of activity pass on the generated GitHub."""
        subprocess.run(
            [str(BIN / "sandbox"), "github", "advance", "--days", str(days)],
            cwd=ROOT,
            env=self.environment(),
            check=True,
            capture_output=True,
        )

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """Return the rows of a statement, by column name, as `sandbox sql --format json` prints them."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the stand-in's own, which the command does not show either
            return query(State(self.folder), statement).records()

    def table(self, name: str, keys: tuple[str, ...]) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Return a raw table by key; a key that occurs twice fails the test."""
        rows = self.sql(f"select * from {RAW}.{name}")
        table = {tuple(row[key] for key in keys): row for row in rows}
        assert len(table) == len(rows), f"{name} holds a key more than once"
        return table

    @property
    def generated_data(self) -> Path:
        """Where the sandbox keeps the organisation that it generated."""
        return self.folder / "github"

    @property
    def last_run(self) -> dict[str, Any]:
        """What `sandbox run` noted of its last run."""
        report: dict[str, Any] = json.loads((self.folder / "last_run.json").read_text(encoding="utf-8"))
        return report


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """Return a sandbox that holds nothing yet."""
    return Sandbox(tmp_path / "sandbox")


@pytest.fixture(scope="module")
def module_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Return a sandbox that the tests of one module share for reading."""
    return Sandbox(tmp_path_factory.mktemp("sandbox"))
