"""Gap: names that DuckDB keeps for itself and Snowflake does not (`at`, `lambda`, ...) need quotes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

_KEYWORDS = "SELECT upper(keyword_name) FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"


def _keywords() -> frozenset[str]:
    with duckdb.connect(":memory:") as connection:
        return frozenset(name for (name,) in connection.execute(_KEYWORDS).fetchall())


KEYWORDS = _keywords()


def quote_keywords(statement: Expr) -> None:
    """Quote such names in a statement, in place, in upper case as Snowflake keeps them."""
    for identifier in statement.find_all(exp.Identifier):
        if not identifier.args.get("quoted") and identifier.name.upper() in KEYWORDS:
            identifier.set("this", identifier.name.upper())
            identifier.set("quoted", True)  # noqa: FBT003 - how sqlglot has it
