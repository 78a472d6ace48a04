"""How the command ends: one sentence and an exit code for whatever went wrong."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tap_github_custom.errors import GitHubError, SkippedError, TerminatedError

if TYPE_CHECKING:
    from collections.abc import Iterator


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


def _exit_at_once(code: int) -> None:
    """End the process without waiting for threads: a request or a clone may take minutes yet."""
    sys.stdout.flush()
    logging.shutdown()
    os._exit(code)


def _forget_standard_output() -> None:
    """Let nobody try to write what is left in the buffer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
