"""One statement against the sandbox's Snowflake, whether its server is up or not."""

from __future__ import annotations

import csv
import io
import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from snowflake.connector.errors import Error

from sandbox.environment import DATABASE, PASSWORD, SCHEMA
from sandbox.state import StateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.state import State

    Query = Callable[[str], "Result"]

APPLICATION = "sandbox_sql"
JSON_TYPES = frozenset(("VARIANT", "OBJECT", "ARRAY"))


class QueryError(RuntimeError):
    """A statement that Snowflake refuses."""


@dataclass(frozen=True)
class Result:
    """Rows, with the name and Snowflake's type name of each column."""

    names: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as JSON objects."""
        return [
            {
                name: _json_value(value, kind)
                for name, kind, value in zip(self.names, self.types, row, strict=True)
            }
            for row in self.rows
        ]


def query(state: State, statement: str) -> Result:
    """Run one statement."""
    with session(state) as run:
        return run(statement)


@contextmanager
def session(state: State) -> Iterator[Query]:
    """Run statements through the server where one is up, else on the databases themselves."""
    holder = state.holder()
    if holder is not None and holder.snowflake:
        with _through_the_server(holder.snowflake) as run:
            yield run
        return
    if not state.snowflake.is_dir():
        message = (
            f"There is no sandbox in {state.folder} yet: `make demo` or `sandbox run -- COMMAND` makes one."
        )
        raise StateError(message)
    with _on_the_files(state) as run:
        yield run


@contextmanager
def _through_the_server(url: str) -> Iterator[Query]:
    import snowflake.connector  # noqa: PLC0415 - half a second that only this needs
    from snowflake.connector.constants import FIELD_ID_TO_NAME  # noqa: PLC0415

    host, port = url.removeprefix("http://").split(":")
    with snowflake.connector.connect(
        account="sandbox",
        user="sandbox",
        password=PASSWORD,
        host=host,
        port=int(port),
        protocol="http",
        database=DATABASE,
        schema=SCHEMA,
        application=APPLICATION,
        platform_detection_timeout_seconds=0,
    ) as connection:

        def run(statement: str) -> Result:
            with _refusals(), connection.cursor() as cursor:
                cursor.execute(statement)
                columns = cursor.description
                return Result(
                    [column.name for column in columns],
                    [FIELD_ID_TO_NAME[column.type_code] for column in columns],
                    [tuple(row) for row in cursor.fetchall() if not isinstance(row, dict)],
                )

        yield run


@contextmanager
def _on_the_files(state: State) -> Iterator[Query]:
    from sandbox.snowflake.warehouse import Warehouse  # noqa: PLC0415 - DuckDB, where no server is up

    with Warehouse(state.snowflake) as warehouse:
        connection = warehouse.connect(DATABASE, SCHEMA)

        def run(statement: str) -> Result:
            with _refusals():
                cursor = connection.cursor().execute(statement)
                columns = cursor.columns()
                return Result(
                    [column["name"] for column in columns],
                    [column["type"].upper() for column in columns],
                    [tuple(row) for row in cursor.fetchall()],
                )

        yield run


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Error as error:
        raise QueryError(str(error.msg)) from error


def as_json(result: Result) -> str:
    """Return the rows as a JSON array of objects."""
    return json.dumps(result.records(), ensure_ascii=False, indent=None if len(result.rows) > 1000 else 2)  # noqa: PLR2004 - indented for people


def as_csv(result: Result) -> str:
    """Return the rows as CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(result.names)
    writer.writerows([["" if value is None else _text(value) for value in row] for row in result.rows])
    return text.getvalue().rstrip("\n")


def as_table(result: Result) -> str:
    """Return the rows as columns of text; numbers to the right."""
    cells = [["NULL" if value is None else _text(value) for value in row] for row in result.rows]
    widths = [
        max(len(name), *(len(row[index]) for row in cells)) if cells else len(name)
        for index, name in enumerate(result.names)
    ]
    right = [kind in {"FIXED", "REAL"} for kind in result.types]

    def line(row: list[str]) -> str:
        padded = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        return "  ".join(padded).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(result.names), rule, *map(line, cells)])


FORMATS: dict[str, Callable[[Result], str]] = {"table": as_table, "json": as_json, "csv": as_csv}


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    return str(value)


def _json_value(value: Any, kind: str) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    if kind in JSON_TYPES and isinstance(value, str):
        return json.loads(value)
    return value
