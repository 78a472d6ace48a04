"""Gap: NUMBER(38,0) holds 38 digits; fakesnow makes it a column of 64 bits.

Sums of numbers become floats there, so that text can be summed, too; here they stay exact. A 128 bit
integer takes its place in columns, and in casts that say so many digits; arithmetic on it is
that of integers, as on Snowflake. Plain casts (`::int`) stay at 64 bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakesnow import info_schema, transforms
from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

MOST_DIGITS_OF_64_BITS = 18
_INTEGERS = (
    *(exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT),
    exp.DType.DECIMAL,
)


def widen(statement: Expr) -> None:
    """Give whole numbers of a statement, in place, their 38 digits."""
    for kind in list(statement.find_all(exp.DataType)):
        in_column = isinstance(kind.parent, (exp.ColumnDef, exp.AlterColumn))
        if kind.this in _INTEGERS and _is_wide(kind, by_default=in_column):
            kind.replace(exp.DataType.build("INT128"))


def _is_wide(kind: exp.DataType, *, by_default: bool) -> bool:
    if not kind.expressions:
        return by_default
    digits, scale = ([int(part.name) for part in kind.expressions] + [0])[:2]
    return scale == 0 and digits > MOST_DIGITS_OF_64_BITS


def close_gap() -> None:
    """Let fakesnow leave sums and averages as they are."""
    transforms.numeric_agg_implicit_cast = lambda expression: expression


def columns_view() -> str:
    """Return the statement that makes fakesnow's view of the columns tell of them as NUMBER(38,0)."""
    view = info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    return (
        view.replace("create view if not exists", "create or replace view")
        .replace("columns.data_type='BIGINT'", "columns.data_type in ('BIGINT', 'HUGEINT', 'INTEGER')")
        .replace(
            "else columns.numeric_scale end as NUMERIC_SCALE",
            "when columns.data_type in ('BIGINT', 'HUGEINT', 'INTEGER') then 0 "
            "else columns.numeric_scale end as NUMERIC_SCALE",
        )
    )
