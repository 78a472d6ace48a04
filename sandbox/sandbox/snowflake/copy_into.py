"""Gap: COPY INTO a table from Parquet on a `gcs://` stage, and from JSON on an internal one by column names.

The objects are read through the storage server. All files load in one statement or none does
(ABORT_STATEMENT); a file that was loaded into the table before is skipped; a file that is named but not
there is Snowflake's error. What else lies on an internal stage is loaded by fakesnow.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import fakesnow.copy_into
import pyarrow.parquet as pq
from fakesnow.transforms.stage import internal_file_name
from snowflake.connector.errors import ProgrammingError

from sandbox.snowflake.copy_insert import Target, insert_of, target_of
from sandbox.snowflake.copy_options import Options, options_of
from sandbox.snowflake.objects import ObjectMissingError
from sandbox.snowflake.stage_names import files_below
from sandbox.snowflake.staged_files import json_values
from sandbox.snowflake.words import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    from sqlglot import exp

    from sandbox.snowflake.session import Session

STATUS_COLUMNS = (
    *("file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen"),
    *("first_error", "first_error_line", "first_error_character", "first_error_column_name"),
)
_HISTORY = "_fs_information_schema._fs_load_history"


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


def copy_files(copy: exp.Copy, source: str, session: Session) -> str:
    """Load the table; return the query for the rows that Snowflake answers."""
    duck = session.duck
    options = options_of(copy, session)
    target = target_of(copy, session)
    urls = _urls(source, options, session)
    if not urls:
        return "SELECT 'Copy executed with 0 files processed.' AS status"
    seen = set() if options.force or target.is_temporary else _loaded_before(duck, target, urls)
    new = [url for url in urls if url not in seen]
    with TemporaryDirectory(prefix="sandbox-copy-") as folder:
        places = _fetch(new, Path(folder), session)
        rows = {url: _rows(place, options, duck) for url, place in places.items()}
        if new:
            duck.execute(insert_of(copy, target, options, list(places.values()), duck))
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
        message = "Unsupported feature of the sandbox: PATTERN with an internal stage."
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
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
    return f"{quoted(target.database)}.{_HISTORY}"


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
    return literal(url if is_of_objects(url) else internal_file_name(url))


def _missing(url: str) -> ProgrammingError:
    message = (
        f"Remote file '{url}' was not found. There are several potential causes. The file might not exist. "
        "The required credentials may be missing or invalid. If you are running a copy command, please make "
        "sure files are not deleted when they are being loaded or files are not being loaded into two "
        "different tables concurrently with auto purge option."
    )
    return ProgrammingError(msg=message, errno=91016, sqlstate="22000")
