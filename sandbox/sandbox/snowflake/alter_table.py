"""Gap: ALTER TABLE ... SWAP WITH, and RENAME TO with a whole name; load metadata moves with its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    from sqlglot import Expr

_BETWEEN = "_SANDBOX_BETWEEN"


def renames(statement: Expr) -> bool:
    """Tell whether a statement is ALTER TABLE ... SWAP WITH or RENAME TO."""
    return (
        isinstance(statement, exp.Alter)
        and statement.args.get("kind") == "TABLE"
        and isinstance(statement.args["actions"][0], (exp.AlterRename, exp.SwapTable))
    )


def rename(
    duck: duckdb.DuckDBPyConnection, statement: Expr, database: str | None, schema: str | None
) -> None:
    """Give a table another name, or exchange the names of two, all at once."""
    action = statement.args["actions"][0]
    place, one = _named(statement.this, database, schema)
    other_place, other = _named(action.this, place[0], place[1])
    if place != other_place:
        message = "Unsupported feature of the sandbox: renaming into another schema."
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
    if isinstance(action, exp.SwapTable):
        _rename_all(duck, place, [(one, _BETWEEN), (other, one), (_BETWEEN, other)])
    else:
        _rename_all(duck, place, [(one, other)])


def _named(table: exp.Table, database: str | None, schema: str | None) -> tuple[tuple[str, str], str]:
    parts = [_name(table.args.get(part)) for part in ("catalog", "db", "this")]
    return (parts[0] or database or "", parts[1] or schema or ""), parts[2]


def _name(identifier: Expr | None) -> str:
    if identifier is None:
        return ""
    return identifier.name if identifier.args.get("quoted") else identifier.name.upper()


def _rename_all(
    duck: duckdb.DuckDBPyConnection, place: tuple[str, str], steps: Sequence[tuple[str, str]]
) -> None:
    database, schema = (part.replace('"', '""') for part in place)
    duck.begin()
    try:
        for old, new in steps:
            quoted = [part.replace('"', '""') for part in (old, new)]
            duck.execute(f'ALTER TABLE "{database}"."{schema}"."{quoted[0]}" RENAME TO "{quoted[1]}"')
            duck.execute(
                f'UPDATE "{database}"._fs_information_schema._fs_load_history SET TABLE_NAME = ? '  # noqa: S608 - quoted above
                "WHERE SCHEMA_NAME = ? AND TABLE_NAME = ?",
                [new, place[1], old],
            )
    except BaseException:
        duck.rollback()
        raise
    duck.commit()
