"""What a run that was killed leaves on disk is removed by a later one; nothing else is."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge.run_folder import PREFIX, make_folder

if TYPE_CHECKING:
    from pathlib import Path

RUN = (
    "import sys, time\n"
    "from target_gcs_snowflake_merge.run_folder import make_folder\n"
    "folder = make_folder()\n"
    "(folder / 'rows.parquet').write_bytes(b'rows')\n"
    "print(folder.name, flush=True)\n"
    "time.sleep(120)\n"
)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of temporary files that holds nothing yet."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_the_folder_of_a_killed_run_is_removed(temporary: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By the next one, which says so; that of a run that goes on stays, with what is in it."""
    caplog.set_level("INFO")
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout
            theirs = temporary / run.stdout.readline().strip()
            ours = make_folder()
            assert (theirs / "rows.parquet").exists()
        finally:
            run.kill()
    assert theirs.exists()
    assert make_folder() != ours
    assert not theirs.exists()
    assert ours.exists()
    assert [record.getMessage() for record in caplog.records] == [
        f"Removing {theirs}, which a run that was killed has left"
    ]


def test_what_is_no_folder_of_a_run_stays(temporary: Path) -> None:
    """One that has no lock yet, or is of before there were locks; a link; another program's."""
    (temporary / f"{PREFIX}new").mkdir()
    other = temporary / "other"
    other.mkdir()
    (other / "lock").touch()
    (temporary / f"{PREFIX}link").symlink_to(other)
    make_folder()
    assert {f"{PREFIX}new", f"{PREFIX}link", "other"} <= {each.name for each in temporary.iterdir()}
    assert (other / "lock").exists()
