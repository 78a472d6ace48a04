"""Runs a command, looks at what came of it, and tells a webhook where something is wrong.

    python -m orchestrate.alert -- meltano --environment=prod run github-insights
    python -m orchestrate.alert                  # runs nothing: is the data stale, did the last run go well?

It stands outside the job, so that it tells of one that was killed, too. It ends as the command does; without
one, with 1 where something is wrong; with 3 where an alert could not be delivered. Where a secret cannot be
read, the command is not begun, which counts as exit code 78.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dotenv import load_dotenv

from orchestrate.alert.evidence import Question, look
from orchestrate.alert.problems import problems
from orchestrate.alert.webhook import WebhookError, post
from orchestrate.with_secrets import BAD_SECRET, UNREAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

RUN_ID = "MELTANO_RUN_ID"  # Meltano and the loader take their name for the run from it
WEBHOOK = "ALERT_WEBHOOK_URL"
NOT_DELIVERED = 3
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    made = argparse.ArgumentParser(prog="python -m orchestrate.alert", description=__doc__.splitlines()[0])
    made.add_argument("--stale-hours", type=float, default=24, help="age of the newest load that is too old")
    made.add_argument(
        "--dropped-days",
        type=float,
        default=7,
        help="days for which a stale organisation is told; then it was dropped",
    )
    made.add_argument("--name", default="GitHub pipeline", help="what the alert calls the pipeline")
    made.add_argument("--problem", help="what the caller has seen itself; it is told in any case")
    made.add_argument("command", nargs="*", help="the command to run, after --")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, look, alert; return the exit code."""
    given = parser().parse_args(arguments)
    load_dotenv(".env")  # as Meltano does; what is set already stays
    run_id = os.environ.get(RUN_ID) or str(uuid.uuid4())
    unread = os.environ.get(UNREAD, "").splitlines()
    exit_code = None
    if given.command:
        exit_code = BAD_SECRET if unread else run(given.command, run_id)
    now = datetime.now(UTC).replace(tzinfo=None)
    stale_after = timedelta(hours=given.stale_hours)
    late = now - stale_after
    read_since = late - timedelta(days=given.dropped_days)
    question = Question(run_id if given.command else None, late, read_since, given.command)
    found = [*([given.problem] if given.problem else []), *unread]
    found += problems(look(os.environ, question, exit_code), now, stale_after)
    ending = exit_code if exit_code is not None else int(bool(found))
    if not found:
        return ending
    heading = f"{given.name}{f', run {run_id}' if given.command else ''}:"
    text = "\n".join([heading, *(f"• {each}" for each in found)])
    sys.stderr.write(text + "\n")
    try:
        deliver(text)
    except WebhookError as error:
        sys.stderr.write(f"{error}\n")
        return ending or NOT_DELIVERED
    return ending


def deliver(text: str) -> None:
    """Post a text to the webhook of the environment, or raise `WebhookError`."""
    url = os.environ.get(WEBHOOK, "")
    if not url:
        message = f"Nobody is told: set {WEBHOOK} to a webhook of Slack or of something that takes its JSON."
        raise WebhookError(message)
    post(url, text)


def run(command: Sequence[str], run_id: str) -> int:
    """Run a command to its end; return its exit code, negative for a signal, 127 where there is none."""
    environment = {**os.environ, RUN_ID: run_id}
    try:
        process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - the user's own
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}\n")
        return 127
    with process, passing_signals_to(process):
        return process.wait()


@contextmanager
def passing_signals_to(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Hand signals to a process, which then ends by itself: afterwards there is something to tell.

    What a terminal sends to all that it runs goes to all of the process's session, once, since the terminal
    does not know that. SIGTERM goes to the process, and to what it leaves behind, as Meltano does dbt: its
    plugins it ends itself, and a second SIGTERM would keep the loader from committing what it has.
    """
    passed = set()

    def pass_on(number: int, _frame: FrameType | None) -> None:
        passed.add(number)
        if number == signal.SIGTERM:
            process.send_signal(number)
        else:
            to_all(number)

    def to_all(number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    taken = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]  # nohup's is kept
    former = {number: signal.signal(number, pass_on) for number in taken}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
        if signal.SIGTERM in passed:
            to_all(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
