"""MERGE, as loaders and dbt write it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from sandbox.snowflake.merge import duckdb_merge
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp, parse_one

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor


@pytest.fixture(autouse=True)
def _tables(cursor: SnowflakeCursor) -> None:
    cursor.execute("create table t (id number(38,0), name varchar, v variant)")
    cursor.execute("insert into t select column1, column2, null from values (1, 'one'), (2, 'two')")
    cursor.execute("create table s (id number(38,0), name varchar, v varchar, seq int)")


def stage(cursor: SnowflakeCursor, *rows: tuple[int, str | None, str | None, int]) -> None:
    """Put rows into the source."""
    cursor.executemany("insert into s values (%s, %s, %s, %s)", rows)


def names(cursor: SnowflakeCursor) -> list[tuple[int, str]]:
    """Return the target."""
    return cursor.execute("select id, name from t order by id").fetchall()


UPSERT = """
merge into t as target using (
  select id, name, parse_json(v) as v from s
  qualify row_number() over (partition by id order by seq desc) = 1
) as source on target.id = source.id
when matched and (target.name is distinct from source.name or target.v is distinct from source.v)
  then update set name = upper(source.name) || '!', v = source.v
when not matched then insert (id, name, v) values (source.id, source.name, source.v)
"""


def test_the_last_of_several_wins_and_counts_are_told(cursor: SnowflakeCursor) -> None:
    """Source rows are deduplicated, expressions evaluated, and both counts named as on Snowflake."""
    stage(cursor, (2, "x", None, 1), (2, "y", None, 2), (3, "three", '{"a": 1}', 3))
    cursor.execute(UPSERT)
    assert [column.name for column in cursor.description] == [
        "number of rows inserted",
        "number of rows updated",
    ]
    assert cursor.fetchall() == [(1, 1)]
    assert cursor.rowcount == 2
    assert names(cursor) == [(1, "one"), (2, "Y!"), (3, "three")]


def test_a_row_that_did_not_change_is_left_alone(cursor: SnowflakeCursor) -> None:
    """The condition of WHEN MATCHED decides; NULL and NULL are not distinct."""
    stage(cursor, (2, "two", None, 1))
    assert cursor.execute(UPSERT).fetchall() == [(0, 0)]


def test_duplicates_fail_where_they_would_update(cursor: SnowflakeCursor) -> None:
    """Two source rows for one target row are error 100090, and nothing has changed."""
    stage(cursor, (2, "x", None, 1), (2, "y", None, 2))
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(
            "merge into t using s on t.id = s.id when matched then update set name = s.name "
            "when not matched then insert (id) values (s.id)"
        )
    assert caught.value.errno == 100090
    assert names(cursor) == [(1, "one"), (2, "two")]


def test_duplicates_that_match_nothing_are_inserted_twice(cursor: SnowflakeCursor) -> None:
    """Snowflake does not mind them: that is why loaders deduplicate."""
    stage(cursor, (3, "x", None, 1), (3, "y", None, 2))
    cursor.execute("merge into t using s on t.id = s.id when not matched then insert (id) values (s.id)")
    assert cursor.fetchall() == [(2,)]


def test_rows_are_deleted_by_condition(cursor: SnowflakeCursor) -> None:
    """WHEN MATCHED AND ... THEN DELETE goes before the update that follows."""
    stage(cursor, (1, None, None, 1), (2, "new", None, 2))
    cursor.execute(
        "merge into t using s on t.id = s.id when matched and s.name is null then delete "
        "when matched then update set t.name = s.name"
    )
    assert [column.name for column in cursor.description] == [
        "number of rows updated",
        "number of rows deleted",
    ]
    assert cursor.fetchall() == [(1, 1)]
    assert names(cursor) == [(2, "new")]


WHENS = {
    "inserted": "when not matched then insert (id, name) values (s.id, s.name)",
    "updated": "when matched and s.seq = 1 then update set name = s.name",
    "deleted": "when matched and s.seq = 2 then delete",
}


@pytest.mark.parametrize(
    "kinds", [kinds for count in (1, 2, 3) for kinds in combinations(WHENS, count)], ids="+".join
)
def test_counts_are_told_of_what_a_merge_may_do(cursor: SnowflakeCursor, kinds: tuple[str, ...]) -> None:
    """Three rows are new, two change, one goes; of what the statement may not do, nothing is said."""
    cursor.execute("insert into t select column1, column2, null from values (3, 'three'), (4, 'four')")
    stage(cursor, *((id_, "new", None, 0) for id_ in (7, 8, 9)))
    stage(cursor, (1, "x", None, 1), (2, "y", None, 1), (3, None, None, 2))
    cursor.execute(f"merge into t using s on t.id = s.id {' '.join(WHENS[kind] for kind in kinds)}")
    told = dict(zip([column.name for column in cursor.description], cursor.fetchall()[0], strict=True))
    done = {"inserted": 3, "updated": 2, "deleted": 1}
    assert told == {f"number of rows {kind}": done[kind] for kind in kinds}


def test_a_merge_is_part_of_its_transaction(cursor: SnowflakeCursor) -> None:
    """BEGIN, MERGE, INSERT, ROLLBACK leaves everything as it was; with COMMIT both are there."""
    stage(cursor, (3, "three", None, 1))
    cursor.execute("create table ledger (batch varchar)")
    for end, count in (("rollback", 0), ("commit", 1)):
        cursor.execute("begin")
        cursor.execute(UPSERT)
        cursor.execute("insert into ledger values ('b')")
        cursor.execute(end)
        assert cursor.execute("select count(*) from ledger").fetchall() == [(count,)]
        assert cursor.execute("select count(*) from t").fetchall() == [(2 + count,)]


def test_quoted_and_whole_names_are_understood(cursor: SnowflakeCursor) -> None:
    """Names as generated code writes them: quoted, with database and schema."""
    cursor.execute("select current_schema()")
    (schema,) = cursor.fetchall()[0]
    cursor.execute(f'create table "TEST"."{schema}"."Odd name" ("Key" int, "select" varchar)')
    cursor.execute(
        f'merge into "TEST"."{schema}"."Odd name" as t using (select 1 as "Key", \'a\' as "select") as s '
        'on t."Key" = s."Key" when matched then update set t."select" = s."select" '
        'when not matched then insert ("Key", "select") values (s."Key", s."select")'
    )
    assert cursor.execute('select "Key", "select" from "Odd name"').fetchall() == [(1, "a")]


def test_a_missing_table_is_named(cursor: SnowflakeCursor) -> None:
    """The error is 2003, as for a query."""
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(
            "merge into nope using s on nope.id = s.id when not matched then insert (id) values (1)"
        )
    assert caught.value.errno == 2003


def test_the_whole_statement() -> None:
    """DuckDB's own MERGE does it."""
    merge = parse_one(
        "merge into t using s on t.a = s.a when matched then update set t.b = s.b", read="snowflake"
    )
    assert isinstance(merge, exp.Merge)
    assert duckdb_merge(merge) == "MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = s.b"
