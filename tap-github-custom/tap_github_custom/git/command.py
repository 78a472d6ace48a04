"""Runs of the command git that end in time, with everything they started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from tap_github_custom.git.environment import environment
from tap_github_custom.git.errors import GitUnavailableError, RetryableGitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_KEPT_BYTES = 65_536  # of what git says on stderr
_running: set[subprocess.Popen[bytes]] = set()  # of all threads; adding and removing are atomic


def end_all() -> None:
    """End every git command that runs: the tap is about to end, and nobody wants their output any more."""
    for process in list(_running):
        _end(process)


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that ended by itself."""

    status: int
    output: bytes
    complaint: str


def run(
    arguments: Sequence[str],
    *,
    timeout_seconds: float,
    stdin: bytes = b"",
    stdout: int | IO[bytes] = subprocess.PIPE,
    inherited: Sequence[int] = (),
) -> Finished:
    """Run a git command that needs no network; its output may go to a file.

    The `inherited` file descriptors stay open in git and its children.

    Raises:
        GitUnavailableError: there is no git, or it cannot be started.
        RetryableGitError: it took longer than the timeout.
    """
    with _started(
        arguments, environment(os.environ), stdin=subprocess.PIPE, stdout=stdout, inherited=inherited
    ) as process:
        try:
            output, complaint = process.communicate(stdin, timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            raise _stuck(arguments, timeout_seconds) from None
        return _finished(process.returncode, output or b"", complaint)


def run_while_it_talks(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    silence_seconds: float,
    inherited: Sequence[int] = (),
) -> Finished:
    """Run a git command that reports progress, in an environment of its own, for as long as it reports.

    A clone may rightly take an hour, so not its length but its silence is limited. The `inherited` file
    descriptors stay open in git and its children.

    Raises:
        GitUnavailableError: there is no git, or it cannot be started.
        RetryableGitError: it was silent for longer than the limit.
    """
    with _started(
        arguments, variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, inherited=inherited
    ) as process:
        said = _listen(process, silence_seconds)
        if said is None:
            raise _stuck(arguments, silence_seconds)
        return _finished(process.wait(), b"", said)


def _finished(status: int, output: bytes, complaint: bytes) -> Finished:
    """Return what came of a run; one that was killed did not live to say so itself."""
    said = complaint.decode("utf-8", "replace")
    if status < 0:
        said += f"\nfatal: git was ended by signal {-status}; 9 is what comes when memory runs out"
    return Finished(status, output, said)


def _listen(process: subprocess.Popen[bytes], silence_seconds: float) -> bytes | None:
    """Return the end of what a process says until it ends, or None if it falls silent."""
    stream = process.stderr
    assert stream is not None  # noqa: S101 - it was started with a pipe
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while selector.select(silence_seconds):
            heard = os.read(stream.fileno(), _KEPT_BYTES)
            if not heard:
                return said
            said = (said + heard)[-_KEPT_BYTES:]
    return None


@contextlib.contextmanager
def _started(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    stdin: int,
    stdout: int | IO[bytes],
    inherited: Sequence[int] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """Start git in a process group of its own, and leave nothing of the group behind."""
    try:
        process = subprocess.Popen(  # noqa: S603 - git, with arguments of our own
            ["git", *arguments],  # noqa: S607 - git is where PATH says
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=dict(variables),
            pass_fds=inherited,
            process_group=0,
        )
    except FileNotFoundError:
        msg = "The command git is not installed (or not in PATH); install it, or set commit_source to api."
        raise GitUnavailableError(msg) from None
    except OSError as error:  # a folder of PATH that may not be searched, no descriptor or no memory left
        msg = f"The command git cannot be started: {error.strerror}; mend that, or set commit_source to api."
        raise GitUnavailableError(msg) from error
    with process:
        _running.add(process)
        try:
            yield process
        except BaseException:
            _end(process)
            raise
        finally:
            _running.discard(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children at once; the next fetch clears away what they leave."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _stuck(arguments: Sequence[str], seconds: float) -> RetryableGitError:
    subcommand = next(argument for argument in arguments if not argument.startswith("-"))
    return RetryableGitError(f"git {subcommand} got nowhere within {seconds:g} seconds and was ended.")
