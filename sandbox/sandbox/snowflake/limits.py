"""Gap: what Snowflake refuses when it compiles a statement, and DuckDB takes.

Names that are too long have no number of their own here: which one Snowflake has for them is not documented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

MOST_CHARACTERS = 255
MOST_EXPRESSIONS = 16_384
_COMPILATION = "SQL compilation error:\n"
_SEMI_STRUCTURED = (
    *(exp.ParseJSON, exp.ToVariant, exp.ToArray, exp.Array, exp.ArrayConstructCompact),
    *(exp.Struct, exp.JSONObject),
)
_SEMI_STRUCTURED_TYPES = (exp.DType.VARIANT, exp.DType.ARRAY, exp.DType.OBJECT)


def check(statement: Expr) -> None:
    """Raise Snowflake's error for a name, a list or a clause VALUES that it would refuse."""
    for node in statement.find_all(exp.Identifier, exp.In, exp.Values):
        if isinstance(node, exp.Identifier):
            if len(node.name) > MOST_CHARACTERS:
                message = (
                    f"{_COMPILATION}Identifier '{node.name[:32]}...' has {len(node.name)} characters, "
                    f"at most {MOST_CHARACTERS} are allowed."
                )
                raise ProgrammingError(msg=message, errno=1003, sqlstate="42000")
            continue
        _check_length(node)
        if isinstance(node, exp.Values):
            _check_values(node)


def _check_length(expressions: Expr) -> None:
    count = len(expressions.expressions)
    if count > MOST_EXPRESSIONS:
        message = (
            f"{_COMPILATION}error line 1 at position 0\nmaximum number of expressions in a list exceeded, "
            f"expected at most {MOST_EXPRESSIONS:,}, got {count:,}"
        )
        raise ProgrammingError(msg=message, errno=1795, sqlstate="42601")


def _check_values(values: exp.Values) -> None:
    for node in values.find_all(exp.Cast, *_SEMI_STRUCTURED):
        if not isinstance(node, exp.Cast) or node.to.this in _SEMI_STRUCTURED_TYPES:
            message = f"{_COMPILATION}Invalid expression [{node.sql('snowflake')}] in VALUES clause"
            raise ProgrammingError(msg=message, errno=2014, sqlstate="22000")
