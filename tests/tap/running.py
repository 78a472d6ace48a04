"""Runs the tap in this process against a server, and takes its output apart."""

from __future__ import annotations

import io
import json
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sandbox.servers import TOKEN
from tap_github_custom.tap import TapGitHubCustom

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sandbox.servers import Server

Row = dict[str, Any]


@dataclass
class Output:
    """What one run of the tap has written."""

    text: bytes
    error: BaseException | None = None
    """What ended it early."""
    summary: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Decode the messages."""
        self.messages = [json.loads(line) for line in self.text.splitlines()]

    def of(self, stream: str) -> list[Row]:
        """Return the records of a stream, in their order."""
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    def in_order(self, stream: str) -> list[str]:
        """Return the rows of a stream as JSON, in an order that does not depend on who was faster."""
        return sorted(json.dumps(row, sort_keys=True) for row in self.of(stream))

    @property
    def streams(self) -> set[str]:
        """Return the streams that have a record."""
        return {message["stream"] for message in self.messages if message["type"] == "RECORD"}

    @property
    def keys(self) -> dict[str, list[str]]:
        """Return the key of each stream, as its SCHEMA says."""
        schemas = (message for message in self.messages if message["type"] == "SCHEMA")
        return {message["stream"]: message["key_properties"] for message in schemas}

    def complete_sets(self, stream: str) -> set[int]:
        """Return the ids of the parents that were announced as complete."""
        return {
            parent["pull_request_id"]
            for message in self.messages
            if message["type"] == "SCHEMA" and message["stream"] == stream
            for parent in message.get("x-complete-sets", ())
        }

    @property
    def states(self) -> list[dict[str, Any]]:
        """Return the values of all STATE messages."""
        return [message["value"] for message in self.messages if message["type"] == "STATE"]

    @property
    def state(self) -> dict[str, Any]:
        """Return what the next run begins with."""
        return self.states[-1]

    @property
    def bookmarks(self) -> dict[str, Any]:
        """Return the bookmarks of the last STATE, by organisation and repository id."""
        found: dict[str, Any] = self.state["bookmarks"]["repository"]["repositories"]
        return found

    @property
    def skipped(self) -> dict[str, str]:
        """Return the reasons of the summary, by repository."""
        return {each["repository"]: each["reason"] for each in self.summary["repositories"]["skipped"]}


class Loaded:
    """What a loader has after some runs: upserts by key, less what complete sets no longer hold."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.tables: dict[str, dict[tuple[Any, ...], Row]] = {}
        self.deleted: dict[str, set[tuple[Any, ...]]] = {}

    def load(self, output: Output) -> Loaded:
        """Take the messages of a run, in their order."""
        sent: dict[str, set[tuple[Any, ...]]] = {}
        keys: dict[str, list[str]] = {}
        for message in output.messages:
            stream = message.get("stream", "")
            if message["type"] == "SCHEMA":
                keys[stream] = message["key_properties"]
                parents = message.get("x-complete-sets", [])
                self._complete(stream, parents, message["schema"], sent.get(stream, set()))
            elif message["type"] == "RECORD":
                key = tuple(message["record"][name] for name in keys[stream])
                self.tables.setdefault(stream, {})[key] = message["record"]
                self.deleted.setdefault(stream, set()).discard(key)
                sent.setdefault(stream, set()).add(key)
        return self

    def _complete(
        self, stream: str, parents: list[Row], schema: dict[str, Any], sent: set[tuple[Any, ...]]
    ) -> None:
        names = schema.get("x-complete-set-of", [])
        complete = {tuple(parent[name] for name in names) for parent in parents}
        for key, row in self.tables.get(stream, {}).items():
            if tuple(row[name] for name in names) in complete and key not in sent:
                self.deleted.setdefault(stream, set()).add(key)

    def living(self, stream: str) -> dict[tuple[Any, ...], Row]:
        """Return the rows of a stream that were not found to be gone."""
        gone = self.deleted.get(stream, set())
        return {key: row for key, row in self.tables.get(stream, {}).items() if key not in gone}


def run_tap(
    github: Server,
    folder: Path,
    *,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    pipe: io.BytesIO | None = None,
    **config: Any,
) -> Output:
    """Run the tap to its end; clones and the summary lie in FOLDER, PIPE takes what it writes."""
    summary_path = folder / "summary.json"
    settings = {
        "auth_token": TOKEN,
        "api_url": github.url,
        "cache_dir": str(folder / "cache"),
        "summary_path": str(summary_path),
        "retry_seconds": 1,
        **config,
    }
    error: BaseException | None = None
    with _captured(pipe or io.BytesIO()) as captured:
        try:
            tap = TapGitHubCustom(config=settings, state=state, catalog=catalog)
            tap.sync_all()
        except Exception as raised:  # noqa: BLE001 - the test looks at it
            error = raised
    summary = json.loads(summary_path.read_text(encoding="utf-8")) if summary_path.exists() else {}
    summary_path.unlink(missing_ok=True)
    return Output(captured.getvalue(), error, summary)


def selecting(*streams: str, without: Sequence[str] = ()) -> dict[str, Any]:
    """Return a catalog that selects some streams; WITHOUT names deselected properties as stream.property."""
    catalog = TapGitHubCustom(config={"organizations": ["any"]}, validate_config=False).catalog_dict
    for entry in catalog["streams"]:
        name = entry["tap_stream_id"]
        for each in entry["metadata"]:
            if not each["breadcrumb"]:
                each["metadata"]["selected"] = name in streams
            elif f"{name}.{each['breadcrumb'][-1]}" in without:
                each["metadata"]["selected"] = False
    return catalog


@contextmanager
def _captured(caught: io.BytesIO) -> Iterator[io.BytesIO]:
    """Catch standard output; the signal handlers of the tap do not outlive it."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stream = io.TextIOWrapper(caught, encoding="utf-8", write_through=True)
    try:
        with patch.object(sys, "stdout", stream):
            yield caught
    finally:
        stream.detach()
        for number, handler in handlers.items():
            signal.signal(number, handler)
