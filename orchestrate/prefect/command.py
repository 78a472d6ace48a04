"""Runs the project's commands: line by line into a log, and with the variables of a run."""

from __future__ import annotations

import os
import subprocess
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from orchestrate.ending import end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from orchestrate.worker import Part

LAST_LINES = 3
NO_COLORS = {"NO_COLOR": "1", "DBT_USE_COLORS": "false"}


LATE = "the deadline of the run has passed"


class CommandError(Exception):
    """A command failed; the text has its exit code and its last lines."""


@dataclass(frozen=True)
class Commands:
    """The commands of a folder with a meltano.yml and the environment of `make`, and what they are told."""

    folder: Path
    variables: Mapping[str, str]
    ends_at: float | None = None
    """When a command that still runs is ended, by `time.time()`; None: never."""

    def meltano(self, arguments: Sequence[str], log: Callable[[str], object]) -> None:
        """Run Meltano, or raise `CommandError`."""
        self._run([str(self._bin / "meltano"), *arguments], log)

    def worker(self, part: Part, arguments: Sequence[str], log: Callable[[str], object]) -> None:
        """Run Meltano as the worker of a part, or raise `CommandError`."""
        self.module("orchestrate.worker", [*part.arguments, "--", *arguments], log)

    def output(self, module: str, *arguments: str) -> str:
        """Return the last line that a module of the project prints, or raise `CommandError`.

        What comes before it may be a warning of some library, on standard error.
        """
        printed: list[str] = []
        self.module(module, arguments, printed.append)
        if not printed:
            message = f"{module} printed nothing, though it ended well"
            raise CommandError(message)
        return printed[-1]

    def module(self, name: str, arguments: Sequence[str], log: Callable[[str], object]) -> None:
        """Run a module of the project, or raise `CommandError`."""
        self._run([self._python, "-m", name, *arguments], log)

    @property
    def _is_late(self) -> bool:
        return self.ends_at is not None and time.time() >= self.ends_at

    @property
    def _bin(self) -> Path:
        return self.folder / ".venv" / "bin"

    @property
    def _python(self) -> str:
        return str(self._bin / "python")

    def _run(self, command: Sequence[str], log: Callable[[str], object]) -> None:
        if self._is_late:
            raise CommandError(LATE)
        environment = {**os.environ, **NO_COLORS, **self.variables}
        # Variables that name secrets reach the command as their values.
        resolving = [self._python, "-m", "orchestrate.with_secrets", *command]
        last: deque[str] = deque(maxlen=LAST_LINES)
        try:
            process = subprocess.Popen(  # noqa: S603 - the project's own command
                resolving,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                text=True,
                errors="replace",
            )
        except OSError as error:
            message = (
                f"{resolving[0]} cannot be run: {error.strerror}; run `make .venv/.plugins` in {self.folder}"
            )
            raise CommandError(message) from error
        with process, ending(process, self.ends_at):
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            for line in process.stdout:
                log(line.rstrip("\n"))
                if line.strip():
                    last.append(line.strip())
        if process.returncode and self._is_late:
            raise CommandError(LATE)
        if process.returncode:
            message = f"exit code {process.returncode}: {' / '.join(last)}"
            raise CommandError(message)


@contextmanager
def ending(process: subprocess.Popen[str], ends_at: float | None) -> Iterator[None]:
    """End a process that still runs at a moment, by `time.time()`.

    A timeout of Prefect's own cannot: it does not get into a thread that waits for a line.
    """
    if ends_at is None:
        yield
        return
    is_done = Event()

    def watch() -> None:
        if not is_done.wait(ends_at - time.time()):
            end(process, is_done)

    Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        is_done.set()
