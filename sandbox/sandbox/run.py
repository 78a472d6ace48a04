"""`sandbox run`: the three servers around one command, and a report of what the command did to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from requests import RequestException

from sandbox import environment, last_run
from sandbox.query import session
from sandbox.servers import Server, serve_gcs, serve_github, serve_snowflake

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    from sandbox.state import State

COMMAND_NOT_FOUND = 127
SNOWFLAKE_PORT = 47115
"""Where it is free, a new sandbox has it too, and dbt need not read all its models anew."""


@dataclass(frozen=True)
class Servers:
    """The three servers of a sandbox, and the data folder that they serve."""

    github: Server
    gcs: Server
    snowflake: Server
    data: Path

    def exports(self, state: State) -> dict[str, str]:
        """Return the variables that lead a command to these servers."""
        urls = environment.Urls(self.github.url, self.gcs.url, self.snowflake.url)
        return environment.of_the_sandbox(state, self.data, urls, os.environ)


@contextmanager
def servers(state: State, what: str, data: Path | None, *, size: str, seed: int) -> Iterator[Servers]:
    """Hold the folder, and serve it until the block ends."""
    with state.hold(what) as holder, ExitStack() as stack:
        state.meltano_state.mkdir(exist_ok=True)
        state.fail_interrupted_jobs()
        folder = (data or generated(state, size=size, seed=seed)).resolve()
        with ThreadPoolExecutor(1) as meanwhile:
            starting = meanwhile.submit(stack.enter_context, serve_github(folder, port=state.port("github")))
            gcs = stack.enter_context(serve_gcs(state.gcs))
            port = state.port("snowflake") or SNOWFLAKE_PORT
            snowflake = stack.enter_context(serve_snowflake(state.snowflake, gcs_url=gcs.url, port=port))
        github = starting.result()
        for server in (github, snowflake):
            state.keep_port(server.name, server.port)
        state.announce(
            replace(holder, github=github.url, gcs=gcs.url, snowflake=snowflake.url, data=str(folder))
        )
        yield Servers(github, gcs, snowflake, folder)


def generated(state: State, *, size: str, seed: int) -> Path:
    """Return the data folder that the sandbox generates the first time it is needed."""
    if not environment.organizations(state.github):
        from sandbox.github.generate import generate  # noqa: PLC0415 - git repositories, once per sandbox

        _say(f"Generating an organisation in {state.github}")
        generate(state.github, seed=seed, size=size)
    return state.github


def run(state: State, command: Sequence[str], data: Path | None, *, size: str, seed: int) -> int:
    """Run COMMAND with the servers up; return its exit code."""
    with servers(state, " ".join(command), data, size=size, seed=seed) as up:
        _say(f"GitHub {up.github.url}  GCS {up.gcs.url}  Snowflake {up.snowflake.url}")
        before = _rows(state)
        up.snowflake.clear_requests()  # the report is about the command, not about the counting
        started = datetime.now(UTC)
        code = _run(command, {**os.environ, **up.exports(state)})
        try:
            servers_log = _log(up)
        except RequestException:  # a service manager has told every process to end, the servers too
            _say("The servers have ended before the command: there is no report of it.")
            return code
        last_run.write(
            state,
            last_run.Report(
                command=list(command),
                data=str(up.data),
                started=started.isoformat(),
                finished=datetime.now(UTC).isoformat(),
                exit_code=code,
                servers=servers_log,
                rows_before=before,
                rows_after=_rows(state),
            ),
        )
    return code


def _rows(state: State) -> dict[str, int]:
    with session(state) as query:
        return last_run.rows(query)


def _log(up: Servers) -> dict[str, Any]:
    named = {"github": up.github, "gcs": up.gcs, "snowflake": up.snowflake}
    return {name: last_run.usage(server.requests()) for name, server in named.items()}


def _run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command, pass the signals on that are meant for it; return its exit code as a shell does."""
    process: subprocess.Popen[bytes] | None = None
    early: list[int] = []  # signals that came while the command was being started

    def forward(number: int, _: FrameType | None) -> None:
        # What is typed at a terminal has reached the command already: it is in the foreground, too.
        if number == signal.SIGINT and _in_foreground():
            return
        if process is None:
            early.append(number)
        else:
            process.send_signal(number)

    previous = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(command, env=variables)  # noqa: S603 - the user's own command
        for number in early:
            process.send_signal(number)
        code = process.wait()
    except OSError as error:
        _say(f"{command[0]}: {error.strerror}")
        return COMMAND_NOT_FOUND
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _say(text: str) -> None:
    sys.stderr.write(f"sandbox: {text}\n")
    sys.stderr.flush()
