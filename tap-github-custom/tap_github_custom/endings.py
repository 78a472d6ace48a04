"""How the command ends: one sentence and an exit code for whatever went wrong."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tap_github_custom import git
from tap_github_custom.errors import GitHubError, SkippedError, TerminatedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STUCK_SECONDS = 10.0  # as long as docker stop waits
STUCK_TIMES = 7  # longer than a request may hang
LOG_SECONDS = 1.0


@contextmanager
def one_sentence(logger: logging.Logger) -> Iterator[None]:
    """End the process with one sentence where something goes wrong; the trace is for those who ask."""
    try:
        yield
    except TerminatedError as error:
        logger.error("%s", error)  # noqa: TRY400 - no trace
        _exit_at_once(128 + error.signal_number)
    except SkippedError as error:
        logger.error("%s", error)  # noqa: TRY400 - no trace
        sys.exit(error.exit_code)
    except GitHubError as error:
        logger.error("%s", error)  # noqa: TRY400 - no trace
        sys.exit(1)
    except BrokenPipeError:
        logger.error("The target has closed the pipe: its log says why")  # noqa: TRY400 - no trace
        _forget_standard_output()
        sys.exit(1)
    except Exception as error:
        if isinstance(error, click.exceptions.Exit):
            raise
        logger.error("Unexpected %s: %s (LOGLEVEL=DEBUG shows where)", type(error).__name__, error)  # noqa: TRY400
        logger.debug("Where it came from:", exc_info=True)
        sys.exit(1)


def end_if_stuck(
    signal_number: int, is_over: threading.Event, is_writing: Callable[[], bool], logger: logging.Logger
) -> None:
    """End the process some seconds after a signal, unless the run is over by then.

    Where nobody reads standard output any more, the thread that writes can neither go on nor end. One that
    waits for an answer has some time more: it will come to write the last STATE.
    """
    for _ in range(STUCK_TIMES):
        if is_over.wait(STUCK_SECONDS):
            return
        if is_writing():
            break
    text = "Ended by signal %d without the last STATE, which nobody has taken"
    # Nobody may read the log either.
    telling = threading.Thread(target=logger.error, args=(text, signal_number), daemon=True)
    telling.start()
    telling.join(LOG_SECONDS)
    git.end_all()
    os._exit(128 + signal_number)


def _exit_at_once(code: int) -> None:
    """End the process without waiting for threads: a request or a clone may take minutes yet."""
    sys.stdout.flush()
    logging.shutdown()
    os._exit(code)


def _forget_standard_output() -> None:
    """Let nobody try to write what is left in the buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
