"""One run of a command: how long, how much processor time, how much memory."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MEBIBYTE = 1024


@dataclass(frozen=True)
class Run:
    """What a run took; the seconds of the processor count all threads."""

    name: str
    records: int
    wall_seconds: float
    cpu_seconds: float
    peak_mib: int
    statements: int | None = None
    failure: str = ""

    @property
    def rows_per_second(self) -> float:
        """Return the records that went through in a second."""
        return self.records / self.wall_seconds


@dataclass(frozen=True)
class Work:
    """What a contestant is given: a Singer file of so many records, and a folder."""

    records: int
    source: Path
    folder: Path


def run(name: str, work: Work, command: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Run a command with the file as its standard input; what others have written is on the disk before."""
    os.sync()
    began = time.monotonic()
    log = work.folder / "log"
    with work.source.open("rb") as stdin, log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - commands of ours
            command, stdin=stdin, stdout=output, stderr=output, env=dict(environment), cwd=work.folder
        )
        _, status, usage = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        name,
        work.records,
        time.monotonic() - began,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss // MEBIBYTE,
        failure=reason(code, log) if code else "",
    )


def reason(code: int, log: Path) -> str:
    """Return why a command ended with an error: the last line that speaks of one."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines()]
    spoken = [line for line in lines if "rror" in line]
    return f"exit code {code}: {(spoken or lines or ['no word'])[-1][:160]}"
