"""Files on the stages of users and tables, as other loaders of Snowflake put, read and remove them."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snowflake.connector.errors import ProgrammingError

if TYPE_CHECKING:
    from pathlib import Path

    from snowflake.connector.cursor import SnowflakeCursor

    from tests.sandbox.conftest import Connect

RECORDS: list[dict[str, Any]] = [
    {"id": 1, "name": "old", "labels": [{"a": 1}], "at": "2026-01-02T03:04:05.678901+00:00"},
    {"id": 2, "name": None, "labels": None, "at": None},
    {"id": 1, "name": "new", "labels": {"b": "ü"}, "at": "2026-01-02T05:04:05Z"},
]
MERGE = """
merge into t d using (
  select $1:id::number(38,0) as id, $1:name::varchar as name, $1:labels::variant as labels,
    $1:at::timestamp_ntz as at
  from '@~/loads/{run}'(file_format => "my-json")
  qualify row_number() over (partition by id order by seq8() desc) = 1
) s on d.id = s.id
when matched then update set d.name = s.name, d.labels = s.labels, d.at = s.at
when not matched then insert (id, name, labels, at) values (s.id, s.name, s.labels, s.at)
"""


def written(folder: Path, name: str, records: list[dict[str, Any]]) -> str:
    """Write lines of JSON, packed; return the URL of the file."""
    path = folder / name
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, records)).encode()))
    return f"file://{path}"


@pytest.fixture(autouse=True)
def _table(cursor: SnowflakeCursor) -> None:
    cursor.execute("create table t (id number(38,0), name varchar, labels variant, at timestamp_ntz)")


def test_rows_are_merged_from_the_stage_of_the_user(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    """PUT to a quoted user stage, MERGE from there, REMOVE: the last of several rows with one key wins."""
    cursor.execute("create or replace file format \"my-json\" type = 'JSON' compression = 'AUTO'")
    for run, records in enumerate((RECORDS, [{"id": 2, "name": "later"}])):
        file = written(tmp_path, f"{run}.json.gz", records)
        cursor.execute(f"put '{file}' '@~/loads/{run}'")
        merged = cursor.execute(MERGE.format(run=run)).fetchall()
        assert merged == [((2, 0), (0, 1))[run]]
        assert cursor.execute(f"remove '@~/loads/{run}/'").fetchall() == [
            (f"~/loads/{run}/{run}.json.gz", "removed")
        ]
    rows = cursor.execute("select id, name, labels, typeof(labels), at from t order by id").fetchall()
    assert rows == [
        (1, "new", '{"b":"ü"}', "OBJECT", datetime(2026, 1, 2, 5, 4, 5)),  # noqa: DTZ001 - NTZ
        (2, "later", None, None, None),
    ]
    cursor.execute(MERGE.format(run=0))
    assert cursor.fetchall() == [(0, 0)]


def test_a_file_format_is_dropped(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    """What was dropped can no longer be used; IF EXISTS forgives."""
    cursor.execute("create file format \"my-json\" type = 'JSON'")
    cursor.execute('drop file format "my-json"')
    cursor.execute(f"put '{written(tmp_path, '0.json.gz', RECORDS)}' '@~/loads/dropped'")
    for statement in (MERGE.format(run="dropped"), 'drop file format "my-json"'):
        with pytest.raises(ProgrammingError, match=r"my-json.* does not exist"):
            cursor.execute(statement)
    cursor.execute('drop file format if exists "my-json"')
    cursor.execute("remove @~/loads/dropped")


def test_parquet_is_queried_where_it_is_staged(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    """A row of Parquet is one value, `$1`, too."""
    cursor.execute("create stage box")
    cursor.execute("create file format pq type = parquet")
    pq.write_table(pa.table({"id": [7], "name": ["x"]}), tmp_path / "1.parquet")
    cursor.execute(f"put 'file://{tmp_path}/1.parquet' @box/a auto_compress = false")
    query = "select f.$1:id::int, f.$1:name::varchar from @box/a (file_format => pq) f"
    assert cursor.execute(query).fetchall() == [(7, "x")]


def test_json_is_copied_by_the_names_of_columns(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    """From a quoted table stage, with the option in quotes: a VARIANT is real, a file is loaded once."""
    cursor.execute("select current_schema()")
    (schema,) = cursor.fetchall()[0]
    folder = f'@"{schema}"."%T"/"1795676005.27659"'
    cursor.execute(
        f"PUT '{written(tmp_path, '1.jsonl.gz', RECORDS)}' '{folder}' OVERWRITE = TRUE, AUTO_COMPRESS = FALSE"
    )
    copy = (
        f'COPY INTO "{schema}"."T" FROM \'{folder}/1.jsonl.gz\' '
        "FILE_FORMAT = (TYPE = 'JSON', BINARY_FORMAT = 'BASE64') MATCH_BY_COLUMN_NAME='CASE_INSENSITIVE'"
    )
    for status, rows in (("LOADED", 3), ("LOAD_SKIPPED", 0)):
        (answer,) = cursor.execute(copy).fetchall()
        assert answer[1:4] == (status, rows, rows)
    found = cursor.execute("select id, name, labels[0]:a::int, at from t order by at, id").fetchall()
    assert found == [
        (1, "old", 1, datetime(2026, 1, 2, 3, 4, 5, 678901)),  # noqa: DTZ001 - NTZ
        (1, "new", None, datetime(2026, 1, 2, 5, 4, 5)),  # noqa: DTZ001
        (2, None, None, None),
    ]


def test_a_value_that_does_not_fit_aborts_the_copy_of_json(cursor: SnowflakeCursor, tmp_path: Path) -> None:
    """Nothing of the file is loaded, nor remembered as loaded."""
    cursor.execute(f"put '{written(tmp_path, '1.json.gz', [*RECORDS, {'id': 'x'}])}' @%t")
    with pytest.raises(ProgrammingError):
        cursor.execute(
            "copy into t from @%t file_format = (type = json) match_by_column_name = case_insensitive"
        )
    assert cursor.execute("select count(*) from t").fetchall() == [(0,)]


def test_several_statements_come_in_one_call(connect: Connect) -> None:
    """They run in order; a semicolon in a literal ends none; the last result is the answer."""
    cursor = connect().cursor()
    cursor.execute(
        "insert into t (id, name) values (1, 'a;b'); -- a remark; with one\n"
        "update t set id = 2;\nselect id, name from t;",
        num_statements=0,
    )
    assert cursor.fetchall() == [(2, "a;b")]
