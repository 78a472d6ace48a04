"""Gap: MERGE with expressions, in a transaction, and duplicate source rows (100090)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

_ACTIONS = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}
_KINDS = {exp.Insert: "inserted", exp.Update: "updated"}


def duckdb_merge(merge: exp.Merge) -> str:
    """Return the statement in DuckDB's words: its own MERGE, which says per row what it did."""
    statement = merge.copy()
    for when in statement.args["whens"].expressions:
        then = when.args.get("then")
        if isinstance(then, exp.Update):
            for assignment in then.expressions:
                assignment.set("this", exp.column(assignment.this.this.copy()))
    return f"{statement.sql(dialect='duckdb')} RETURNING merge_action"


def execute_merge(
    duck: duckdb.DuckDBPyConnection, merge: exp.Merge, params: Sequence[Any] | dict[Any, Any] | None
) -> str:
    """Run a MERGE; return the query for the counts that Snowflake answers, by what the MERGE may do."""
    done: Any = duck.execute(duckdb_merge(merge), params).to_arrow_table()
    counted = done.group_by("merge_action").aggregate([([], "count_all")]).to_pydict()
    counts = dict(zip(counted["merge_action"], counted["count_all"], strict=True))
    columns = [
        f'{counts.get(action, 0)} AS "number of rows {name}"'
        for name, action in _ACTIONS.items()
        if name in _kinds(merge)
    ]
    return f"SELECT {', '.join(columns)}"


def _kinds(merge: exp.Merge) -> set[str]:
    return {_KINDS.get(type(when.args["then"]), "deleted") for when in merge.args["whens"].expressions}
