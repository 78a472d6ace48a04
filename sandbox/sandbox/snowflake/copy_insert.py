"""The INSERT by which DuckDB loads the files of a COPY INTO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import fakesnow.copy_into
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.snowflake.staged_files import json_values
from sandbox.snowflake.temporary_tables import CATALOG as TEMPORARY
from sandbox.snowflake.words import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import duckdb

    from sandbox.snowflake.copy_options import Options
    from sandbox.snowflake.session import Session


@dataclass(frozen=True)
class Target:
    """The table that is loaded, with the type of each column."""

    database: str
    schema: str
    name: str
    columns: dict[str, str]

    @property
    def is_temporary(self) -> bool:
        """Tell whether the table goes with its session, and what was loaded with it."""
        return self.database == TEMPORARY

    @property
    def sql(self) -> str:
        """Return the whole name, quoted."""
        return ".".join(quoted(part) for part in (self.database, self.schema, self.name))


def target_of(copy: exp.Copy, session: Session) -> Target:
    """Return the table that a statement loads, or raise Snowflake's error where there is none."""
    table = fakesnow.copy_into._extract_table(copy.this)  # noqa: SLF001 - a table, with columns or without
    database, schema = table.catalog or session.database or "", table.db or session.schema or ""
    columns = session.duck.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE upper(database_name) = upper(?) "
        "AND upper(schema_name) = upper(?) AND upper(table_name) = upper(?) ORDER BY column_index",
        [database, schema, table.name],
    ).fetchall()
    if not columns:
        name = f"{database}.{schema}.{table.name}"
        message = f"SQL compilation error:\nTable '{name}' does not exist or not authorized."
        raise ProgrammingError(msg=message, errno=2003, sqlstate="42S02")
    return Target(database, schema, table.name, dict(columns))


def insert_of(
    copy: exp.Copy,
    target: Target,
    options: Options,
    files: Sequence[Path],
    duck: duckdb.DuckDBPyConnection,
) -> str:
    """Return the INSERT that brings the rows of files into the table."""
    if options.kind == "JSON":
        return _insert_of_json(target, options, [str(path) for path in files], duck)
    names = ", ".join(f"'{path}'" for path in files)
    read = f"read_parquet([{names}], union_by_name = true)"
    source = copy.args["files"][0]
    if isinstance(source, exp.Subquery):
        return _insert_of_query(copy, target, source, read)
    found = dict(row[:2] for row in duck.execute(f"DESCRIBE SELECT * FROM {read}").fetchall())  # noqa: S608
    if options.match == "NONE":
        return _insert_of_rows(target, found, read)
    pairs = _matched(target, found, options)
    into = ", ".join(quoted(column) for column in pairs)
    values = ", ".join(
        _converted(name, found[name], target.columns[column], options) for column, name in pairs.items()
    )
    return f"INSERT INTO {target.sql} ({into}) SELECT {values} FROM {read}"  # noqa: S608 - quoted


def _insert_of_query(copy: exp.Copy, target: Target, source: exp.Subquery, read: str) -> str:
    """Return the INSERT for `COPY INTO t (a, b) FROM (SELECT $1:a, $1:b FROM @stage)`."""
    select = fakesnow.copy_into._strip_json_extract(source.this.copy())  # noqa: SLF001
    columns = copy.this.expressions if isinstance(copy.this, exp.Schema) else []
    into = f" ({', '.join(quoted(column.name) for column in columns)})" if columns else ""
    values = ", ".join(value.sql("duckdb") for value in select.expressions)
    return f"INSERT INTO {target.sql}{into} SELECT {values} FROM {read}"  # noqa: S608 - quoted


def _insert_of_rows(target: Target, found: dict[str, str], read: str) -> str:
    if list(target.columns.values()) != ["JSON"]:
        message = (
            "SQL compilation error:\nPARQUET file format can produce one and only one column of type "
            "variant, object, or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy "
            "option or copy with transformation."
        )
        raise ProgrammingError(msg=message, errno=2019, sqlstate="0A000")
    pairs = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in found)
    return f"INSERT INTO {target.sql} SELECT to_json(struct_pack({pairs})) FROM {read}"  # noqa: S608 - quoted


def _insert_of_json(
    target: Target, options: Options, files: Sequence[str], duck: duckdb.DuckDBPyConnection
) -> str:
    values = json_values(files, options.kind)
    found = duck.execute(f'SELECT DISTINCT unnest(json_keys("$1")) FROM ({values})').fetchall()  # noqa: S608
    pairs = _matched(target, [name for (name,) in found], options)
    into = ", ".join(quoted(column) for column in pairs)
    selected = ", ".join(_of_json(name, target.columns[column]) for column, name in pairs.items())
    return f"INSERT INTO {target.sql} ({into}) SELECT {selected} FROM ({values})"  # noqa: S608 - quoted


def _of_json(name: str, column: str) -> str:
    """Return the expression that makes a member of a JSON value one of the table."""
    pointer = literal("/" + name.replace("~", "~0").replace("/", "~1"))
    if column == "JSON":
        return f'json_extract("$1", {pointer})'
    text = f'json_extract_string("$1", {pointer})'
    return f"from_base64({text})" if column == "BLOB" else f"CAST({text} AS {column})"


def _matched(target: Target, found: Iterable[str], options: Options) -> dict[str, str]:
    """Return the name in the files of each column of the table that the files have."""
    ignore_case = options.match == "CASE_INSENSITIVE"
    names = {(name.upper() if ignore_case else name): name for name in found}
    keys = {column: column.upper() if ignore_case else column for column in target.columns}
    pairs = {column: names[key] for column, key in keys.items() if key in names}
    if not pairs:
        message = "No column of the files has the name of a column of the table."
        raise ProgrammingError(msg=message, errno=100132, sqlstate="22000")
    return pairs


def _converted(name: str, kind: str, column: str, options: Options) -> str:
    """Return the expression that makes a value of a file one of the table, as Snowflake would."""
    value = quoted(name)
    if column == "JSON":
        return f"to_json({value})"  # text that looks like JSON stays text
    if column == "VARCHAR" and kind == "BLOB":
        return f"decode({value})"
    logical = str(options.file_format.get("USE_LOGICAL_TYPE", "FALSE")).upper() == "TRUE"
    if kind.startswith("TIMESTAMP") and column.startswith("TIMESTAMP") and not logical:
        message = (
            "Failed to cast variant value to TIMESTAMP: without USE_LOGICAL_TYPE = TRUE a timestamp of a "
            "Parquet file is read as a number of seconds."
        )
        raise ProgrammingError(msg=message, errno=100071, sqlstate="22000")
    return f"CAST({value} AS {column})"
