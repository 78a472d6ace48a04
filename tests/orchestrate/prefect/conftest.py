"""Prefect as an operator has it: its environment, a server, a work pool, the deployment of prefect.yaml."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.pipeline.conftest import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
BIN = ROOT / ".tools" / "prefect" / "bin"
DEPLOYMENT = "github-insights/every-6-hours"
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Prefect:
    """A Prefect with a home and a server of its own."""

    home: Path
    port: int

    @property
    def settings(self) -> dict[str, str]:
        """Return the variables of its commands."""
        return {
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": f"http://127.0.0.1:{self.port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "MELTANO_PROJECT_ROOT": str(ROOT),
        }

    @property
    def environment(self) -> dict[str, str]:
        """Return this process's variables, less any of Prefect's, plus those of its commands."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
        return {**inherited, **self.settings}

    def command(self, *arguments: str) -> str:
        """Run a command of Prefect's; it must succeed. Return what it printed."""
        result = subprocess.run(
            [str(BIN / "prefect"), "--no-prompt", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return result.stdout

    def python(self, code: str) -> str:
        """Run code in Prefect's environment, in the project's folder; return what it printed."""
        result = subprocess.run(
            [str(BIN / "python"), "-c", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-3000:]
        return result.stdout

    def read(self, path: str) -> Any:
        """Return what the server's API answers to a GET."""
        answer = requests.get(f"{self.settings['PREFECT_API_URL']}/{path}", timeout=PATIENCE_SECONDS)
        answer.raise_for_status()
        return answer.json()

    def ask(self, path: str, **body: Any) -> Any:
        """Return what the server's API answers to a POST."""
        answer = requests.post(
            f"{self.settings['PREFECT_API_URL']}/{path}", json=body, timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()
        return answer.json()

    def run(
        self, sandbox: Sandbox, data: Path, parameters: dict[str, Any], **variables: str
    ) -> dict[str, Any]:
        """Have a worker run the deployment once, against a sandbox; return the run as the server knows it."""
        deployment = self.read(f"deployments/name/{DEPLOYMENT}")
        created = self.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=parameters)
        worker = (str(BIN / "prefect"), "worker", "start", "--pool", "github", "--run-once")
        result = sandbox.run(*worker, data=data, settings={**self.settings, **variables})
        assert result.returncode == 0, result.stdout[-3000:]
        run: dict[str, Any] = self.read(f"flow_runs/{created['id']}")
        assert run["state"]["type"] in {"COMPLETED", "FAILED"}, result.stdout[-3000:]
        return run

    def tasks(self, run: dict[str, Any]) -> dict[str, str]:
        """Return the type of the state of each task of a run, by its name."""
        found = self.ask("task_runs/filter", flow_runs={"id": {"any_": [run["id"]]}})
        return {each["name"].rsplit("-", 1)[0]: each["state_type"] for each in found}

    def log(self, run: dict[str, Any]) -> str:
        """Return what is in the log of a run."""
        found = self.ask("logs/filter", logs={"flow_run_id": {"any_": [run["id"]]}}, sort="TIMESTAMP_DESC")
        return "\n".join(str(each["message"]) for each in found)

    def artifact(self, run: dict[str, Any]) -> str:
        """Return the artifact of a run."""
        (found,) = self.ask(
            "artifacts/filter",
            artifacts={"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": ["github-insights"]}},
        )
        return str(found["data"])


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    """Return a Prefect with a work pool for processes and the deployment."""
    home = tmp_path_factory.mktemp("prefect")
    made = Prefect(home, free_port())
    with (
        (home / "server.log").open("w") as log,
        subprocess.Popen(
            [str(BIN / "prefect"), "server", "start", "--host=127.0.0.1", f"--port={made.port}"],
            env={**made.environment, "PREFECT_API_URL": ""},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as server,
    ):
        try:
            wait_for(made, server)
            made.command("work-pool", "create", "github", "--type", "process")
            made.command("deploy", "--all", "--prefect-file", "orchestrate/prefect/prefect.yaml")
            yield made
        finally:
            server.terminate()


def wait_for(made: Prefect, server: subprocess.Popen[bytes]) -> None:
    """Return as soon as the server answers."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            requests.get(f"{made.settings['PREFECT_API_URL']}/health", timeout=5).raise_for_status()
        except requests.RequestException:
            assert server.poll() is None, (made.home / "server.log").read_text()
            assert time.monotonic() < deadline, (made.home / "server.log").read_text()
            time.sleep(0.2)
        else:
            return


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """Return a sandbox that holds nothing yet."""
    return Sandbox(tmp_path_factory.mktemp("sandbox"))
