"""Gap: DROP STAGE and DESCRIBE STAGE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from sandbox.snowflake.stage_names import STAGES

if TYPE_CHECKING:
    import duckdb
    from sqlglot import Expr

_PLACE = "WHERE database_name = ? AND schema_name = ? AND name = ?"


def is_about_a_stage(statement: Expr) -> bool:
    """Tell whether a statement is DROP STAGE or DESCRIBE STAGE."""
    return (
        isinstance(statement, (exp.Describe, exp.Drop)) and str(statement.args.get("kind")).upper() == "STAGE"
    )


def answer(duck: duckdb.DuckDBPyConnection, statement: Expr, database: str | None, schema: str | None) -> str:
    """Drop or describe a stage; return the query for what Snowflake answers."""
    place = place_of(statement, database, schema)
    found = duck.execute(
        f"SELECT url, storage_integration FROM {STAGES} {_PLACE}",  # noqa: S608 - a name of ours
        place,
    ).fetchone()
    if found is None and not statement.args.get("exists"):
        message = f"SQL compilation error:\nStage '{'.'.join(place)}' does not exist or not authorized."
        raise ProgrammingError(msg=message, errno=2003, sqlstate="02000")
    if isinstance(statement, exp.Drop):
        duck.execute(f"DELETE FROM {STAGES} {_PLACE}", place)  # noqa: S608 - a name of ours
        return f"SELECT '{place[2]} successfully dropped.' AS status"
    url, integration = found or ("", "")
    return (
        "SELECT * FROM (VALUES "  # noqa: S608 - what the stage was made with
        f"('STAGE_LOCATION', 'URL', 'String', '[\"{url}\"]', ''), "
        f"('STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'String', '{integration or ''}', '')) "
        "AS stage (parent_property, property, property_type, property_value, property_default)"
    )


def place_of(statement: Expr, database: str | None, schema: str | None) -> list[str]:
    """Return database, schema and name of the object that a statement is about."""
    table = statement.find(exp.Table)
    return [
        _name(table and table.args.get(part)) or other or ""
        for part, other in (("catalog", database), ("db", schema), ("this", None))
    ]


def _name(identifier: Expr | None) -> str:
    if identifier is None:
        return ""
    return identifier.name if identifier.args.get("quoted") else identifier.name.upper()
