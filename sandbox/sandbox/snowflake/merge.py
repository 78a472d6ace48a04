"""Gap: MERGE with expressions, in a transaction, and duplicate source rows (100090)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

_ACTIONS = {"inserted": "INSERT", "updated": "UPDATE", "deleted": "DELETE"}
_KINDS = {exp.Insert: "inserted", exp.Update: "updated"}


def duckdb_merge(merge: exp.Merge) -> str:
    """Return the statement in DuckDB's words: its own MERGE."""
    statement = merge.copy()
    for when in statement.args["whens"].expressions:
        then = when.args.get("then")
        if isinstance(then, exp.Update):
            for assignment in then.expressions:
                assignment.set("this", exp.column(assignment.this.this.copy()))
    return statement.sql(dialect="duckdb")


def execute_merge(
    duck: duckdb.DuckDBPyConnection, merge: exp.Merge, params: Sequence[Any] | dict[Any, Any] | None
) -> str:
    """Run a MERGE; return the query for the counts that Snowflake answers, by what the MERGE may do."""
    kinds = _kinds(merge)
    run = _run_with_actions if len(kinds) == len(_ACTIONS) else _run
    counts = run(duck, merge, params)
    columns = [f'{counts.get(name, 0)} AS "number of rows {name}"' for name in _ACTIONS if name in kinds]
    return f"SELECT {', '.join(columns)}"


def _kinds(merge: exp.Merge) -> set[str]:
    return {_KINDS.get(type(when.args["then"]), "deleted") for when in merge.args["whens"].expressions}


def _run(
    duck: duckdb.DuckDBPyConnection, merge: exp.Merge, params: Sequence[Any] | dict[Any, Any] | None
) -> Mapping[str, int]:
    """Tell from the rows of the table before and after what was done with the rows that DuckDB counts."""
    kinds = _kinds(merge)
    before = _rows(duck, merge)
    done = duck.execute(duckdb_merge(merge), params).fetchone()
    total = int(done[0]) if done else 0
    more = _rows(duck, merge) - before
    if "updated" in kinds:
        inserted, deleted = max(more, 0), max(-more, 0)
    else:
        inserted, deleted = (total + more) // 2, (total - more) // 2
    return {"inserted": inserted, "updated": total - inserted - deleted, "deleted": deleted}


def _rows(duck: duckdb.DuckDBPyConnection, merge: exp.Merge) -> int:
    table = merge.this.copy()
    table.set("alias", None)
    counted = duck.execute(f"SELECT count(*) FROM {table.sql(dialect='duckdb')}").fetchone()  # noqa: S608 - a name
    return int(counted[0]) if counted else 0


def _run_with_actions(
    duck: duckdb.DuckDBPyConnection, merge: exp.Merge, params: Sequence[Any] | dict[Any, Any] | None
) -> Mapping[str, int]:
    """Have DuckDB tell of each row what was done with it: it keeps all of their columns meanwhile."""
    done: Any = duck.execute(f"{duckdb_merge(merge)} RETURNING merge_action", params).to_arrow_table()
    counted = done.group_by("merge_action").aggregate([([], "count_all")]).to_pydict()
    counts = dict(zip(counted["merge_action"], counted["count_all"], strict=True))
    return {name: counts.get(action, 0) for name, action in _ACTIONS.items()}
