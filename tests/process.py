"""A run of a command as a process of its own, forked by `zygote`; used as `subprocess.Popen` is."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
TOO_LONG_SECONDS = 240


class Zygote:
    """The process that has imported a command. It ends with the one that has started it, at the latest."""

    def __init__(self, python: str, module: str, environment: Mapping[str, str] | None = None) -> None:
        """Start a module that calls `zygote.serve`, by a Python that can import its command."""
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [python, "-m", module], cwd=ROOT, env=environment, stdin=theirs.fileno()
            )

    def start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Process:
        """Start a run."""
        return Process(self._socket, arguments, environment)

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.wait()


class Process:
    """A run that goes on."""

    def __init__(
        self, zygote: socket.socket, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        """Have it forked; its input is a pipe, what it writes goes to files."""
        read, write = os.pipe()
        status, theirs = os.pipe()
        self.stdin: BinaryIO = os.fdopen(write, "wb")
        self.stdout: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self.stderr: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        self._status: BinaryIO = os.fdopen(status, "rb", buffering=0)
        files = [read, os.dup(self.stdout.fileno()), os.dup(self.stderr.fileno()), theirs]
        socket.send_fds(zygote, [json.dumps([list(arguments), dict(environment)]).encode()], files)
        for file in files:
            os.close(file)
        self.pid = int(self._status.readline())
        self.returncode: int | None = None

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for its end; close the files."""
        if not self.stdin.closed:
            self.stdin.close()
        self.wait(TOO_LONG_SECONDS)
        for file in (self.stdout, self.stderr, self._status):
            file.close()

    def send_signal(self, number: int) -> None:
        """Send a signal to it."""
        os.kill(self.pid, number)

    def wait(self, timeout: float = TOO_LONG_SECONDS) -> int:
        """Return the exit code; what was written can be read then."""
        if self.returncode is None:
            ended, _, _ = select.select([self._status], [], [], timeout)
            if not ended:
                message = f"no end after {timeout} s:\n{self._last_words()}"
                raise TimeoutError(message)
            self.returncode = int(self._status.readline())
            for file in (self.stdout, self.stderr):
                file.seek(0)
        return self.returncode

    def communicate(self, text: bytes, timeout: float = TOO_LONG_SECONDS) -> tuple[bytes, bytes]:
        """Write the whole input; return what was written to standard output and error."""
        try:
            self.stdin.write(text)
            self.stdin.close()
        except BrokenPipeError:
            pass  # it did not want all of it
        self.wait(timeout)
        return self.stdout.read(), self.stderr.read()

    def _last_words(self) -> str:
        """End it; return what it has written, and where its threads stood."""
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(1)  # it writes them
        os.kill(self.pid, signal.SIGKILL)
        self.stderr.seek(0)
        return self.stderr.read().decode(errors="replace")
