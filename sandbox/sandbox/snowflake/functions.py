"""Gap: functions that fakesnow lacks, or that answer with something that Snowflake would not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

_ABOUT_THE_SESSION: dict[str, str | bool] = {
    "CURRENT_WAREHOUSE": "SANDBOX",
    "CURRENT_ROLE": "SANDBOX",
    "CURRENT_ACCOUNT": "SANDBOX",
    "CURRENT_ACCOUNT_NAME": "SANDBOX",
    "CURRENT_ORGANIZATION_NAME": "SANDBOX",
    "CURRENT_REGION": "SANDBOX",
    "CURRENT_USER": "SANDBOX",
    "CURRENT_SECONDARY_ROLES": '{"roles":"","value":""}',
    "IS_ROLE_IN_SESSION": True,  # any role may do anything here
}
# The bare word CURRENT_TIMESTAMP could be a column of that name.
_OF_DUCKDB = {"SYSTEM$TYPEOF": "typeof", "CURRENT_TIMESTAMP": "get_current_timestamp"}
# The sign bit decides: DuckDB's hash is unsigned, Snowflake's is a signed integer of 64 bits.
_HASH = "CAST(hash({arguments})::HUGEINT - 9223372036854775808 AS BIGINT)"
_TYPEOF = (
    "CASE json_type({0}) WHEN 'NULL' THEN 'NULL_VALUE' WHEN 'BIGINT' THEN 'INTEGER' "
    "WHEN 'UBIGINT' THEN 'INTEGER' WHEN 'DOUBLE' THEN 'DECIMAL' ELSE json_type({0}) END"
)


def replace_functions(statement: Expr) -> Expr:
    """Return a statement with such functions in DuckDB's words; output columns keep their names."""
    _name_columns(statement)
    return statement.transform(_replaced, copy=False)


def _replaced(node: Expr) -> Expr:
    if not isinstance(node, exp.Func):
        return node
    name = str(node.this).upper() if isinstance(node, exp.Anonymous) else node.sql_name().upper()
    if name in _ABOUT_THE_SESSION:
        return exp.convert(_ABOUT_THE_SESSION[name])
    if name == "HASH":
        return _duckdb(_HASH, arguments=", ".join(part.sql("duckdb") for part in node.expressions))
    if name == "TYPEOF":
        return _duckdb(_TYPEOF, node.this.sql("duckdb"))
    if name in _OF_DUCKDB:
        return exp.func(_OF_DUCKDB[name], *node.expressions, dialect="duckdb")
    return node


def _duckdb(text: str, *parts: str, **named: str) -> Expr:
    return sqlglot.parse_one(text.format(*parts, **named), read="duckdb")


def _name_columns(statement: Expr) -> None:
    """Name the columns of a query that have no name as Snowflake does: by their text, in upper case."""
    if not isinstance(statement, exp.Select):
        return
    named = [
        exp.alias_(column, column.sql("snowflake").upper(), quoted=True) if _is_nameless(column) else column
        for column in statement.expressions
    ]
    statement.set("expressions", named)


def _is_nameless(column: Expr) -> bool:
    if isinstance(column, (exp.Count, exp.Window)):
        return True
    computed = (exp.Func, exp.Literal, exp.Binary, exp.Cast, exp.Paren, exp.Neg)
    is_computed = isinstance(column, computed) and not isinstance(column, (exp.Dot, exp.JSONExtract))
    return is_computed and column.find(exp.Star, exp.Placeholder, exp.Parameter) is None
