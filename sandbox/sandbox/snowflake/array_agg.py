"""Gap: ARRAY_AGG leaves out NULLs, also where it has an order; of no rows it makes an empty array."""

from __future__ import annotations

from fakesnow import transforms
from sqlglot import Expr, exp

_transform = transforms.array_agg_within_group


def fill_empty(statement: Expr) -> None:
    """Let each ARRAY_AGG of a statement, in place, be an empty array where there is nothing."""
    for aggregate in reversed(list(statement.find_all(exp.ArrayAgg))):
        whole: Expr = aggregate
        while isinstance(whole.parent, (exp.WithinGroup, exp.Window, exp.Filter)) and whole.arg_key == "this":
            whole = whole.parent
        empty = exp.cast(exp.Literal.string("[]"), "JSON")
        whole.replace(exp.Coalesce(this=whole.copy(), expressions=[empty]))


def array_agg_within_group(expression: Expr) -> Expr:
    """Return fakesnow's expression for one with an order, which forgets that NULLs are left out."""
    transformed = _transform(expression)
    if transformed is not expression and isinstance(transformed, exp.ArrayAgg):
        transformed.set("nulls_excluded", True)  # noqa: FBT003 - how sqlglot has it
    return transformed


def close_gap() -> None:
    """Let fakesnow translate ARRAY_AGG with an order by this module."""
    transforms.array_agg_within_group = array_agg_within_group
