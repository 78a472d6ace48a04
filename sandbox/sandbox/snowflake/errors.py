"""Gap: what goes wrong inside DuckDB must reach a client as Snowflake's error, never as HTTP 500."""

from __future__ import annotations

import re
from typing import NamedTuple

import duckdb
from snowflake.connector.errors import Error, ProgrammingError

INTERNAL = 603
_COMPILATION = "SQL compilation error:\n"


class Meaning(NamedTuple):
    """A message of DuckDB, and the number, state and words that Snowflake has for the same mistake."""

    pattern: str
    number: int
    state: str
    words: str


_MEANINGS = [
    Meaning(r"INTERRUPT", 604, "57014", "SQL execution canceled"),
    Meaning(
        r"affect the same target row|more than one source row|MERGE.*same row",
        100090,
        "42P18",
        "Duplicate row detected during DML action",
    ),
    Meaning(r"NOT NULL constraint failed: (\S+)", 100072, "22000", "NULL result in a non-nullable column"),
    Meaning(
        r"No catalog \+ schema named|(?:Catalog|Schema) with name (\S+) does not exist"
        r"|Catalog \"?(\w+)\"? does not exist",
        2043,
        "02000",
        _COMPILATION + "Object does not exist, or operation cannot be performed.",
    ),
    Meaning(
        r"(?:Table|View|Sequence)(?: or View)? with name (\S+?)!? (?:does not exist|is not in)",
        2003,
        "42S02",
        _COMPILATION + "Object '{0}' does not exist or not authorized.",
    ),
    Meaning(
        r"Referenced (?:update )?(?:column|table) \"?([^\"\s]+)\"? not found"
        r"|does not have a column (?:with name|named) \"?([^\"\s!]+)",
        904,
        "42000",
        _COMPILATION + "error line 1 at position 0\ninvalid identifier '{0}'",
    ),
    Meaning(
        r"(?:Function|Macro) with name (\S+) does not exist",
        2140,
        "42601",
        _COMPILATION + "Unknown function {0}",
    ),
    Meaning(
        r"No function matches",
        1044,
        "42P13",
        _COMPILATION + "error line 1 at position 0\nInvalid argument types for function: {message}",
    ),
    Meaning(
        r"(?:Table|View|Schema|Sequence) with name \"?([^\"\s]+)\"? already exists",
        2002,
        "42710",
        _COMPILATION + "Object '{0}' already exists.",
    ),
    Meaning(
        r"Column with name \"?([^\"\s]+)\"? already exists",
        1430,
        "42601",
        _COMPILATION + "column '{0}' already exists",
    ),
    Meaning(r"Division by zero", 100051, "22012", "Division by zero"),
    Meaning(
        r"^Out of Range|out of range|overflow",
        100132,
        "22003",
        "Number out of representable range: {message}",
    ),
    Meaning(r"Malformed JSON", 100069, "22P02", "Error parsing JSON: {message}"),
    Meaning(
        r"(?:Could not|Failed to|cannot|can't) (?:be )?(?:convert|cast)|Conversion Error",
        100038,
        "22018",
        "{message}",
    ),
    Meaning(
        r"Conflict on|write-write conflict|has altered this table|conflict",
        625,
        "57014",
        "Statement was aborted: another one has locked the table in a transaction that has not ended yet.",
    ),
    Meaning(
        r"Current transaction is aborted",
        INTERNAL,
        "XX000",
        "The sandbox lost the transaction with the statement that failed in it; roll it back.",
    ),
]


def as_snowflake_error(error: Exception) -> Error:
    """Return the error that Snowflake would answer."""
    if isinstance(error, Error) and not isinstance(error.__cause__, duckdb.Error) and error.errno != 2043:  # noqa: PLR2004
        return error
    message = str(error.raw_msg if isinstance(error, Error) else error).split("\n")[0]
    for meaning in _MEANINGS:
        found = re.search(meaning.pattern, message)
        if found:
            names = [name.strip('"!').upper() for name in found.groups() if name] or [""]
            return _error(meaning.number, meaning.state, meaning.words.format(*names, message=message))
    if isinstance(error, Error):
        return error
    if isinstance(error, (duckdb.ParserException, duckdb.BinderException)):
        return _error(1003, "42000", f"{_COMPILATION}{message}")
    return _error(
        INTERNAL, "XX000", f"SQL execution internal error of the sandbox: {type(error).__name__}: {message}"
    )


def _error(number: int, state: str, message: str) -> ProgrammingError:
    return ProgrammingError(msg=message, errno=number, sqlstate=state)
