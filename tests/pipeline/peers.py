"""Plugins of others, as published, and the one question about them: are the rows the same?"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

Row = dict[str, Any]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?(\d\d)?))?")
DIFFERENCES_SHOWN = 5


def published(requirements: str, command: str, *arguments: str) -> list[str]:
    """Return a command of a published package, with what it needs beside it, in its own environment."""
    package, *others = requirements.split()
    uv = str(ROOT / ".tools" / "bin" / "uv")
    beside = [option for other in others for option in ("--with", other)]
    return [uv, "tool", "run", "--no-config", *beside, "--from", package, command, *arguments]


def run(command: Sequence[str], *, text: str | None = None, **options: Any) -> str:
    """Run a plugin; it must succeed. Return what it wrote."""
    result: subprocess.CompletedProcess[str] = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, **options
    )
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def configuration(folder: Path, settings: Mapping[str, Any]) -> str:
    """Write a configuration file; return its path."""
    path = folder / "config.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return str(path)


def sent(messages: str) -> dict[str, dict[tuple[Any, ...], Row]]:
    """Return the records of Singer messages by stream and key: of several with one key, the last."""
    keys: dict[str, list[str]] = {}
    found: dict[str, dict[tuple[Any, ...], Row]] = {}
    for line in messages.splitlines():
        message = json.loads(line, parse_float=Decimal)
        if message["type"] == "SCHEMA":
            keys[message["stream"]] = message["key_properties"]
            found.setdefault(message["stream"], {})
        elif message["type"] == "RECORD":
            record = message["record"]
            found[message["stream"]][_key(record, keys[message["stream"]])] = record
    return found


def _key(row: Mapping[str, Any], names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(plain(row[name]) for name in names)


def assert_same_rows(
    stream: str,
    expected: Mapping[tuple[Any, ...], Row],
    rows: Iterable[Row],
    lost: Callable[[Any], Any] = lambda value: value,
) -> None:
    """Fail where a table does not hold just these records, each property with its value.

    A database's own columns (batch, sequence, time of load) are left out, and what a record lacks is NULL.
    LOST makes of a value what the plugin leaves of it.
    """
    named = [{name.lower(): value for name, value in row.items()} for row in rows]
    wanted = [{name.lower(): lost(plain(value)) for name, value in row.items()} for row in expected.values()]
    assert len(named) == len(wanted), f"{stream}: {len(named)} rows instead of {len(wanted)}"
    names = sorted({name for row in wanted for name in row})
    found = sorted(repr([lost(plain(row.get(name))) for name in names]) for row in named)
    there = sorted(repr([row.get(name) for name in names]) for row in wanted)
    different = [pair for pair in zip(there, found, strict=True) if pair[0] != pair[1]]
    assert not different, f"{stream}, {names}: {different[:DIFFERENCES_SHOWN]}"


def plain(value: Any) -> Any:
    """Return a value in the one form that all of these plugins and databases are compared in.

    A moment is one however its zone is written, a number is one with and without trailing zeros, and JSON is
    its value also where a database gives it as text.
    """
    if isinstance(value, dict):
        return {name: plain(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date):
        if isinstance(value, dt.datetime) and value.tzinfo:
            value = value.astimezone(dt.UTC).replace(tzinfo=None)
        return value.isoformat()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(Decimal(str(value)).normalize())
    return value


def _text(value: str) -> Any:
    if MOMENT.fullmatch(value):
        return plain(dt.datetime.fromisoformat(value))
    if value[:1] in {"{", "["}:
        with suppress(ValueError):
            return plain(json.loads(value, parse_float=Decimal))
    return value
