"""COPY INTO from Parquet on a gcs:// stage, as a loader runs it and reads its answer."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snowflake.connector.errors import ProgrammingError

if TYPE_CHECKING:
    from google.cloud import storage  # type: ignore[attr-defined]
    from snowflake.connector.cursor import SnowflakeCursor

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
BIG = 99_999_999_999_999_999_999_999_999_999_999_999_999
COPY = (
    "copy into t from @lake files = ({files}) file_format = (type = parquet use_logical_type = true "
    "use_vectorized_scanner = true) match_by_column_name = case_insensitive on_error = abort_statement"
)


def put(bucket: storage.Bucket, file: str, **columns: Any) -> None:
    """Upload a Parquet file with these columns."""
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="snappy")
    bucket.blob(f"github/{file}").upload_from_string(sink.getvalue(), if_generation_match=0)


def copy(*files: str) -> str:
    """Return the COPY INTO of some files."""
    return COPY.format(files=", ".join(f"'{name}'" for name in files))


@pytest.fixture(autouse=True)
def _stage(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    cursor.execute(
        f"create stage lake url = 'gcs://{bucket.name}/github/' storage_integration = an_integration"
    )
    cursor.execute("create table t (id number(38,0), name varchar, at timestamp_ntz, v variant)")


def test_files_land_and_the_answer_says_so(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """One row per file, with Snowflake's column names; columns are matched whatever their case."""
    put(bucket, "a/1.parquet", id=[1, 2], NAME=["x", None])
    put(bucket, "a/2.parquet", id=[3], name=["z"])
    cursor.execute(copy("a/1.parquet", "a/2.parquet"))
    assert [column.name for column in cursor.description] == [
        "file",
        "status",
        "rows_parsed",
        "rows_loaded",
        "error_limit",
        "errors_seen",
        "first_error",
        "first_error_line",
        "first_error_character",
        "first_error_column_name",
    ]
    base = f"gcs://{bucket.name}/github"
    assert cursor.fetchall() == [
        (f"{base}/a/1.parquet", "LOADED", 2, 2, 1, 0, None, None, None, None),
        (f"{base}/a/2.parquet", "LOADED", 1, 1, 1, 0, None, None, None, None),
    ]
    assert cursor.execute("select id, name, at from t order by id").fetchall() == [
        (1, "x", None),
        (2, None, None),
        (3, "z", None),
    ]


