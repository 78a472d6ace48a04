"""Variables that name secrets reach a command as their values."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sandbox.servers import serve_secrets

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
