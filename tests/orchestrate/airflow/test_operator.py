"""A task that is ended early lets its command keep what it has."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import BIN, ROOT

KILL = Path(__file__).with_name("kill.py")
COUNTING = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"told\\n"))
print("began", flush=True)
time.sleep(1)
os.kill(int(sys.argv[1]), int(sys.argv[2]))
time.sleep(300)
"""

pytestmark = pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGALRM])


def said(command: str, folder: Path) -> list[str]:
    """Return what a command printed until Airflow's task was at its end."""
    variables = {"AIRFLOW_HOME": str(folder / "airflow"), "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [BIN / "python", KILL, command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return re.findall(r"] (began|told) ", result.stdout)


def test_what_its_command_ends_itself_is_told_once(how: signal.Signals, tmp_path: Path) -> None:
    """The loader takes a late second SIGTERM for impatience, and Meltano sends it one."""
    (tmp_path / "counting.py").write_text(COUNTING, encoding="utf-8")
    counting = f"{sys.executable} counting.py $PPID {int(how)}"
    command = f"trap 'kill $!; sleep 1; kill -9 $!; exit 143' TERM; {counting} & wait"
    assert said(command, tmp_path) == ["began", "told"]


def test_what_a_command_began_is_ended_with_it(how: signal.Signals, tmp_path: Path) -> None:
    """Meltano dies of SIGTERM while dbt runs, without a word to it."""
    began = time.monotonic()
    command = f"sleep 150 & echo began; sleep 1; kill -{how.name.removeprefix('SIG')} $PPID; wait"
    assert said(command, tmp_path) == ["began"]
    assert time.monotonic() - began < 100