def test_a_file_is_loaded_once_per_table(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """A second COPY skips the file, FORCE does not; another table knows nothing of it."""
    put(bucket, "1.parquet", id=[1])
    cursor.execute(copy("1.parquet"))
    (skipped,) = cursor.execute(copy("1.parquet")).fetchall()
    assert skipped[1:4] == ("LOAD_SKIPPED", 0, 0)
    (forced,) = cursor.execute(copy("1.parquet") + " force = true").fetchall()
    assert forced[1] == "LOADED"
    cursor.execute("create table u like t")
    (other,) = cursor.execute(copy("1.parquet").replace("into t", "into u")).fetchall()
    assert other[1] == "LOADED"
    cursor.execute("create or replace table t (id int)")
    (renewed,) = cursor.execute(copy("1.parquet")).fetchall()
    assert renewed[1] == "LOADED"


def test_a_missing_file_is_an_error_and_nothing_lands(
    cursor: SnowflakeCursor, bucket: storage.Bucket
) -> None:
    """One name that is not there fails the statement as a whole."""
    put(bucket, "1.parquet", id=[1])
    with pytest.raises(ProgrammingError, match=r"nope\.parquet' was not found") as caught:
        cursor.execute(copy("1.parquet", "nope.parquet"))
    assert caught.value.errno == 91016
    assert cursor.execute("select count(*) from t").fetchall() == [(0,)]
    (row,) = cursor.execute(copy("1.parquet")).fetchall()
    assert row[1] == "LOADED"


def test_a_value_that_does_not_fit_aborts_the_statement(
    cursor: SnowflakeCursor, bucket: storage.Bucket
) -> None:
    """ABORT_STATEMENT: of several files none is loaded, nor remembered as loaded."""
    put(bucket, "1.parquet", id=["1"])
    put(bucket, "2.parquet", id=["not a number"])
    with pytest.raises(ProgrammingError):
        cursor.execute(copy("1.parquet", "2.parquet"))
    assert cursor.execute("select count(*) from t").fetchall() == [(0,)]
    (row,) = cursor.execute(copy("1.parquet")).fetchall()
    assert row[1] == "LOADED"


def test_every_type_survives(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """38 digits, exact decimals, microseconds in UTC, dates, bytes, NULLs."""
    cursor.execute(
        "create table types (id number(38,0), n number(38,10), at timestamp_ntz, d date, b binary, f float, "
        "t boolean, c time)"
    )
    put(
        bucket,
        "1.parquet",
        id=pa.array([BIG, None], pa.decimal128(38, 0)),
        n=pa.array([Decimal("0.0000000001"), None], pa.decimal128(38, 10)),
        at=pa.array([MOMENT, None], pa.timestamp("us", tz="UTC")),
        d=pa.array([MOMENT.date(), None]),
        b=pa.array([b"\x00\xff", None]),
        f=pa.array([0.1, None]),
        t=pa.array([True, None]),
        c=pa.array([MOMENT.time(), None]),
    )
    cursor.execute(copy("1.parquet").replace("into t", "into types"))
    cursor.execute("select * from types order by id")
    assert cursor.fetchall() == [
        (
            BIG,
            Decimal("0.0000000001"),
            MOMENT.replace(tzinfo=None),
            MOMENT.date(),
            b"\x00\xff",
            0.1,
            True,
            MOMENT.time(),
        ),
        (None,) * 8,
    ]


def test_json_text_stays_text_in_a_variant(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """MATCH_BY_COLUMN_NAME makes a string of it, as on Snowflake: loaders parse it afterwards."""
    put(bucket, "1.parquet", id=[1], v=['{"a": 1}'])
    cursor.execute(copy("1.parquet"))
    assert cursor.execute("select typeof(v), v:a from t").fetchall() == [("VARCHAR", None)]


def test_timestamps_need_the_logical_type(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """Without USE_LOGICAL_TYPE a timestamp would be read as seconds: the sandbox refuses it."""
    put(bucket, "1.parquet", id=[1], at=pa.array([MOMENT], pa.timestamp("us", tz="UTC")))
    with pytest.raises(ProgrammingError, match="USE_LOGICAL_TYPE"):
        cursor.execute(copy("1.parquet").replace("use_logical_type = true", ""))


def test_a_named_file_format_is_used(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """FORMAT_NAME stands for the options of the format."""
    cursor.execute("create file format if not exists pq type = parquet use_logical_type = true")
    put(bucket, "1.parquet", id=[1], at=pa.array([MOMENT], pa.timestamp("us", tz="UTC")))
    cursor.execute(
        "copy into t from @lake files = ('1.parquet') file_format = (format_name = 'pq') "
        "match_by_column_name = case_insensitive"
    )
    assert cursor.execute("select at from t").fetchall() == [(MOMENT.replace(tzinfo=None),)]


def test_a_prefix_and_a_pattern_choose_files(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """A path below the stage and a PATTERN select; what they miss is not loaded."""
    for name in ("a/1.parquet", "a/2.parquet", "b/1.parquet", "a/3.txt"):
        put(bucket, name, id=[1])
    cursor.execute(
        "copy into t from @lake/a/ pattern = '.*[.]parquet' "
        "file_format = (type = parquet) match_by_column_name = case_insensitive"
    )
    assert [row[0].rsplit("/", 2)[1:] for row in cursor.fetchall()] == [
        ["a", "1.parquet"],
        ["a", "2.parquet"],
    ]


def test_nothing_to_load_is_said(cursor: SnowflakeCursor) -> None:
    """An empty prefix is no error, but one status."""
    cursor.execute("copy into t from @lake/none/ file_format = (type = parquet)")
    assert cursor.fetchall() == [("Copy executed with 0 files processed.",)]


def test_columns_can_be_chosen_by_a_query(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """COPY INTO t (a, b) FROM (SELECT $1:a, $1:b FROM @stage) transforms while it loads."""
    put(bucket, "1.parquet", key=[7], label=["x"])
    cursor.execute(
        "copy into t (id, name) from (select $1:key::int, $1:label::varchar from @lake) "
        "files = ('1.parquet') file_format = (type = parquet)"
    )
    assert cursor.execute("select id, name from t").fetchall() == [(7, "x")]


def test_a_copy_is_part_of_its_transaction(cursor: SnowflakeCursor, bucket: storage.Bucket) -> None:
    """ROLLBACK takes rows and load metadata back."""
    put(bucket, "1.parquet", id=[1])
    cursor.execute("begin")
    cursor.execute(copy("1.parquet"))
    cursor.execute("rollback")
    assert cursor.execute("select count(*) from t").fetchall() == [(0,)]
    (row,) = cursor.execute(copy("1.parquet")).fetchall()
    assert row[1] == "LOADED"


def test_quoted_names_and_temporary_tables_are_targets(
    cursor: SnowflakeCursor, bucket: storage.Bucket
) -> None:
    """The table may be quoted, named in full, or temporary."""
    cursor.execute("select current_schema()")
    (schema,) = cursor.fetchall()[0]
    put(bucket, "1.parquet", id=[1])
    for create in ("create table", "create or replace temporary table"):
        cursor.execute(f'{create} "TEST"."{schema}"."order by" ("id" int)')
        cursor.execute(copy("1.parquet").replace("into t", f'into "TEST"."{schema}"."order by"'))
        assert cursor.execute('select "id" from "order by"').fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("statement", "number"),
    [
        (copy("x.parquet").replace("into t", "into nope"), 2003),
        (copy("x.parquet").replace("@lake", "@nope"), 2003),
        (copy("x.parquet").replace("case_insensitive", "sometimes"), 1008),
        (copy(*(f"{number}.parquet" for number in range(1001))), 1013),
    ],
)
def test_mistakes_are_errors_of_snowflake(cursor: SnowflakeCursor, statement: str, number: int) -> None:
    """A missing table or stage, a wrong option, too many files."""
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(statement)
    assert caught.value.errno == number
