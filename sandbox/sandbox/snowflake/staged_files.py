"""Gap: queries over staged files, `SELECT $1:a FROM @stage/path (FILE_FORMAT => f)`, and REMOVE.

Files are JSON, a value per line, or Parquet, and lie on an internal stage.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import sqlglot
from fakesnow.transforms.file_format import lookup_file_format
from fakesnow.transforms.stage import internal_file_name
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.snowflake.stage_names import files_below, prefix_of, whole_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot import Expr

    from sandbox.snowflake.session import Session

ROW_NUMBER = "METADATA$FILE_ROW_NUMBER"
_SEQUENCES = (exp.Seq1, exp.Seq2, exp.Seq4, exp.Seq8)
# With the whole name of the function: fakesnow takes it for a table, which needs a schema.
_READERS = {
    "JSON": """SELECT json AS "$1" FROM system.main.read_json_objects([{names}], format = 'nd')""",
    "PARQUET": 'SELECT to_json(one) AS "$1" FROM system.main.read_parquet([{names}]) AS one',
}
_REMOVE = re.compile(r"(?:REMOVE|RM)\s+'?(@[^']+)'?", re.IGNORECASE)


def inline(statement: Expr, session: Session) -> None:
    """Let a query read the files of the stages that it names, in place."""
    if isinstance(statement, (exp.Copy, exp.Put, exp.ListStage)):
        return
    for table in list(statement.find_all(exp.Table)):
        select = table.find_ancestor(exp.Select)
        if isinstance(table.this, exp.Var) and table.this.name.startswith("@") and select is not None:
            _name_the_value(select)
            rows = sqlglot.parse_one(_rows(table, session), read="duckdb")
            table.replace(exp.Subquery(this=rows, alias=table.args.get("alias")))


def _name_the_value(select: exp.Select) -> None:
    """Call what the files hold, `$1`, and the numbers of their rows by the names of columns."""
    for parameter in list(select.find_all(exp.Parameter)):
        name = exp.to_identifier(f"${parameter.name}", quoted=True)
        is_named = isinstance(parameter.parent, exp.Column)
        parameter.replace(name if is_named else exp.column(name))
    for sequence in list(select.find_all(*_SEQUENCES)):
        sequence.replace(exp.column(ROW_NUMBER, quoted=True))


def _rows(table: exp.Table, session: Session) -> str:
    """Return DuckDB's query for the rows of files: each a JSON value, with its number."""
    if table.args.get("pattern") is not None:
        message = "Unsupported feature of the sandbox: PATTERN in a query over staged files."
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
    given = table.args.get("format")
    name = given.name if isinstance(given, exp.Literal) else given.sql("snowflake") if given else ""
    file_format = lookup_file_format(session.duck, name, session.database, session.schema) if name else {}
    files = files_below(prefix_of(table.this.name, session), session.duck)
    source = json_values(files, str(file_format.get("TYPE", "CSV")).upper())
    return f'SELECT "$1", row_number() OVER () AS "{ROW_NUMBER}" FROM ({source})'  # noqa: S608 - ours


def json_values(files: Sequence[str], kind: str) -> str:
    """Return DuckDB's query for what files of a kind hold: a column `$1` of JSON values."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    if not files:
        return 'SELECT NULL::JSON AS "$1" WHERE FALSE'
    if kind in _READERS:
        return _READERS[kind].format(names=names)
    message = f"Unsupported feature of the sandbox: a query over staged files of the type {kind}."
    raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")


def removed_by(command: str) -> str | None:
    """Return the stage, with its path, whose files a REMOVE deletes; None for another statement."""
    found = _REMOVE.fullmatch(command)
    return whole_name(found[1].strip()) if found else None


def remove(name: str, session: Session) -> str:
    """Delete staged files; return the query for what Snowflake answers."""
    files = files_below(prefix_of(name, session), session.duck)
    for file in files:
        Path(file).unlink(missing_ok=True)
    names = ", ".join("'" + internal_file_name(file).replace("'", "''") + "'" for file in files)
    return f"SELECT unnest([{names}]::VARCHAR[]) AS name, 'removed' AS result"
