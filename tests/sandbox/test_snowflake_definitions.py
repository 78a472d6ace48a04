"""Tables, columns, stages and comments: made, changed, and told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import DatabaseError, ProgrammingError

from .conftest import columns, place

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor


def test_columns_are_added_widened_and_loosened(cursor: SnowflakeCursor) -> None:
    """ALTER TABLE, in the forms that loaders send."""
    cursor.execute("create table t (id number(38,0) not null, name varchar(10), primary key (id))")
    cursor.execute("alter table t add column if not exists v variant")
    cursor.execute("alter table t add column if not exists v variant")
    cursor.execute('alter table t add column "Odd one" timestamp_ntz, n number(38,0)')
    cursor.execute("alter table t alter column name set data type varchar(100)")
    cursor.execute("alter table t alter column id drop not null")
    cursor.execute("insert into t (id) values (null)")
    assert columns(cursor, "t") == {
        "ID": "NUMBER(38,0)",
        "NAME": "VARCHAR(100)",
        "V": "VARIANT",
        "Odd one": "TIMESTAMP_NTZ(9)",
        "N": "NUMBER(38,0)",
    }


def test_keys_are_recorded_but_not_enforced(cursor: SnowflakeCursor) -> None:
    """Two rows may share a primary or unique key; NULL in a primary key is refused."""
    cursor.execute("create table t (id int, a int unique, constraint pk primary key (id))")
    cursor.execute("alter table t add unique (a)")
    cursor.execute("insert into t values (1, 1), (1, 1)")
    with pytest.raises(DatabaseError) as caught:
        cursor.execute("insert into t values (null, 1)")
    assert caught.value.errno == 100072


def test_tables_are_swapped_with_their_load_history(cursor: SnowflakeCursor) -> None:
    """SWAP WITH exchanges two tables, by whole names, too."""
    cursor.execute("create table a as select 1 as x")
    cursor.execute("create table b as select 2 as y")
    cursor.execute(f'alter table {place(cursor)}."A" swap with {place(cursor)}."B"')
    assert cursor.execute("select y from a").fetchall() == [(2,)]
    assert cursor.execute("select x from b").fetchall() == [(1,)]


def test_a_table_is_renamed(cursor: SnowflakeCursor) -> None:
    """RENAME TO takes a plain or a whole name."""
    cursor.execute("create table a as select 1 as x")
    cursor.execute(f"alter table a rename to {place(cursor)}.b")
    cursor.execute("alter table if exists b rename to c")
    assert cursor.execute("select x from c").fetchall() == [(1,)]


def test_tables_are_made_like_others(cursor: SnowflakeCursor) -> None:
    """LIKE copies the columns, CLONE the rows, too; TRANSIENT and COPY GRANTS change nothing."""
    cursor.execute("create table a (id number(38,0) not null, v variant)")
    cursor.execute("insert into a select 1, null")
    cursor.execute("create or replace transient table b like a copy grants")
    cursor.execute("create or replace table c clone a copy grants")
    assert columns(cursor, "b") == columns(cursor, "c") == columns(cursor, "a")
    assert cursor.execute("select count(*) from b").fetchall() == [(0,)]
    assert cursor.execute("select id from c").fetchall() == [(1,)]


def test_a_table_is_replaced_at_once(cursor: SnowflakeCursor) -> None:
    """CREATE OR REPLACE ... AS SELECT may read the table that it replaces."""
    cursor.execute("create table a as select 1 as x")
    cursor.execute("create or replace transient table a as (select x + 1 as x from a)")
    assert cursor.execute("select x from a").fetchall() == [(2,)]


def test_what_is_there_is_told(cursor: SnowflakeCursor) -> None:
    """information_schema and SHOW tell of tables, columns, stages and views."""
    cursor.execute("create table t (id number(38,0), n number(10,2))")
    cursor.execute("create view v as select id from t")
    cursor.execute("create stage lake url = 'gcs://b/x/'")
    cursor.execute("create stage other url = 'gcs://b/y/'")
    cursor.execute(
        "select column_name, data_type, numeric_precision, numeric_scale "
        "from test.information_schema.columns "
        "where table_schema = current_schema() and table_name = 'T' order by ordinal_position"
    )
    assert cursor.fetchall() == [("ID", "NUMBER", 38, 0), ("N", "NUMBER", 10, 2)]
    assert [row[1] for row in cursor.execute("show tables like 'T'").fetchall()] == ["T"]
    assert [row[1] for row in cursor.execute("show objects").fetchall()] == ["T", "V"]
    assert [
        row[1] for row in cursor.execute(f"show stages like 'LA%' in schema {place(cursor)}").fetchall()
    ] == ["LAKE"]
    described = cursor.execute("desc stage lake").fetchall()
    assert described[0][1:4] == ("URL", "String", '["gcs://b/x/"]')
    cursor.execute("drop stage lake")
    with pytest.raises(ProgrammingError):
        cursor.execute("desc stage lake")
    assert cursor.execute(f"show file formats in schema {place(cursor)}").fetchall() == []


@pytest.mark.parametrize("kind", ["table", "view", "stage", "schema"])
def test_what_is_listed_stands_in_the_order_of_names(cursor: SnowflakeCursor, kind: str) -> None:
    """LIMIT ... FROM reads on behind a name, so a page must end with the last name so far."""
    definition = {"table": "(id int)", "view": "as select 1 as id"}.get(kind, "")
    names = [f"{kind}_{number}".upper() for number in range(20)]
    for name in reversed(names):
        cursor.execute(f"create {kind} {name} {definition}")
    shown = [row[1] for row in cursor.execute(f"show {kind}s").fetchall()]
    assert [name for name in shown if name in names] == sorted(names)


def test_names_that_duckdb_keeps_for_itself_are_free(cursor: SnowflakeCursor) -> None:
    """What is no keyword on Snowflake needs no quotes."""
    cursor.execute("create table t (at timestamp_ntz, position int, lambda int)")
    cursor.execute("insert into t (at, position, lambda) values (null, 1, 2)")
    assert cursor.execute("select position, t.lambda from t where at is null").fetchall() == [(1, 2)]


@pytest.mark.parametrize(
    "statement",
    [
        "select '--' || 'a;'",
        "/* before */ select '--' || 'a;'; /* {\"app\": \"dbt\"} */",
        "-- a line\nselect '--' || 'a;' -- another",
    ],
)
def test_remarks_around_a_statement_are_not_of_it(cursor: SnowflakeCursor, statement: str) -> None:
    """Dbt puts one behind each statement; what only looks like one stays."""
    assert cursor.execute(statement).fetchall() == [("--a;",)]


def test_comments_are_kept(cursor: SnowflakeCursor) -> None:
    """On tables and, as dbt sends them, on several columns at once."""
    cursor.execute("create table t (id int, \"Odd one\" int) comment = 'it''s a table'")
    cursor.execute(
        f"alter table {place(cursor)}.t alter\n id COMMENT $$the key's$$, \"Odd one\" COMMENT 'x' /* dbt */"
    )
    cursor.execute("comment on table t is $$it's another$$")
    cursor.execute(
        "select column_name, comment from test.information_schema.columns "
        "where table_schema = current_schema() and table_name = 'T' order by ordinal_position"
    )
    assert cursor.fetchall() == [("ID", "the key's"), ("Odd one", "x")]
    cursor.execute("select comment from test.information_schema.tables where table_schema = current_schema()")
    assert cursor.fetchall() == [("it's another",)]
