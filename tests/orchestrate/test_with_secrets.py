"""Variables that name secrets reach a command as their values."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from sandbox.servers import serve_secrets

from orchestrate.airflow.project import Project
from orchestrate.with_secrets import is_alert
from tests.tap.answering import Told, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.servers import Server

ROOT = Path(__file__).parents[2]
SHOW = "import os; print(os.environ['SNOWFLAKE_PRIVATE_KEY'], os.environ['FROM_FILE'], os.environ['PLAIN'])"


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Server]:
    """Serve two secrets; one has been replaced, one is disabled."""
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"projects/p/secrets/key": ["old", "new"], "projects/p/secrets/off": [None]}))
    with serve_secrets(file) as server:
        yield server


def run(secrets: Server, folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the module in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SECRET_MANAGER_ENDPOINT": secrets.url, **variables}
    return subprocess.run(
        [sys.executable, "-m", "orchestrate.with_secrets", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_gets_the_values(secrets: Server, tmp_path: Path) -> None:
    """Of the process and of .env alike; a new version is there with the next run; the exit code is kept."""
    (tmp_path / ".env").write_text("FROM_FILE=projects/p/secrets/key/versions/1\nPLAIN=in the file\n")
    result = run(
        *(secrets, tmp_path, sys.executable, "-c", f"{SHOW}; raise SystemExit(3)"),
        SNOWFLAKE_PRIVATE_KEY="projects/p/secrets/key/versions/latest",
        PLAIN="of the process",
    )
    assert (result.returncode, result.stdout) == (3, "new old of the process\n")


def test_help_is_help(secrets: Server, tmp_path: Path) -> None:
    """It is no command to run; that of the command behind it is the command's."""
    for option in ("-h", "--help"):
        result = run(secrets, tmp_path, option)
        assert (result.returncode, result.stderr) == (0, "")
        assert "python -m orchestrate.with_secrets meltano" in result.stdout
    result = run(secrets, tmp_path, sys.executable, "--help")
    assert "orchestrate.with_secrets" not in result.stdout


def test_a_secret_that_cannot_be_read_ends_it_before_it_begins(secrets: Server, tmp_path: Path) -> None:
    """The sentence names the variable and the secret."""
    marker = tmp_path / "ran"
    result = run(
        *(secrets, tmp_path, "touch", str(marker)),
        SNOWFLAKE_PRIVATE_KEY="projects/p/secrets/off/versions/1",
    )
    assert result.returncode == 78
    assert "projects/p/secrets/off/versions/1 (setting SNOWFLAKE_PRIVATE_KEY) cannot be read" in result.stderr
    assert not marker.exists()


@pytest.mark.parametrize("job", [[], ["--", "touch", "ran"]])
def test_a_secret_that_cannot_be_read_is_told_by_the_alert(
    secrets: Server, tmp_path: Path, job: list[str]
) -> None:
    """It needs few of them itself, and who else would tell? A job in it is not begun."""
    command = [sys.executable, "-m", "orchestrate.alert", *job]
    unread = {"TAP_GITHUB_CUSTOM_AUTH_TOKEN": "projects/p/secrets/off/versions/1"}
    with answering(lambda _: Told(200)) as hook:
        result = run(secrets, tmp_path, *command, ALERT_WEBHOOK_URL=hook.url, **unread)
    (asked,) = hook.asked
    heading, first, *_ = json.loads(asked.body)["text"].splitlines()
    assert heading.startswith("GitHub pipeline")
    assert "projects/p/secrets/off/versions/1 (setting TAP_GITHUB_CUSTOM_AUTH_TOKEN) cannot be read" in first
    assert result.returncode == (78 if job else 1)
    assert not (tmp_path / "ran").exists()


def commands_that_alert() -> list[list[str]]:
    """Return what Airflow, Kubernetes and cron begin; Prefect does as Airflow."""
    pods = yaml.safe_load_all((ROOT / "orchestrate" / "kubernetes" / "workers.yaml").read_text("utf-8"))
    (pod,) = (each["spec"] for each in pods if each["metadata"]["name"] == "github-alert")
    page = (ROOT / "orchestrate" / "alert" / "README.md").read_text("utf-8")
    (line,) = re.findall(r"^0 \*/6 .*(flock .*) >>", page, re.MULTILINE)
    return [
        Project(ROOT).module("orchestrate.alert", "--problem", "one"),
        pod["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["args"],
        line.split(),
    ]


def test_the_alert_is_known_however_it_is_begun() -> None:
    """And is not taken for what it is around."""
    assert [command for command in commands_that_alert() if not is_alert(command)] == []
    assert not is_alert(["python", "-m", "orchestrate.worker", "--name", "orchestrate.alert", "--", "run"])


def test_secrets_are_read_with_the_key_file_that_the_file_names(
    secrets: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google's client looks for it among the variables of the process, which has none yet."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    key = tmp_path / "key.json"
    (tmp_path / ".env").write_text(f"GOOGLE_APPLICATION_CREDENTIALS={key}\n")
    result = run(
        *(secrets, tmp_path, "true"),
        SECRET_MANAGER_ENDPOINT="",
        SNOWFLAKE_PRIVATE_KEY="projects/p/secrets/key/versions/1",
        NO_GCE_CHECK="true",
    )
    assert result.returncode == 78
    assert f"cannot be read: File {key} was not found" in result.stderr
