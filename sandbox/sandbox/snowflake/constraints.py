"""Gap: Snowflake records primary, unique and foreign keys and enforces NOT NULL only; DuckDB enforces all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

_OF_A_COLUMN = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint, exp.Reference)
_OF_A_TABLE = (exp.PrimaryKey, exp.UniqueColumnConstraint, exp.ForeignKey)


def loosen(statement: Expr) -> None:
    """Take keys out of a CREATE TABLE, in place; a column of the primary key stays NOT NULL."""
    if not isinstance(statement, exp.Create) or not isinstance(statement.this, exp.Schema):
        return
    schema = statement.this
    keyed: set[str] = set()
    kept: list[Expr] = []
    for part in schema.expressions:
        kinds = part.expressions if isinstance(part, exp.Constraint) else [part]
        if any(isinstance(kind, _OF_A_TABLE) for kind in kinds):
            keyed.update(_columns_of_the_primary_key(kinds))
        else:
            kept.append(part)
    schema.set("expressions", kept)
    for column in schema.find_all(exp.ColumnDef):
        _loosen_column(column, is_key=column.name.upper() in keyed)


def only_adds_a_key(statement: Expr) -> bool:
    """Tell whether an ALTER TABLE does nothing but record a key."""
    return isinstance(statement, exp.Alter) and all(
        isinstance(action, exp.AddConstraint) for action in statement.args["actions"]
    )


def _columns_of_the_primary_key(kinds: list[Expr]) -> set[str]:
    return {
        part.name.upper() for kind in kinds if isinstance(kind, exp.PrimaryKey) for part in kind.expressions
    }


def _loosen_column(column: exp.ColumnDef, *, is_key: bool) -> None:
    constraints = column.args.get("constraints") or []
    is_key = is_key or any(isinstance(one.kind, exp.PrimaryKeyColumnConstraint) for one in constraints)
    kept = [one for one in constraints if not isinstance(one.kind, _OF_A_COLUMN)]
    has_not_null = any(isinstance(one.kind, exp.NotNullColumnConstraint) for one in kept)
    if is_key and not has_not_null:
        kept.append(exp.ColumnConstraint(kind=exp.NotNullColumnConstraint()))
    column.set("constraints", kept)
