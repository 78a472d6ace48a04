"""What is wrong with a statement has Snowflake's number and state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import DatabaseError

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor


@pytest.mark.parametrize(
    ("statement", "number", "state"),
    [
        ("select * from nope", 2003, "42S02"),
        ("drop table nope", 2003, "42S02"),
        ("use schema nope", 2043, "02000"),
        ("use database nope", 2043, "02000"),
        ("selec 1", 1003, "42000"),
        ("select from where", 1003, "42000"),
        ("select nope from t", 904, "42000"),
        ("insert into t (nope) values (1)", 904, "42000"),
        ("create table t (a int)", 2002, "42710"),
        ("select nope(1)", 2140, "42601"),
        ("insert into t values (null)", 100072, "22000"),
        ("insert into t values ('x')", 100038, "22018"),
        ("select parse_json('{')", 100069, "22P02"),
        ("select 1 / 0", 100051, "22012"),
        ("select 1.5::float / 0", 100051, "22012"),
        ("select 1 % 0", 100051, "22012"),
        ("select a / b from (select 1 as a, 0 as b)", 100051, "22012"),
    ],
    ids=lambda part: str(part)[:50],
)
def test_mistakes_have_the_numbers_of_snowflake(
    cursor: SnowflakeCursor, statement: str, number: int, state: str
) -> None:
    """Each is an error of SQL, none an HTTP 500 that the connector would retry."""
    cursor.execute("create table t (a int not null)")
    with pytest.raises(DatabaseError) as caught:
        cursor.execute(statement)
    assert (caught.value.errno, caught.value.sqlstate) == (number, state)


@pytest.mark.parametrize(
    "statement",
    [
        "select div0(1, 0), 1 / nullif(0, 0), 0 / 1, 'inf'::float / 2",
    ],
    ids=lambda statement: statement[:50],
)
def test_what_is_nearly_a_mistake_is_none(cursor: SnowflakeCursor, statement: str) -> None:
    """What is divided by NULL."""
    cursor.execute("create table t (a int not null)")
    cursor.execute(statement)
