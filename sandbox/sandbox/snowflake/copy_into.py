"""Gap: COPY INTO a table from Parquet on a `gcs://` stage, and from JSON on an internal one by column names.

The objects are read through the storage server. All files load in one statement or none does
(ABORT_STATEMENT); a file that was loaded into the table before is skipped; a file that is named but not
there is Snowflake's error. What else lies on an internal stage is loaded by fakesnow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import fakesnow.copy_into
import pyarrow.parquet as pq
from fakesnow.transforms.file_format import lookup_file_format
from fakesnow.transforms.options import parse_options
from fakesnow.transforms.stage import internal_file_name, is_internal
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.snowflake.objects import ObjectMissingError
from sandbox.snowflake.stage_names import files_below
from sandbox.snowflake.staged_files import json_values
from sandbox.snowflake.temporary_tables import CATALOG as TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from sandbox.snowflake.session import Session

MOST_FILES = 1000
STATUS_COLUMNS = (
    *("file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen"),
    *("first_error", "first_error_line", "first_error_character", "first_error_column_name"),
)
_KNOWN = frozenset(
    (
        *("FILES", "PATTERN", "FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "ON_ERROR", "FORCE", "PURGE"),
        *("TRUNCATECOLUMNS", "ENFORCE_LENGTH", "RETURN_FAILED_ONLY", "LOAD_UNCERTAIN_FILES", "SIZE_LIMIT"),
    )
)
_MATCHES = frozenset(("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE"))
_HISTORY = "_fs_information_schema._fs_load_history"


@dataclass(frozen=True)
class Options:
    """What a COPY INTO says besides from where and to where."""

    files: tuple[str, ...]
    pattern: str | None
    match: str
    force: bool
    kind: str
    file_format: dict[str, Any]


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
        return ".".join(_quoted(part) for part in (self.database, self.schema, self.name))


def source_of(copy: exp.Copy, session: Session) -> str:
    """Return the URL that a statement reads from; what is no URL is a stage of fakesnow's own."""
    source: str = fakesnow.copy_into._from_source(copy)  # noqa: SLF001 - how sqlglot keeps it is odd
    if not source.startswith("@"):
        return source
    table = fakesnow.copy_into._extract_table(copy.this)  # noqa: SLF001
    return fakesnow.copy_into.stage_url_from_var(
        source[1:],
        session.duck,
        session.database,
        session.schema,
        session.table_stages,
        table,
    )


def is_of_objects(source: str) -> bool:
    """Tell whether a source lies on the storage server."""
    return source.startswith(("gcs://", "gs://"))


def goes_by_names(copy: exp.Copy, source: str) -> bool:
    """Tell whether a statement loads an internal stage by the names of columns."""
    return is_internal(source) and _word(_given(copy), "MATCH_BY_COLUMN_NAME", "NONE") != "NONE"


def copy_files(copy: exp.Copy, source: str, session: Session) -> str:
    """Load the table; return the query for the rows that Snowflake answers."""
    duck = session.duck
    options = _options(copy, session)
    target = _target(copy, session)
    urls = _urls(source, options, session)
    if not urls:
        return "SELECT 'Copy executed with 0 files processed.' AS status"
    seen = set() if options.force or target.is_temporary else _loaded_before(duck, target, urls)
    new = [url for url in urls if url not in seen]
    with TemporaryDirectory(prefix="sandbox-copy-") as folder:
        places = _fetch(new, Path(folder), session)
        rows = {url: _rows(place, options, duck) for url, place in places.items()}
        if new:
            duck.execute(_insert(copy, target, options, list(places.values()), duck))
            if not target.is_temporary:
                _remember(duck, target, rows)
    return _status([(url, rows.get(url)) for url in urls])


def _fetch(urls: Sequence[str], folder: Path, session: Session) -> dict[str, Path]:
    """Return where the files are; those of the storage server are brought to FOLDER."""
    if not all(is_of_objects(url) for url in urls):
        return {url: Path(url) for url in urls}
    places = {url: folder / f"{index}.parquet" for index, url in enumerate(urls)}
    try:
        session.objects.fetch(places)
    except ObjectMissingError as error:
        raise _missing(str(error)) from error
    return places


def _rows(place: Path, options: Options, duck: duckdb.DuckDBPyConnection) -> int:
    if options.kind == "PARQUET":
        return int(pq.read_metadata(place).num_rows)
    counted = duck.execute(f"SELECT count(*) FROM ({json_values([str(place)], options.kind)})").fetchall()  # noqa: S608
    return int(counted[0][0])


