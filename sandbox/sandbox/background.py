"""`sandbox up` and `down`: the servers as a process of their own, until it is told to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sandbox import environment
from sandbox.servers import ServerError
from sandbox.state import State, StateError

if TYPE_CHECKING:
    from collections.abc import Mapping

WAIT_SECONDS = 60.0
PAUSE_SECONDS = 0.05
UP = "sandbox up"


def start(state: State, data: Path | None, *, size: str, seed: int) -> None:
    """Start the servers; return when they answer. Servers that are up already are left alone."""
    holder = state.holder()
    if holder is not None and holder.what == UP:
        return
    state.folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--dir", str(state.folder), "--size", size, "--seed", str(seed)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "sandbox.background", *arguments, *(["--data", str(data)] if data else [])],
        stdin=subprocess.DEVNULL,
        stdout=(state.folder / "servers.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        holder = state.holder()
        if holder is not None and holder.pid == process.pid and holder.snowflake:
            return
        if process.poll() is not None:
            words = (state.folder / "servers.log").read_text(encoding="utf-8").strip().splitlines()
            raise ServerError(words[-1] if words else "the servers did not start")
        time.sleep(PAUSE_SECONDS)
    process.terminate()
    message = f"the servers did not start within {WAIT_SECONDS:.0f} seconds"
    raise ServerError(message)


def stop(state: State) -> bool:
    """End the servers that `up` started; tell whether there were any."""
    holder = state.holder()
    if holder is None:
        return False
    if holder.what != UP:
        message = f"The sandbox in {state.folder} is run by process {holder.pid} ({holder.what}): end that."
        raise StateError(message)
    with suppress(ProcessLookupError):
        os.kill(holder.pid, signal.SIGTERM)
    deadline = time.monotonic() + WAIT_SECONDS
    while state.holder() is not None and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return True


def exports(state: State, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the servers that are up."""
    holder = state.holder()
    if holder is None or not holder.snowflake:
        message = f"No servers are up in {state.folder}: `sandbox up` starts them."
        raise StateError(message)
    urls = environment.Urls(holder.github, holder.gcs, holder.snowflake)
    return environment.of_the_sandbox(state, Path(holder.data), urls, environ)


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), required=True)
@click.option("--data", type=click.Path(path_type=Path))
@click.option("--size", required=True)
@click.option("--seed", type=int, required=True)
def main(folder: Path, data: Path | None, size: str, seed: int) -> None:
    """Serve until SIGTERM comes."""
    from sandbox.run import servers  # noqa: PLC0415 - the process that asks does not need it

    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with servers(State(folder), UP, data, size=size, seed=seed):
            told_to_end.wait()
    except (StateError, ServerError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
