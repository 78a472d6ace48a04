"""The commands of the flow end in time; no Prefect is needed to run them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from orchestrate import ending
from orchestrate.prefect.command import LATE, CommandError, Commands

ROOT = Path(__file__).parents[3]


def project(folder: Path, script: str, ends_in_seconds: float | None) -> Commands:
    """Return the commands of a project whose Meltano is a script of the shell."""
    commands = folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (commands / "meltano").write_text(f"#!/bin/sh\n{script}\n")
    for each in commands.iterdir():
        each.chmod(0o755)
    ends_at = None if ends_in_seconds is None else time.time() + ends_in_seconds
    return Commands(folder, {"PYTHONPATH": str(ROOT)}, ends_at)


def test_a_command_that_hangs_is_ended_at_the_deadline(tmp_path: Path) -> None:
    """By SIGTERM, upon which it may finish something; it says nothing for which somebody could wait."""
    script = "trap 'echo finished; kill $!; exit 143' TERM; echo began; sleep 300 & wait"
    hanging, said = project(tmp_path, script, 20), list[str]()
    began = time.monotonic()
    with pytest.raises(CommandError, match=LATE):
        hanging.meltano(["run"], said.append)
    assert said == ["began", "finished"]
    assert time.monotonic() - began < 100


def test_after_the_deadline_nothing_is_begun(tmp_path: Path) -> None:
    """A try after it would be ended at once."""
    marker = tmp_path / "ran"
    with pytest.raises(CommandError, match=LATE):
        project(tmp_path, f"touch {marker}", 0).meltano(["run"], print)
    assert not marker.exists()


@pytest.mark.parametrize("ends_in_seconds", [None, 300.0])
def test_a_command_that_is_in_time_ends_as_it_does(tmp_path: Path, ends_in_seconds: float | None) -> None:
    """Its failure is its own, and told by its last lines."""
    failing = project(tmp_path, "echo why; exit 3", ends_in_seconds)
    with pytest.raises(CommandError, match="exit code 3: why"):
        failing.meltano(["run"], print)


def test_the_output_is_the_last_line(tmp_path: Path) -> None:
    """What libraries warn of before it, on standard error, is none."""
    telling = project(tmp_path, "", None)
    code = "import sys\nprint('a warning', file=sys.stderr, flush=True)\nprint('[1]')\n"
    (tmp_path / "telling.py").write_text(code, encoding="utf-8")
    assert telling.output("telling") == "[1]"


def test_a_command_that_prints_nothing_has_no_output(tmp_path: Path) -> None:
    """The run is told so in a sentence."""
    silent = project(tmp_path, "", None)
    (tmp_path / "silent.py").touch()
    with pytest.raises(CommandError, match="silent printed nothing"):
        silent.output("silent")


@pytest.mark.parametrize(
    ("script", "grace_seconds"), [("sleep 150; true", 120.0), ("trap '' TERM; sleep 150; true", 2.0)]
)
def test_what_a_command_began_is_ended_with_it(
    script: str, grace_seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Meltano dies of SIGTERM while dbt runs, without a word to it; one that heeds no SIGTERM is killed."""
    monkeypatch.setattr(ending, "GRACE_SECONDS", grace_seconds)
    began = time.monotonic()
    with pytest.raises(CommandError, match=LATE):
        project(tmp_path, script, 20).meltano(["run"], print)
    assert time.monotonic() - began < 100


def test_what_its_command_ends_itself_is_told_once(tmp_path: Path) -> None:
    """The loader takes a late second SIGTERM for impatience, and Meltano sends it one."""
    counting = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: print('told', flush=True))\n"
        "print('began', flush=True)\ntime.sleep(300)\n"
    )
    (tmp_path / "counting.py").write_text(counting, encoding="utf-8")
    script = f"trap 'kill $!; sleep 1; kill -9 $!; exit 143' TERM; {sys.executable} counting.py & wait"
    said = list[str]()
    with pytest.raises(CommandError, match=LATE):
        project(tmp_path, script, 20).meltano(["run"], said.append)
    assert said == ["began", "told"]
