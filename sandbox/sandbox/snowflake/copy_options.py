"""What a COPY INTO says besides from where and to where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fakesnow.transforms.file_format import lookup_file_format
from fakesnow.transforms.options import parse_options
from fakesnow.transforms.stage import is_internal
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

if TYPE_CHECKING:
    from sandbox.snowflake.session import Session

MOST_FILES = 1000
_KNOWN = frozenset(
    (
        *("FILES", "PATTERN", "FILE_FORMAT", "MATCH_BY_COLUMN_NAME", "ON_ERROR", "FORCE", "PURGE"),
        *("TRUNCATECOLUMNS", "ENFORCE_LENGTH", "RETURN_FAILED_ONLY", "LOAD_UNCERTAIN_FILES", "SIZE_LIMIT"),
    )
)
_MATCHES = frozenset(("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE"))


@dataclass(frozen=True)
class Options:
    """What a COPY INTO says besides from where and to where."""

    files: tuple[str, ...]
    pattern: str | None
    match: str
    force: bool
    kind: str
    file_format: dict[str, Any]


def goes_by_names(copy: exp.Copy, source: str) -> bool:
    """Tell whether a statement loads an internal stage by the names of columns."""
    return is_internal(source) and _word(_given(copy), "MATCH_BY_COLUMN_NAME", "NONE") != "NONE"


def options_of(copy: exp.Copy, session: Session) -> Options:
    """Return what a statement says, or raise Snowflake's error where it may not say so."""
    given = _given(copy)
    unknown = given.keys() - _KNOWN
    if unknown:
        message = f"SQL compilation error:\ninvalid parameter '{min(unknown)}'"
        raise ProgrammingError(msg=message, errno=1003, sqlstate="42000")
    on_error = _word(given, "ON_ERROR", "ABORT_STATEMENT")
    if on_error != "ABORT_STATEMENT":
        message = f"Unsupported feature of the sandbox: ON_ERROR = {on_error}."
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
    files = tuple(one.name for one in given["FILES"].find_all(exp.Literal)) if "FILES" in given else ()
    if len(files) > MOST_FILES:
        message = f"The number of files in the FILES list exceeds {MOST_FILES}."
        raise ProgrammingError(msg=message, errno=1013, sqlstate="42000")
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
        raise ProgrammingError(msg=message, errno=1008, sqlstate="22023")
    if kind != "PARQUET" and (kind != "JSON" or match == "NONE"):
        message = (
            f"Unsupported feature of the sandbox: COPY INTO of {kind}, but for JSON by the names of columns."
        )
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
    return Options(
        files=files,
        pattern=given["PATTERN"].expression.name if "PATTERN" in given else None,
        match=match,
        force=_word(given, "FORCE", "FALSE") == "TRUE",
        kind=kind,
        file_format=file_format,
    )


def _given(copy: exp.Copy) -> dict[str, exp.CopyParameter]:
    return {param.this.name.upper(): param for param in copy.args.get("params") or []}


def _word(given: dict[str, exp.CopyParameter], name: str, default: str) -> str:
    parameter = given.get(name)
    value = parameter.expression if parameter is not None else None
    return value.sql().strip("'\"").upper() if value is not None else default
