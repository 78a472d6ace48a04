"""What makes a run of Meltano that of one worker among several."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_the_folder_has_the_plugins_of_the_project(tmp_path: Path) -> None:
    """It can be made again, and holds what belongs to the worker alone."""
    (tmp_path / ".meltano" / "loaders").mkdir(parents=True)
    for _ in range(2):
        folder = make_folder(tmp_path, "acme")
    assert folder == tmp_path / ".meltano" / "workers" / "acme"
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
