"""The report of a run: what each server was asked for and by whom, and the rows before and after."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.environment import DATABASE, SCHEMA
from sandbox.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.query import Query
    from sandbox.state import State

_TABLES = (
    f"select table_name from {DATABASE}.information_schema.tables where table_schema = '{SCHEMA}' "  # noqa: S608 - our own names
    "and table_type = 'BASE TABLE' and not startswith(table_name, '_') order by table_name"
)


@dataclass(frozen=True)
class Report:
    """One run; times are ISO 8601 in UTC, rows by raw table."""

    command: list[str]
    data: str
    started: str
    finished: str
    exit_code: int
    servers: dict[str, Any]
    rows_before: dict[str, int]
    rows_after: dict[str, int]


def write(state: State, report: Report) -> None:
    """Replace the report."""
    temporary = state.last_run.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(report), indent=2), encoding="utf-8")
    temporary.replace(state.last_run)


def read(state: State) -> Report | None:
    """Return the report of the last run, if there was one."""
    try:
        return Report(**json.loads(state.last_run.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def usage(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the requests, points, statements and times of a server's log, in all and by client."""
    clients: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        clients.setdefault(entry["client"], []).append(entry)
    return {**_sums(entries), "clients": {client: _sums(own) for client, own in sorted(clients.items())}}


def _sums(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    times = [entry["at"] for entry in entries]
    return {
        "requests": len(entries),
        "points": sum(entry["points"] for entry in entries),
        "statements": sum(1 for entry in entries if entry["statement"]),
        "first": _iso(min(times)) if times else None,
        "last": _iso(max(times)) if times else None,
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def rows(run: Query) -> dict[str, int]:
    """Return the number of rows of each raw table; nothing where there is none yet."""
    try:
        tables = [str(row[0]) for row in run(_TABLES).rows]
    except QueryError:  # the database does not exist before the first load
        return {}
    if not tables:
        return {}
    counts = " union all ".join(
        f"select '{table}', count(*) from {DATABASE}.{SCHEMA}.\"{table}\""  # noqa: S608 - names of our own tables
        for table in tables
    )
    return {str(table): int(count) for table, count in run(counts).rows}
