"""The line of crontab, run as it stands but for its folder."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "orchestrate" / "alert" / "README.md"


@pytest.mark.skipif(not shutil.which("flock"), reason="no flock here: install util-linux")
def test_a_run_that_still_goes_on_is_left_alone(tmp_path: Path) -> None:
    """The next one does not begin, so that no alert tells of it; the one after does."""
    page = PAGE.read_text(encoding="utf-8")
    ((folder, rest),) = re.findall(r"^(?:\S+ ){5}cd (\S+) (.+)$", page, re.MULTILINE)
    assert folder.startswith("/")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\nread goes_on\n')
    python.chmod(0o755)
    (tmp_path / ".meltano").mkdir()
    line = ["sh", "-c", f"cd {tmp_path} {rest}"]
    log = tmp_path / ".meltano" / "cron.log"
    with subprocess.Popen(line, stdin=subprocess.PIPE) as running:
        while not log.is_file() or not log.read_text():
            assert running.poll() is None
        assert subprocess.run(line, stdin=subprocess.DEVNULL, check=False).returncode
        began = log.read_text().splitlines()
    assert [each.split()[:2] for each in began] == [["-m", "orchestrate.alert"]]
    subprocess.run(line, stdin=subprocess.DEVNULL, check=False)
    assert log.read_text().splitlines() == began * 2
