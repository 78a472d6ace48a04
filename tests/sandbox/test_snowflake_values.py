"""Types, functions and binds: what goes in comes out as on Snowflake."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from snowflake.connector.constants import FIELD_ID_TO_NAME

from .conftest import value

if TYPE_CHECKING:
    from snowflake.connector.cursor import SnowflakeCursor

    from .conftest import Connect


def naive(year: int, month: int, day: int, *time: int) -> datetime:
    """Return a moment without a zone, as TIMESTAMP_NTZ is."""
    hour, minute, second, microsecond = (*time, 0, 0, 0, 0)[:4]
    return datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("99999999999999999999999999999999999999::number(38,0)", 10**38 - 1),
        ("-9223372036854775809", -(2**63) - 1),
        ("1.50::number(10,2)", Decimal("1.50")),
        ("'2026-01-02 03:04:05.678901'::timestamp_ntz", naive(2026, 1, 2, 3, 4, 5, 678901)),
        ("'1960-01-02 03:04:05.678901'::timestamp_ntz", naive(1960, 1, 2, 3, 4, 5, 678901)),
        ("null::timestamp_ntz", None),
        ("null::timestamp_tz", None),
        ("'2026-01-02'::date", date(2026, 1, 2)),
        ("to_binary('00ff', 'hex')", b"\x00\xff"),
        ("'🎉 ünï'", "🎉 ünï"),
        ("'it''s $HOME'", "it's $HOME"),
        ("true", True),
        ("sum(x) from (select 1::number(38,0) as x union all select 2)", 3),
        ("listagg(x, ',') within group (order by x) from (select 'a' as x union all select 'b')", "a,b"),
        ("percentile_cont(0.5) within group (order by x) from (select 1 as x union all select 2)", 1.5),
        ("datediff('second', '2026-01-01'::timestamp_ntz, '2026-01-02'::timestamp_ntz)", 86400),
        ("dateadd('day', -3, '2026-01-04'::date)::date", date(2026, 1, 1)),
        ("date_trunc('week', '2026-01-01'::timestamp_ntz)::date", date(2025, 12, 29)),
        (
            "convert_timezone('UTC', 'America/New_York', '2026-01-01 12:00:00'::timestamp_ntz)",
            naive(2026, 1, 1, 7),
        ),
        ("sha2('x', 256)", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"),
        ("hash(1, 'a') = hash(1, 'a') and hash(1) <> hash(2)", True),
        ("parse_json('[1]') is distinct from parse_json(null)", True),
        ("try_parse_json('{') is null", True),
        ('parse_json(\'{"a": {"b": [1, 2]}}\'):a.b[1]::int', 2),
        ("typeof(parse_json('{\"a\": [1]}'):a)", "ARRAY"),
        ("iff(1 = 1, 'y', 'n') || coalesce(null, 'z')", "yz"),
        ("current_role()", "SANDBOX"),
        ("current_warehouse()", "SANDBOX"),
        ("split_part('a/b/c', '/', -1)", "c"),
        ("regexp_substr('revert-12-x', '[0-9]+')", "12"),
        ("div0(1, 0)", 0),
    ],
)
def test_values_are_those_of_snowflake(cursor: SnowflakeCursor, expression: str, expected: Any) -> None:
    """Types and functions of loaders and models."""
    assert value(cursor, expression) == expected


def test_variants_are_json(cursor: SnowflakeCursor) -> None:
    """Objects and arrays come back as JSON text, under their own types."""
    cursor.execute("create table t (id int, v variant)")
    cursor.execute("""insert into t select 1, parse_json('{"a": [1, null, "x"], "b": {"c": 1.5}}')""")
    cursor.execute("insert into t select 2, object_construct('k', array_construct(1, 2))")
    rows = cursor.execute("select v from t order by id").fetchall()
    assert FIELD_ID_TO_NAME[cursor.description[0].type_code] == "VARIANT"
    assert [json.loads(row[0]) for row in rows] == [{"a": [1, None, "x"], "b": {"c": 1.5}}, {"k": [1, 2]}]


def test_flatten_numbers_elements_by_their_place(cursor: SnowflakeCursor) -> None:
    """Also where many arrays are flattened at once, and one element stands in several of them."""
    cursor.execute(
        "with list as (select seq4() as n, parse_json('[' || n || ', ' || (n - 1) || ']') as elements"
        " from table(generator(rowcount => 500)))"
        " select count(*), count_if(element.value::number = list.n - element.index)"
        " from list cross join lateral flatten(input => list.elements) as element"
    )
    assert cursor.fetchone() == (1000, 1000)


def test_rows_are_inserted_by_binds(connect: Connect) -> None:
    """Multi-row INSERT with client-side and with server-side binds, NULLs included."""
    cursor = connect().cursor()
    cursor.execute("create table t (id number(38,0), name varchar, at timestamp_ntz)")
    cursor.execute(
        "insert into t values (%s, %s, %s), (%s, %s, %s)", (1, "it's", None, 2, None, naive(2026, 1, 1))
    )
    cursor.executemany("insert into t (id, name) values (%s, %s)", [(3, "c"), (4, None)])
    assert cursor.rowcount == 2
    binding = connect(paramstyle="qmark").cursor()
    binding.execute("insert into t values (?, ?, ?)", (5, None, naive(2026, 1, 2)))
    binding.executemany("insert into t (id, name) values (?, ?)", [(6, "f"), (7, None)])
    assert cursor.execute("select id, name, at from t order by id").fetchall() == [
        (1, "it's", None),
        (2, None, naive(2026, 1, 1)),
        (3, "c", None),
        (4, None, None),
        (5, None, naive(2026, 1, 2)),
        (6, "f", None),
        (7, None, None),
    ]


def test_columns_of_a_result_are_named_as_on_snowflake(cursor: SnowflakeCursor) -> None:
    """In upper case; what has no name is named by its text."""
    cursor.execute('select 1 as a, count(*), 2 as "b", sum(1)')
    assert [column.name for column in cursor.description] == ["A", "COUNT(*)", "b", "SUM(1)"]


def test_the_time_is_not_a_column_of_that_name(cursor: SnowflakeCursor) -> None:
    """`CURRENT_TIMESTAMP()` is the function, whatever columns a table has."""
    cursor.execute(
        "select current_timestamp()::date = current_date() as A from (select 'x' as \"CURRENT_TIMESTAMP\")"
    )
    assert cursor.fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("array_agg(x)", [1, 2]),
        ("array_agg(x) within group (order by x desc)", [2, 1]),
        ("array_agg(distinct x) within group (order by x)", [1, 2]),
        ("array_agg(iff(x > 2, x, null)) within group (order by x)", []),
        ("array_agg(x) over ()", [1, 2]),
        ("array_agg(x) within group (order by x desc) over (partition by 1)", [2, 1]),
        ("array_agg(array_size(x)) from (select array_agg(x) as x from nothing where x > 2)", [0]),
    ],
)
def test_array_agg_leaves_out_nulls(cursor: SnowflakeCursor, expression: str, expected: list[int]) -> None:
    """With an order or without; of nothing but NULLs, or of no rows at all, it makes an empty array."""
    query = f"select {expression}" + ("" if " from " in expression else " from rows_with_null")
    cursor.execute("create table nothing as select 1 as x")
    cursor.execute("create table rows_with_null as select 1 as x union all select null union all select 2")
    assert sorted(json.loads(cursor.execute(query).fetchall()[0][0])) == sorted(expected)
    if "order by" in expression:
        assert json.loads(cursor.execute(query).fetchall()[0][0]) == expected


MONDAY, SUNDAY = "'2026-01-05'::date", "'2026-01-04'::date"


@pytest.mark.parametrize(
    ("parameter", "monday", "sunday", "begin"),
    [(0, 1, 0, date(2025, 12, 29)), (1, 1, 7, date(2025, 12, 29)), (7, 2, 1, date(2026, 1, 4))],
)
def test_a_week_begins_as_week_start_says(
    connect: Connect, parameter: int, monday: int, sunday: int, begin: date
) -> None:
    """By the session's parameter or the account's; ISO's week days stay as they are."""
    query = (
        f"select dayofweek({MONDAY}), date_part(dow, {SUNDAY}), date_trunc('week', {SUNDAY})::date,"
        f" dayofweekiso({SUNDAY})"
    )
    expected = [(monday, sunday, begin, 7)]
    set_later = connect().cursor()
    before = set_later.execute(query).fetchall()
    set_later.execute(f"alter session set week_start = {parameter}")
    assert set_later.execute(query).fetchall() == expected
    set_later.execute("alter session unset week_start")
    assert set_later.execute(query).fetchall() == before
    at_once = connect(session_parameters={"WEEK_START": parameter}).cursor()
    assert at_once.execute(query).fetchall() == expected


@pytest.mark.parametrize("whose", ["account", "user sandbox"])
def test_week_start_of_account_and_user_is_that_of_later_sessions(connect: Connect, whose: str) -> None:
    """Not of those that are open; without it weeks begin on Monday again."""
    cursor = connect().cursor()
    try:
        cursor.execute(f"alter {whose} set week_start = 7")
        assert value(cursor, f"dayofweek({SUNDAY})") == 0
        assert value(connect().cursor(), f"dayofweek({SUNDAY})") == 1
    finally:
        cursor.execute(f"alter {whose} unset week_start")
    assert value(connect().cursor(), f"dayofweek({SUNDAY})") == 0
