"""The commands of the Makefile that touch more than what they make themselves."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def make(folder: Path, *arguments: str, **variables: str) -> str:
    """Run make in a folder, and return what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        env={**environment, **variables},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_clean_leaves_the_bookmarks(tmp_path: Path) -> None:
    """Without a bucket for the state they lie in Meltano's databases, those of workers as well."""
    kept = ["meltano.db", "meltano.db-wal", "workers/acme/meltano.db"]
    for name in (*kept, "run/tap/state.json", "loaders/target/venv/bin/python", "empty/folder/x"):
        path = tmp_path / ".meltano" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / ".meltano" / "workers" / "acme" / "loaders").symlink_to(tmp_path / ".meltano" / "loaders")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for _ in range(2):
        make(tmp_path, "clean")
        left = {str(path.relative_to(tmp_path / ".meltano")) for path in (tmp_path / ".meltano").rglob("*")}
        assert left == {*kept, "workers", "workers/acme"}


def test_clean_needs_nothing_to_clean(tmp_path: Path) -> None:
    """Also in a fresh clone."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    make(tmp_path, "clean")


def test_a_backfill_hears_its_command_line_alone() -> None:
    """A shell may have a NAME or an ENVIRONMENT of its own."""
    shell = {"NAME": "DESKTOP-7", "ENVIRONMENT": "production", "SINCE": "2020", "RESERVE": "0"}
    plain = make(ROOT, "--dry-run", "backfill")
    assert make(ROOT, "--dry-run", "backfill", **shell) == plain
    named = make(ROOT, "--dry-run", "backfill", "NAME=-2024", "ENVIRONMENT=dev")
    assert '--name="backfill-2024"' in named
    assert "--environment=dev" in named


def test_a_backfill_is_in_the_environment_of_the_file(tmp_path: Path) -> None:
    """The process's own wins, as everywhere; without any it is production."""
    dry_run = ("-f", str(ROOT / "Makefile"), "--dry-run", "--old-file=.venv/.plugins", "backfill")
    assert "--environment=prod" in make(tmp_path, *dry_run, MELTANO_ENVIRONMENT="")
    (tmp_path / ".env").write_text("SNOWFLAKE_USER=X\nMELTANO_ENVIRONMENT=dev\n", encoding="utf-8")
    assert "--environment=dev" in make(tmp_path, *dry_run, MELTANO_ENVIRONMENT="")
    assert "--environment=staging" in make(tmp_path, *dry_run, MELTANO_ENVIRONMENT="staging")


def test_a_backfill_reads_the_secrets_that_its_variables_name() -> None:
    """As every scheduler does; Meltano hands the loader a name of a secret for its value else."""
    words = make(ROOT, "--dry-run", "backfill").split()
    assert [word for word in words if word.startswith("orchestrate.")] == [
        "orchestrate.with_secrets",
        "orchestrate.worker",
    ]
