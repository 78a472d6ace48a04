"""One run of a tap: what it cost, and how long it took."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from benchmarks.tap.collected import Collected
    from benchmarks.tap.contestants import Contestant

_GIT_PATHS = ("/info/refs", "/git-upload-pack")


class BenchmarkError(RuntimeError):
    """A tap that failed: its figures would mean nothing."""


@dataclass(frozen=True)
class Measurement:
    """The figures of a run; requests are those to the API, git's are counted apart and cost no points."""

    requests: int
    git_requests: int
    points: int
    seconds: float
    records: int


def measure(
    contestant: Contestant, server: Server, organizations: list[str], folder: Path, collected: Collected
) -> Measurement:
    """Run a tap from the state that it left, and collect its rows."""
    folder.mkdir(exist_ok=True)
    config = folder / "config.json"
    config.write_text(json.dumps(contestant.config(server.url, organizations, folder)))
    command = [str(contestant.command), "--config", str(config)]
    catalog = folder / "catalog.json"
    if not catalog.exists():
        catalog.write_text(json.dumps(_selected(contestant, _output_of([*command, "--discover"]))))
    command += ["--catalog", str(catalog)]
    if collected.state is not None:
        (folder / "state.json").write_text(json.dumps(collected.state))
        command += ["--state", str(folder / "state.json")]
    server.clear_requests()
    began = time.monotonic()
    output = folder / "output.jsonl"
    output.write_bytes(_output_of(command))
    seconds = time.monotonic() - began
    asked = server.requests()
    by_git = [request for request in asked if request["path"].endswith(_GIT_PATHS)]
    return Measurement(
        requests=len(asked) - len(by_git),
        git_requests=len(by_git),
        points=sum(request["points"] or 0 for request in asked),
        seconds=seconds,
        records=collected.take(output),
    )


def _output_of(command: list[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False, env=_environment())  # noqa: S603 - ours
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace")[-2000:]
        message = f"{command[0]} ended with status {done.returncode}:\n{complaint}"
        raise BenchmarkError(message)
    return done.stdout


def _environment() -> dict[str, str]:
    """Return the environment without credentials, which taps would find there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TAP_"))}


def _selected(contestant: Contestant, discovered: bytes) -> Any:  # noqa: ANN401 - JSON
    """Return the catalog with the streams that are measured, and no others."""
    catalog = json.loads(discovered)
    wanted = contestant.streams.keys() | contestant.further_streams
    for entry in catalog["streams"]:
        for metadata in entry["metadata"]:
            if not metadata["breadcrumb"]:
                metadata["metadata"]["selected"] = entry["tap_stream_id"] in wanted
    return catalog