def _given(copy: exp.Copy) -> dict[str, exp.CopyParameter]:
    return {param.this.name.upper(): param for param in copy.args.get("params") or []}


def _options(copy: exp.Copy, session: Session) -> Options:
    given = _given(copy)
    unknown = given.keys() - _KNOWN
    if unknown:
        raise _error(1003, "42000", f"SQL compilation error:\ninvalid parameter '{min(unknown)}'")
    on_error = _word(given, "ON_ERROR", "ABORT_STATEMENT")
    if on_error != "ABORT_STATEMENT":
        raise _error(2, "0A000", f"Unsupported feature of the sandbox: ON_ERROR = {on_error}.")
    files = tuple(one.name for one in given["FILES"].find_all(exp.Literal)) if "FILES" in given else ()
    if len(files) > MOST_FILES:
        raise _error(1013, "42000", f"The number of files in the FILES list exceeds {MOST_FILES}.")
    stated = given["FILE_FORMAT"].expressions if "FILE_FORMAT" in given else []
    # What the parser makes of a comma between options.
    file_format = parse_options(one for one in stated if not isinstance(one, exp.SequenceProperties))
    name = file_format.pop("FORMAT_NAME", None)
    if name:
        duck = session.duck
        named = lookup_file_format(duck, str(name), session.database, session.schema)
        file_format = {**named, **file_format}
    kind = str(file_format.get("TYPE", "CSV")).upper()
    match = _word(given, "MATCH_BY_COLUMN_NAME", "NONE")
    if match not in _MATCHES:
        message = f"SQL compilation error:\nInvalid value '{match}' for parameter MATCH_BY_COLUMN_NAME"
        raise _error(1008, "22023", message)
    if kind != "PARQUET" and (kind != "JSON" or match == "NONE"):
        message = (
            f"Unsupported feature of the sandbox: COPY INTO of {kind}, but for JSON by the names of columns."
        )
        raise _error(2, "0A000", message)
    return Options(
        files=files,
        pattern=given["PATTERN"].expression.name if "PATTERN" in given else None,
        match=match,
        force=_word(given, "FORCE", "FALSE") == "TRUE",
        kind=kind,
        file_format=file_format,
    )


def _word(given: dict[str, exp.CopyParameter], name: str, default: str) -> str:
    parameter = given.get(name)
    value = parameter.expression if parameter is not None else None
    return value.sql().strip("'\"").upper() if value is not None else default


def _target(copy: exp.Copy, session: Session) -> Target:
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
        raise _error(2003, "42S02", message)
    return Target(database, schema, table.name, dict(columns))


def _urls(source: str, options: Options, session: Session) -> list[str]:
    if not is_of_objects(source):
        return _paths(source, options, session)
    base = f"gcs://{source.split('://', 1)[1].rstrip('/')}"
    if options.files:
        return [f"{base}/{name.lstrip('/')}" for name in options.files]
    try:
        found = session.objects.below(f"{base}/" if source.endswith("/") else base)
    except ObjectMissingError as error:
        raise _missing(str(error)) from error
    pattern = re.compile(options.pattern) if options.pattern is not None else None
    return [url for url in found if pattern is None or pattern.fullmatch(url.split("/", 3)[3])]


def _paths(source: str, options: Options, session: Session) -> list[str]:
    """Return the paths of files on an internal stage."""
    if options.pattern is not None:
        raise _error(2, "0A000", "Unsupported feature of the sandbox: PATTERN with an internal stage.")
    if not options.files:
        return files_below(source, session.duck)
    paths = [f"{source.rstrip('/')}/{name.lstrip('/')}" for name in options.files]
    missing = next((path for path in paths if not Path(path).exists()), None)
    if missing:
        raise _missing(internal_file_name(missing))
    return paths


def _loaded_before(duck: duckdb.DuckDBPyConnection, target: Target, urls: Sequence[str]) -> set[str]:
    found = duck.execute(
        f"SELECT DISTINCT FILE_NAME FROM {_history(target)} "  # noqa: S608 - a name of ours
        "WHERE SCHEMA_NAME = ? AND TABLE_NAME = ? AND list_contains(?, FILE_NAME)",
        [target.schema, target.name, list(urls)],
    ).fetchall()
    return {name for (name,) in found}


def _remember(duck: duckdb.DuckDBPyConnection, target: Target, rows: dict[str, int]) -> None:
    now = datetime.now(UTC)
    duck.executemany(
        f"INSERT INTO {_history(target)} VALUES (?, ?, ?, ?, 'LOADED', ?, ?, NULL, NULL, NULL, NULL, 0, 1)",  # noqa: S608
        [[target.schema, url, target.name, now, count, count] for url, count in rows.items()],
    )


