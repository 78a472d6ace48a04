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
        ("insert into v values (parse_json('{}'))", 2014, "22000"),
        ("insert into v (v) values (1), (object_construct('a', 1))", 2014, "22000"),
        ("insert into v values ('1'::variant)", 2014, "22000"),
        ("select * from values (array_construct(1))", 2014, "22000"),
        (f"select 1 in ({', '.join(map(str, range(16_385)))})", 1795, "42601"),
        (f"insert into t values {', '.join(['(1)'] * 16_385)}", 1795, "42601"),
        (f"create table {'x' * 256} (a int)", 1003, "42000"),
        (f'alter table t add column "{"ü" * 256}" int', 1003, "42000"),
        (f"select a as {'x' * 256} from t", 1003, "42000"),
    ],
    ids=lambda part: str(part)[:50],
)
def test_mistakes_have_the_numbers_of_snowflake(
    cursor: SnowflakeCursor, statement: str, number: int, state: str
) -> None:
    """Each is an error of SQL, none an HTTP 500 that the connector would retry."""
    cursor.execute("create table t (a int not null)")
    cursor.execute("create table v (v variant)")
    with pytest.raises(DatabaseError) as caught:
        cursor.execute(statement)
    assert (caught.value.errno, caught.value.sqlstate) == (number, state)


@pytest.mark.parametrize(
    "statement",
    [
        "select div0(1, 0), 1 / nullif(0, 0), 0 / 1, 'inf'::float / 2",
        "insert into v select parse_json(column1) from values ('{}'), ('[1]')",
        "insert into v (v) select object_construct('a', column1) from values (upper('x'))",
        "insert into t values (length(upper('abc')) + 1)",
        f'create table {"x" * 255} ("{"ü" * 255}" int)',
    ],
    ids=lambda statement: statement[:50],
)
def test_what_is_nearly_a_mistake_is_none(cursor: SnowflakeCursor, statement: str) -> None:
    """A name of 255 characters, a text in VALUES, what is divided by NULL."""
    cursor.execute("create table t (a int not null)")
    cursor.execute("create table v (v variant)")
    cursor.execute(statement)
