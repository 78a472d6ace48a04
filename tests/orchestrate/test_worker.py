"""What makes a run of Meltano that of one worker among several."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from orchestrate.worker import Part, make_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Part(organization="Acme"), "acme"),
        (Part(shard="2/4"), "shard-2-of-4"),
        (Part("acme", "2/4"), "acme-shard-2-of-4"),
        (Part(organization="../x"), "---x"),
        (Part(label="backfill-2024"), "backfill-2024"),
        (Part("acme", label="backfill/../1"), "backfill----1-acme"),
    ],
)
def test_a_worker_is_named_by_its_part(part: Part, name: str) -> None:
    """The name is the end of its state's id, and a folder that lies nowhere else."""
    assert part.name == name
    assert part.variables()["MELTANO_RUN_STATE_ID_SUFFIX"] == name


def test_an_organisation_is_read_alone() -> None:
    """Without the single repositories that the settings name besides."""
    assert Part(organization="acme").variables() == {
        "MELTANO_RUN_STATE_ID_SUFFIX": "acme",
        "TAP_GITHUB_CUSTOM_ORGANIZATIONS": '["acme"]',
        "TAP_GITHUB_CUSTOM_REPOSITORIES": "[]",
    }
    assert Part(shard="2/4").variables()["TAP_GITHUB_CUSTOM_SHARD"] == "2/4"


def test_what_the_settings_say_is_left_to_them() -> None:
    """A worker with a name alone reads what any run would."""
    assert Part(label="backfill").variables() == {"MELTANO_RUN_STATE_ID_SUFFIX": "backfill"}


def test_parts_of_a_run_of_airflow_are_runs_of_their_own() -> None:
    """Else the summary of the part that ends last would stand for all; each try of a part has one name."""
    run = {"AIRFLOW_CTX_DAG_ID": "github", "AIRFLOW_CTX_DAG_RUN_ID": "scheduled__2026-01-31"}
    named = [Part(login).run(run)["MELTANO_RUN_ID"] for login in ("acme", "acme", "umbrella")]
    assert named[0] == named[1] != named[2]
    assert Part("acme").run({**run, "AIRFLOW_CTX_DAG_ID": "other"}) != Part("acme").run(run)
    assert str(uuid.UUID(named[0])) == named[0]
    assert Part("acme").run({**run, "MELTANO_RUN_ID": "mine"}) == Part("acme").run({}) == {}


@pytest.mark.parametrize(
    ("line", "is_own"), [("", True), ("sqlite:///x.db", True), ("postgresql://nobody@db/meltano", False)]
)
def test_a_database_that_the_file_names_is_kept(tmp_path: Path, line: str, *, is_own: bool) -> None:
    """Workers elsewhere have their state in it; a file of SQLite each worker has itself."""
    (tmp_path / ".env").write_text(f"MELTANO_DATABASE_URI={line}\n")
    meltano = tmp_path / "bin" / "meltano"
    meltano.parent.mkdir()
    meltano.write_text('#!/bin/sh\necho "$MELTANO_DATABASE_URI"\n')
    meltano.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if name != "MELTANO_DATABASE_URI"}
    program = (
        f"import sys; sys.executable = {str(meltano)!r}\n"
        "from orchestrate.worker import main; main(['--name=x', '--', 'run'])"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ("workers/x/meltano.db" in printed) == is_own


def test_the_folder_has_the_plugins_of_the_project(tmp_path: Path) -> None:
    """It can be made again, and holds what belongs to the worker alone."""
    (tmp_path / ".meltano" / "loaders").mkdir(parents=True)
    folder = tmp_path / "acme"
    for _ in range(2):
        make_folder(tmp_path / ".meltano", folder)
    assert (folder / "loaders").resolve() == tmp_path / ".meltano" / "loaders"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--", "run"], "say what the worker reads"),
        (["--shard", "5/4", "--", "run"], "'5/4' is not a share such as 2/4"),
        (["--shard", "1/4"], "required: -- ARGUMENT"),
    ],
)
def test_a_wrong_call_is_told(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    """Before anything is made."""
    result = subprocess.run(
        [sys.executable, "-m", "orchestrate.worker", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert sentence in result.stderr
    assert not list(tmp_path.iterdir())