def _history(target: Target) -> str:
    return f"{_quoted(target.database)}.{_HISTORY}"


def _insert(
    copy: exp.Copy,
    target: Target,
    options: Options,
    files: Sequence[Path],
    duck: duckdb.DuckDBPyConnection,
) -> str:
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
    into = ", ".join(_quoted(column) for column in pairs)
    values = ", ".join(
        _converted(name, found[name], target.columns[column], options) for column, name in pairs.items()
    )
    return f"INSERT INTO {target.sql} ({into}) SELECT {values} FROM {read}"  # noqa: S608 - quoted


def _insert_of_query(copy: exp.Copy, target: Target, source: exp.Subquery, read: str) -> str:
    """Return the INSERT for `COPY INTO t (a, b) FROM (SELECT $1:a, $1:b FROM @stage)`."""
    select = fakesnow.copy_into._strip_json_extract(source.this.copy())  # noqa: SLF001
    columns = copy.this.expressions if isinstance(copy.this, exp.Schema) else []
    into = f" ({', '.join(_quoted(column.name) for column in columns)})" if columns else ""
    values = ", ".join(value.sql("duckdb") for value in select.expressions)
    return f"INSERT INTO {target.sql}{into} SELECT {values} FROM {read}"  # noqa: S608 - quoted


def _insert_of_rows(target: Target, found: dict[str, str], read: str) -> str:
    if list(target.columns.values()) != ["JSON"]:
        message = (
            "SQL compilation error:\nPARQUET file format can produce one and only one column of type "
            "variant, object, or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy "
            "option or copy with transformation."
        )
        raise _error(2019, "0A000", message)
    pairs = ", ".join(f"{_quoted(name)} := {_quoted(name)}" for name in found)
    return f"INSERT INTO {target.sql} SELECT to_json(struct_pack({pairs})) FROM {read}"  # noqa: S608 - quoted


def _insert_of_json(
    target: Target, options: Options, files: Sequence[str], duck: duckdb.DuckDBPyConnection
) -> str:
    values = json_values(files, options.kind)
    found = duck.execute(f'SELECT DISTINCT unnest(json_keys("$1")) FROM ({values})').fetchall()  # noqa: S608
    pairs = _matched(target, [name for (name,) in found], options)
    into = ", ".join(_quoted(column) for column in pairs)
    selected = ", ".join(_of_json(name, target.columns[column]) for column, name in pairs.items())
    return f"INSERT INTO {target.sql} ({into}) SELECT {selected} FROM ({values})"  # noqa: S608 - quoted


def _of_json(name: str, column: str) -> str:
    """Return the expression that makes a member of a JSON value one of the table."""
    pointer = _literal("/" + name.replace("~", "~0").replace("/", "~1"))
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
        raise _error(100132, "22000", "No column of the files has the name of a column of the table.")
    return pairs


def _converted(name: str, kind: str, column: str, options: Options) -> str:
    """Return the expression that makes a value of a file one of the table, as Snowflake would."""
    value = _quoted(name)
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
        raise _error(100071, "22000", message)
    return f"CAST({value} AS {column})"


def _status(files: Sequence[tuple[str, int | None]]) -> str:
    rows = [
        f"({_shown(url)}, 'LOADED', {count}, {count}, 1, 0, NULL::VARCHAR, NULL::BIGINT, NULL::BIGINT, "
        "NULL::VARCHAR)"
        if count is not None
        else f"({_shown(url)}, 'LOAD_SKIPPED', 0, 0, 1, 1, 'File was loaded before.', NULL, NULL, NULL)"
        for url, count in files
    ]
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS loaded ({', '.join(STATUS_COLUMNS)})"  # noqa: S608


def _shown(url: str) -> str:
    """Return the literal of a file as the answer names it."""
    return _literal(url if is_of_objects(url) else internal_file_name(url))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _missing(url: str) -> ProgrammingError:
    message = (
        f"Remote file '{url}' was not found. There are several potential causes. The file might not exist. "
        "The required credentials may be missing or invalid. If you are running a copy command, please make "
        "sure files are not deleted when they are being loaded or files are not being loaded into two "
        "different tables concurrently with auto purge option."
    )
    return _error(91016, "22000", message)


def _error(number: int, state: str, message: str) -> ProgrammingError:
    return ProgrammingError(msg=message, errno=number, sqlstate=state)
