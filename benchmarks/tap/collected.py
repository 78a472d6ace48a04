"""What a data warehouse would hold after the runs of a tap."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from benchmarks.tap.contestants import Stream
    from benchmarks.tap.truth import Key, Tables, Values


@dataclass(frozen=True)
class Difference:
    """Rows that are missing, rows with a wrong value, and rows that are not (or no longer) at the source."""

    missing: int
    wrong: int
    too_many: int


class Collected:
    """The rows of one tap, merged by key, run after run."""

    def __init__(self, streams: Mapping[str, Stream]) -> None:
        """Begin without any row."""
        self._streams = streams
        self._records: dict[str, dict[Key, Any]] = defaultdict(dict)
        self._sent: set[tuple[str, Key]] = set()
        self.state: Any = None

    def take(self, output: Path) -> int:
        """Take the Singer messages of a run; return the number of its records."""
        self._sent.clear()
        records = 0
        with output.open(encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line)
                if message["type"] == "STATE":
                    self.state = message["value"]
                elif message["type"] == "RECORD":
                    records += 1
                    self._record(message["stream"], message["record"])
                elif message["type"] == "SCHEMA":
                    self._remove_gone(message["stream"], message.get("x-complete-sets", []))
        return records

    def differences(self, truth: Tables) -> dict[str, Difference]:
        """Return by table how the rows differ from what there is; only values that a tap sends count."""
        return {
            stream.table: _difference(truth.get(stream.table, {}), self._rows(name, stream))
            for name, stream in self._streams.items()
        }

    def _record(self, name: str, record: Any) -> None:  # noqa: ANN401 - JSON
        stream = self._streams.get(name)
        if stream is not None:
            key = tuple(record[part] for part in stream.keys)
            self._records[name][key] = record
            self._sent.add((name, key))

    def _remove_gone(self, name: str, parents: list[Any]) -> None:
        """Remove rows of parents whose complete set was sent, and which were not in it."""
        complete = {tuple(sorted(parent.items())) for parent in parents}
        if complete:
            properties = parents[0].keys()
            rows = self._records[name]
            for key in [key for key in rows if (name, key) not in self._sent]:
                if tuple(sorted((part, rows[key][part]) for part in properties)) in complete:
                    del rows[key]

    def _rows(self, name: str, stream: Stream) -> dict[Key, Values]:
        return {
            key: {common: _at(record, path) for common, path in stream.values.items()}
            for key, record in self._records[name].items()
        }


def _difference(truth: dict[Key, Values], rows: dict[Key, Values]) -> Difference:
    wrong = sum(
        any(_plain(truth[key].get(name)) != _plain(value) for name, value in values.items())
        for key, values in rows.items()
        if key in truth
    )
    return Difference(len(truth.keys() - rows.keys()), wrong, len(rows.keys() - truth.keys()))


def _at(record: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    for part in path.split("."):
        record = (record or {}).get(part)
    return record


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value without what taps may write in one way or another: no text, NUL, the form of UTC."""
    if isinstance(value, str):
        value = value.replace("\0", "").replace("+00:00", "Z")
    return value or None
