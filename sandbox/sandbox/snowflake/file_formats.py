"""Gap: DROP FILE FORMAT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.snowflake.stages import place_of

if TYPE_CHECKING:
    import duckdb
    from sqlglot import Expr

_FORMATS = "_fs_global._fs_information_schema._fs_file_formats"


def is_drop(statement: Expr) -> bool:
    """Tell whether a statement is DROP FILE FORMAT."""
    return isinstance(statement, exp.Drop) and str(statement.args.get("kind")).upper() == "FILE FORMAT"


def drop(duck: duckdb.DuckDBPyConnection, statement: Expr, database: str | None, schema: str | None) -> str:
    """Drop a file format; return the query for what Snowflake answers."""
    place = place_of(statement, database, schema)
    dropped = duck.execute(
        f"DELETE FROM {_FORMATS} WHERE database_name = ? AND schema_name = ? AND name = ? RETURNING name",  # noqa: S608
        place,
    ).fetchall()
    if dropped:
        return f"SELECT '{place[2]} successfully dropped.' AS status"
    if statement.args.get("exists"):
        return "SELECT 'Drop statement executed successfully.' AS status"
    message = f"SQL compilation error:\nFile format '{'.'.join(place)}' does not exist or not authorized."
    raise ProgrammingError(msg=message, errno=2003, sqlstate="02000")
