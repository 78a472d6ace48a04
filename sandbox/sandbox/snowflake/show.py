"""Gap: SHOW answers in the order of names (LIMIT ... FROM pages by it), and LIKE works in SHOW STAGES."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

# What each row names, from the outside in.
_ORDER = {
    "DATABASES": ("name",),
    "OBJECTS": ("database_name", "schema_name", "name"),
    "SCHEMAS": ("database_name", "name"),
    "STAGES": ("database_name", "schema_name", "name"),
    "TABLES": ("database_name", "schema_name", "name"),
    "VIEWS": ("database_name", "schema_name", "name"),
}


def listed(query: Expr, statement: Expr) -> Expr:
    """Return the query for what a SHOW lists, in its order; the query of any other statement as it is."""
    if not isinstance(statement, exp.Show) or not isinstance(query, exp.Select):
        return query
    kind = statement.name.upper()
    like = statement.args.get("like")
    if kind == "STAGES" and like is not None:
        is_like = exp.ILike(this=exp.column("name"), expression=like.copy())
        query = query.where(exp.Escape(this=is_like, expression=exp.Literal.string("\\")))
    order = _ORDER.get(kind)
    return query.order_by(*order) if order else query
