"""Temporary tables and views, as sessions of loaders and dbt use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import ProgrammingError

from .conftest import columns, place

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor

    from .conftest import Connect


def test_a_temporary_view_is_like_a_temporary_table(cursor: SnowflakeCursor) -> None:
    """Dbt merges from one where it can."""
    name = f"{place(cursor)}.tmp"
    cursor.execute(f"create or replace temporary view {name} as (select 1 as x)")
    assert cursor.execute(f"select tmp.x from {name}").fetchall() == [(1,)]
    assert columns(cursor, name) == {"X": "NUMBER(38,0)"}
    cursor.execute(f"drop view if exists {name}")
    with pytest.raises(ProgrammingError):
        cursor.execute(f"select x from {name}")


def test_a_temporary_table_belongs_to_its_session(connect: Connect, cursor: SnowflakeCursor) -> None:
    """Two sessions use one name for two tables; a table of that name is hidden, not touched."""
    name = f"{place(cursor)}.tmp"
    cursor.execute(f"create table {name} as select 0 as x")
    others = [connect().cursor() for _ in range(2)]
    for number, other in enumerate(others, start=1):
        other.execute(f"create or replace temporary table {name} as (select {number} as x)")
    for number, other in enumerate(others, start=1):
        other.execute(f"update {name} set x = tmp.x * 10 where tmp.x > 0")
        assert other.execute(f"select tmp.x from {name}").fetchall() == [(number * 10,)]
        assert columns(other, name) == {"X": "NUMBER(38,0)"}
    assert cursor.execute(f"select x from {name}").fetchall() == [(0,)]
    others[0].execute(f"drop table if exists {name}")
    assert others[0].execute(f"select x from {name}").fetchall() == [(0,)]


def test_a_temporary_table_goes_with_its_session(connect: Connect, cursor: SnowflakeCursor) -> None:
    """After the session nothing is left of it."""
    connection = connect()
    connection.cursor().execute("create temporary table tmp (x int)")
    connection.cursor().execute("insert into tmp values (1)")
    connection.close()
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("select * from tmp")
    assert caught.value.errno == 2003
    assert cursor.execute("show tables like 'TMP%'").fetchall() == []


def test_a_temporary_table_is_merged_from(cursor: SnowflakeCursor) -> None:
    """As dbt's incremental models do, in a transaction."""
    cursor.execute("create table t (id int, x int)")
    cursor.execute(
        f"create or replace temporary table {place(cursor)}.t__dbt_tmp as (select 1 as id, 2 as x)"
    )
    cursor.execute("begin")
    cursor.execute(
        f"merge into {place(cursor)}.t as DBT_INTERNAL_DEST "
        f"using {place(cursor)}.t__dbt_tmp as DBT_INTERNAL_SOURCE "
        "on (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) when matched then update set "
        '"X" = DBT_INTERNAL_SOURCE."X" when not matched then insert ("ID", "X") values ("ID", "X")'
    )
    cursor.execute("commit")
    assert cursor.execute("select id, x from t").fetchall() == [(1, 2)]
