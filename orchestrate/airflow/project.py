"""The Meltano project that the DAGs run: its schedules, and how its commands are called.

Airflow reads a DAG file all the time, and Meltano needs seconds to list its schedules. So the answer is kept
in `.meltano/airflow` until meltano.yml, or a file that it includes, is another one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values  # Airflow comes with it, by way of FastAPI

from orchestrate.airflow.steps import Schedule

ENVIRONMENT = "MELTANO_ENVIRONMENT"
TIMEOUT_SECONDS = 25  # Airflow itself gives a DAG file 30


class ProjectError(Exception):
    """The schedules cannot be read; the text says why, in one sentence."""


@dataclass(frozen=True)
class Project:
    """A folder with a meltano.yml, and with the environment that `make` sets up."""

    folder: Path

    @property
    def _bin(self) -> Path:
        return self.folder / ".venv" / "bin"

    def module(self, name: str, *arguments: str) -> list[str]:
        """Return the command that runs a module of the project; variables that name secrets are resolved."""
        return self._resolving(str(self._bin / "python"), "-m", name, *arguments)

    def meltano(self, *arguments: str) -> list[str]:
        """Return the command that runs Meltano; variables that name secrets are resolved."""
        return self._resolving(str(self._bin / "meltano"), *arguments)

    def _resolving(self, *command: str) -> list[str]:
        return [str(self._bin / "python"), "-m", "orchestrate.with_secrets", *command]

    @property
    def environment(self) -> str:
        """Name of Meltano's environment: the process says it, else .env, else it is `prod`."""
        name = os.environ.get(ENVIRONMENT) or dotenv_values(self.folder / ".env").get(ENVIRONMENT)
        return name or "prod"

    @property
    def kept(self) -> Path:
        """Where Meltano's last answer is."""
        return self.folder / ".meltano" / "airflow" / "schedules.json"

    def schedules(self) -> list[Schedule]:
        """Return the schedules, or raise `ProjectError`."""
        digest = self._digest()
        listed = self._recalled(digest)
        if listed is None:
            listed = self._asked()
            self._keep(digest, listed)
        return [Schedule.of_meltano(each) for kind in listed["schedules"].values() for each in kind]

    def _digest(self) -> str:
        """Return a digest of all files that may hold a schedule."""
        manifest = self.folder / "meltano.yml"
        try:
            text = manifest.read_bytes()
            read = yaml.safe_load(io.BytesIO(text))
            patterns = read.get("include_paths", ()) if isinstance(read, dict) else ()
            included = sorted(path for pattern in patterns for path in self.folder.glob(pattern))
            return hashlib.sha256(b"\0".join([text, *(path.read_bytes() for path in included)])).hexdigest()
        except OSError as error:
            message = f"{manifest} cannot be read: {error.strerror}."
        except yaml.YAMLError as error:
            message = f"{manifest} is no YAML: {' '.join(str(error).split())}."
        raise ProjectError(message)

    def _recalled(self, digest: str) -> dict[str, Any] | None:
        with suppress(OSError, ValueError, KeyError):
            kept = json.loads(self.kept.read_text(encoding="utf-8"))
            if kept["digest"] == digest:
                listed: dict[str, Any] = kept["listed"]
                return listed
        return None

    def _keep(self, digest: str, listed: dict[str, Any]) -> None:
        """Keep an answer; where the folder cannot be written to, Meltano is asked each time."""
        with suppress(OSError):
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=self.kept.parent, encoding="utf-8", delete=False
            ) as file:
                json.dump({"digest": digest, "listed": listed}, file)
            Path(file.name).replace(self.kept)

    def _asked(self) -> dict[str, Any]:
        """Ask Meltano, with a database of its own: that of the runs may be new, busy or out of reach."""
        meltano = str(self._bin / "meltano")
        with tempfile.TemporaryDirectory() as folder:
            variables = {**os.environ, "MELTANO_DATABASE_URI": f"sqlite:///{folder}/meltano.db"}
            try:
                result = subprocess.run(  # noqa: S603 - the project's own command
                    [meltano, "--log-level=error", "--log-format=json", "schedule", "list", "--format=json"],
                    cwd=self.folder,
                    env=variables,
                    capture_output=True,
                    text=True,
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
            except FileNotFoundError:
                message = f"{meltano} is not there: run `make .venv/.plugins` in {self.folder}."
                raise ProjectError(message) from None
            except subprocess.TimeoutExpired:
                message = f"Meltano has not listed its schedules within {TIMEOUT_SECONDS} seconds."
                raise ProjectError(message) from None
        try:
            if result.returncode == 0:
                listed: dict[str, Any] = json.loads(result.stdout)
                return listed
        except ValueError:
            pass
        message = f"Meltano cannot list its schedules: {_reason(result.stderr)}"
        raise ProjectError(message)


def _reason(stderr: str) -> str:
    """Return what Meltano said: in a line of its log or, where it has not come to that, in its last line."""
    lines = [line for line in stderr.splitlines() if line.strip()] or ["it does not say why."]
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            return " ".join(str(json.loads(line)["event"]).split())
    return lines[-1]
