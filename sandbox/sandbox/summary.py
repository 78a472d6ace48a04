"""`sandbox summary`: what the last run did, in what time, at what cost, and what is there now."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox import last_run
from sandbox.environment import DATABASE, SCHEMA
from sandbox.query import APPLICATION, QueryError, session
from sandbox.state import StateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.last_run import Report
    from sandbox.query import Query
    from sandbox.state import State

_FIELD = re.compile(r"\{(\w+)\}")
MART_PREFIXES = ("FCT_", "DIM_", "RPT_", "BRIDGE_")
DBT = "dbt"
# Each is a number with the words that say what it is, from the marts or, without them, from the raw
# tables; where neither are there it is left out.
METRICS = (
    (
        "median hours from opened to merged",
        (
            "select round(median(datediff('second', created_at, merged_at)) / 3600, 1) "
            "from {fct_github__pull_request} where merged_at is not null"
        ),
        (
            "select round(median(datediff('second', created_at, merged_at)) / 3600, 1) "
            "from {pull_request} where merged_at is not null"
        ),
    ),
    (
        "% of merged pull requests reviewed by somebody else",
        (
            "select round(100 * count_if(exists (select 1 from {pull_request_review} as r where "
            "r.pull_request_id = p.id and r.state <> 'PENDING' and r.user_type <> 'Bot' "
            "and r.user_id is distinct from p.user_id)) / nullif(count(*), 0), 1) "
            "from {pull_request} as p where p.merged_at is not null"
        ),
    ),
    (
        "lines changed in the last 28 days of the data",
        (
            "select sum(additions + deletions) from {fct_github__commit_file} where committed_at > "
            "(select dateadd('day', -28, max(committed_at)) from {fct_github__commit_file})"
        ),
        (
            "select sum(additions + deletions) from {commit_file} where parent_count <= 1 and committed_at > "
            "(select dateadd('day', -28, max(committed_at)) from {commit_file})"
        ),
    ),
)


def summary(state: State) -> str:
    """Return the summary as plain text."""
    report = last_run.read(state)
    if report is None:
        message = f"Nothing has run in {state.folder} yet: `make demo` or `sandbox run -- COMMAND` does."
        raise StateError(message)
    with session(state) as query:
        marts = _marts(query)
        parts = [
            _headline(report),
            _raw_tables(query, report),
            _mart_table(query, marts),
            _cost(report),
            _metrics(query, marts),
            _how_to_look_further(state),
        ]
    return "\n\n".join(part for part in parts if part)


def _headline(report: Report) -> str:
    seconds = _seconds(report.started, report.finished)
    if report.exit_code != 0:
        return f"The run FAILED with exit code {report.exit_code} after {seconds:.1f} s."
    return f"The run took {seconds:.1f} s."


def _raw_tables(query: Query, report: Report) -> str:
    written = _written(query, report)
    lines = [("raw table", "rows", "inserted", "updated")]
    changes = 0
    for table, rows in report.rows_after.items():
        inserted = max(rows - report.rows_before.get(table, 0), 0)
        updated = max(written.get(table, 0) - inserted, 0)
        changes += inserted + updated
        lines.append((table, f"{rows:,}", f"{inserted:,}", f"{updated:,}"))
    if len(lines) == 1:
        return "No raw table has been loaded yet."
    verdict = "" if changes else "\nNothing changed: no row was inserted or updated."
    return _columns(lines) + verdict


def _written(query: Query, report: Report) -> dict[str, int]:
    """Return how many rows of each raw table the run wrote, by the time of their load."""
    since = datetime.fromisoformat(report.started).strftime("%Y-%m-%d %H:%M:%S.%f")
    until = datetime.fromisoformat(report.finished).strftime("%Y-%m-%d %H:%M:%S.%f")
    counts = {}
    for table in report.rows_after:
        statement = (
            f'select count(*) from {DATABASE}.{SCHEMA}."{table}" '  # noqa: S608 - names of our own tables
            f"where _ingested_at between '{since}'::timestamp_ntz and '{until}'::timestamp_ntz"
        )
        counts[table] = int(_value(query, statement) or 0)
    return counts


def _marts(query: Query) -> dict[str, str]:
    """Return the whole name of each mart by its name."""
    found = _rows(
        query,
        f"select table_schema, table_name from {DATABASE}.information_schema.tables "  # noqa: S608 - see above
        f"where table_schema not in ('{SCHEMA}', 'INFORMATION_SCHEMA') order by table_name",
    )
    return {
        name: f'{DATABASE}."{schema}"."{name}"' for schema, name in found if name.startswith(MART_PREFIXES)
    }


def _mart_table(query: Query, marts: dict[str, str]) -> str:
    counts = {name: _value(query, f"select count(*) from {mart}") for name, mart in marts.items()}  # noqa: S608 - see above
    lines = [("mart", "rows"), *((name, f"{int(count or 0):,}") for name, count in counts.items())]
    return _columns(lines) if marts else ""


def _cost(report: Report) -> str:
    github, snowflake = report.servers["github"], report.servers["snowflake"]
    clients = snowflake["clients"]
    dbt = [use for name, use in clients.items() if name.lower().startswith(DBT)]
    loader = [use for name, use in clients.items() if not name.lower().startswith((DBT, APPLICATION))]
    lines = [
        ("part", "seconds", "spent"),
        ("extract", _span([github]), f"{github['requests']:,} GitHub requests, {github['points']:,} points"),
        ("load", _span(loader), f"{_sum(loader, 'statements'):,} statements of the loader"),
        ("transform", _span(dbt), f"{_sum(dbt, 'statements'):,} statements of dbt"),
    ]
    return _columns(lines, left=(0, 2))


def _span(uses: Sequence[dict[str, Any]]) -> str:
    times = [use for use in uses if use["first"]]
    if not times:
        return "-"
    first = min(use["first"] for use in times)
    return f"{_seconds(first, max(use['last'] for use in times)):.1f}"


def _sum(uses: Sequence[dict[str, Any]], what: str) -> int:
    return sum(use[what] for use in uses)


def _seconds(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


def _metrics(query: Query, marts: dict[str, str]) -> str:
    raw = ("pull_request", "pull_request_review", "commit_file")
    tables = {name: f"{DATABASE}.{SCHEMA}.{name.upper()}" for name in raw}
    tables |= {name.lower(): mart for name, mart in marts.items()}
    lines = []
    for words, *statements in METRICS:
        possible = [text for text in statements if all(name in tables for name in _FIELD.findall(text))]
        values = (_value(query, text.format(**tables)) for text in possible)
        value = next((one for one in values if one is not None), None)
        if value is not None:
            lines.append((f"{float(value):,.1f}".removesuffix(".0"), words))
    return _columns(lines, left=(1,)) if lines else ""


def _how_to_look_further(state: State) -> str:
    where = "" if str(state.folder) == ".sandbox" else f" (with SANDBOX_DIR={state.folder})"
    return "\n".join(
        (
            f"Look further{where}:",
            "  make dashboard    # opens the numbers at http://127.0.0.1:8501",
            '  .venv/bin/sandbox sql "select * from pull_request limit 5"',
            '  eval "$(.venv/bin/sandbox up)"    # the servers, for any client',
            "  .venv/bin/sandbox run -- .venv/bin/meltano invoke dbt:docs",
            "  .venv/bin/sandbox github advance && make demo    # a day later",
        )
    )


def _columns(lines: Sequence[Sequence[str]], left: Sequence[int] = (0,)) -> str:
    widths = [max(len(line[index]) for line in lines) for index in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if index in left else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _value(query: Query, statement: str) -> Any:  # noqa: ANN401 - whatever the statement returns
    rows = _rows(query, statement)
    return rows[0][0] if rows else None


def _rows(query: Query, statement: str) -> list[tuple[Any, ...]]:
    try:
        return query(statement).rows
    except QueryError:  # a table that is not there yet: a run that failed early
        return []
