"""Gaps: a database whose tables are kept in small parts, and DROP DATABASE.

With it the file goes, too, else the next start would bring it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    from sqlglot import Expr

PART_ROWS = 20_480  # of 122,880, rows that do not fill a part are written into the log first, then once more
_IS_THERE = (
    "SELECT database_name FROM duckdb_databases() WHERE upper(database_name) = upper(?) AND NOT internal"
)


def keep_in_parts(statement: Expr) -> None:
    """Have the tables of a database that is created kept in parts of `PART_ROWS` rows."""
    if statement.args.get("create_db_name"):
        statement.expression.set("this", f"{statement.expression.this} (ROW_GROUP_SIZE {PART_ROWS})")


def is_drop(statement: Expr) -> bool:
    """Tell whether a statement is DROP DATABASE."""
    return isinstance(statement, exp.Drop) and str(statement.args.get("kind")).upper() == "DATABASE"


def drop(duck: duckdb.DuckDBPyConnection, statement: Expr, folder: Path) -> str:
    """Drop a database with everything in it; return its name."""
    table = statement.find(exp.Table)
    wanted = table.name if table is not None else ""
    found = duck.execute(_IS_THERE, [wanted]).fetchone()
    if found is None:
        if statement.args.get("exists"):
            return wanted.upper()
        message = f"SQL compilation error:\nDatabase '{wanted.upper()}' does not exist or not authorized."
        raise ProgrammingError(msg=message, errno=2003, sqlstate="02000")
    name = str(found[0])
    duck.execute("USE memory")
    duck.execute(f'DETACH "{name}"')
    for file in (folder / f"{name}.db", folder / f"{name}.db.wal"):
        file.unlink(missing_ok=True)
    return name.upper()
