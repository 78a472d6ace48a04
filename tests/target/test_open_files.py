"""However many streams and organisations there are: a run does not end for want of open files."""

from __future__ import annotations

import gc
import json
import subprocess
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from target_gcs_snowflake_merge.errors import FatalLoadError
from target_gcs_snowflake_merge.parquet import ROW_GROUP_BYTES, Encoder, PartWriter

from .conftest import TARGET, as_input, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Line, World

PROPERTIES: dict[str, Any] = {
    "_source_org": {"type": "string"},
    "id": {"type": "integer"},
    "text": {"type": "string"},
}
STREAMS, ORGANISATIONS = 5, 60
TEXT = "x" * 60_000  # so that rows have to go to disk before all have come


def load_with_few_files(world: World, lines: list[Line]) -> None:
    """Load in a process that may open 256 files, and no more if it asks; it must end well, with its STATE."""
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 256 && exec "$0" --config=ENV', str(TARGET)],
        env=world.environment(),
        input=as_input([*lines, state({"n": 1})]),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    assert json.loads(done.stdout) == {"n": 1}


def test_more_organisations_than_files_may_be_open(world: World) -> None:
    """Batches are loaded earlier."""
    names = [f"s{number}" for number in range(STREAMS)]
    lines: list[Line] = [schema(name, PROPERTIES, "_source_org", "id") for name in names]
    lines += [
        record(name, _source_org=f"o{number}", id=1, text=TEXT)
        for number in range(ORGANISATIONS)
        for name in names
    ]
    load_with_few_files(world, lines)
    for name in names:
        (counted,) = world.sql(f"select count(*) as N from {name}")
        assert counted == {"N": ORGANISATIONS}


def test_more_files_than_one_copy_takes(world: World) -> None:
    """A batch of more than 1,000 organisations is copied by several statements, into one staging table."""
    lines: list[Line] = [schema("item", PROPERTIES, "_source_org", "id")]
    lines += [record("item", _source_org=f"o{number}", id=1, text="x") for number in range(1_100)]
    world.load(lines)
    assert world.sql("select count(*) as N, count(distinct _SOURCE_ORG) as O from ITEM") == [
        {"N": 1_100, "O": 1_100}
    ]
    sent = [each["statement"] or "" for each in world.snowflake.requests()]
    assert len([each for each in sent if each.startswith("COPY")]) == 2
    (entry,) = world.ledger()
    assert len(json.loads(entry["FILES"])) == 1_100
    assert len(json.loads(entry["ORGANISATIONS"])) == 1_100
    assert max(len(each) for each in sent if not each.startswith("COPY")) < 5_000


def test_a_file_that_is_finished_takes_no_memory(tmp_path: Path) -> None:
    """A batch may have a thousand, which wait until they are loaded."""
    rows = pa.RecordBatch.from_pydict({"id": [1]})
    encoder = Encoder()
    part = PartWriter(tmp_path / "part.parquet", rows.schema, encoder)
    part.write(rows)
    part.close()
    encoder.close()
    assert pq.read_table(part.path).to_pylist() == [{"id": 1}]
    assert not [each for each in gc.get_objects() if isinstance(each, pq.ParquetWriter)]


def test_rows_that_come_in_small_portions_are_one_row_group(tmp_path: Path) -> None:
    """Of each group Arrow keeps 1 kB a column: of many streams that take turns they would fill the memory."""
    encoder = Encoder()
    part = PartWriter(tmp_path / "part.parquet", pa.schema([("id", pa.int64())]), encoder)
    for number in range(100):
        part.write(pa.RecordBatch.from_pydict({"id": [number]}))
        part.flush()
    part.close()
    large = PartWriter(tmp_path / "large.parquet", pa.schema([("text", pa.string())]), encoder)
    megabytes = 3 * ROW_GROUP_BYTES // 1_000_000
    for number in range(megabytes):
        large.write(pa.RecordBatch.from_pydict({"text": [f"{number:<100000}"] * 10}))
        large.flush()
    large.close()
    encoder.close()
    written = pq.ParquetFile(part.path)
    assert written.num_row_groups == 1
    assert written.read().to_pydict() == {"id": list(range(100))}
    assert pq.ParquetFile(large.path).num_row_groups == 3
    assert [str(text).strip() for text in pq.read_table(large.path)["text"].to_pylist()[::10]] == [
        str(number) for number in range(megabytes)
    ]


def test_rows_that_are_still_on_their_way_are_in_the_file(tmp_path: Path) -> None:
    """It is closed while the thread that writes has them."""
    encoder = Encoder()
    for number in range(20):
        part = PartWriter(tmp_path / f"{number}.parquet", pa.schema([("id", pa.int64())]), encoder)
        part.write(pa.RecordBatch.from_pydict({"id": list(range(20_000))}))
        part.flush()
        part.close()
        assert pq.ParquetFile(part.path).metadata.num_rows == 20_000
    encoder.close()


def test_a_file_that_cannot_be_opened_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Where the disk is full, say; the run ends as it does for all that will fail again."""
    encoder = Encoder()
    with pytest.raises(FatalLoadError, match="cannot be written to the temporary folder"):
        PartWriter(tmp_path / "gone" / "part.parquet", pa.schema([("id", pa.int64())]), encoder)
    encoder.close()


def test_sets_of_more_organisations_than_files_may_be_open(world: World) -> None:
    """Sets that are not whole are loaded when nothing else has a file open: no run goes in circles."""
    lines: list[Line] = [schema("other", PROPERTIES, "_source_org", "id")]
    for name in ("one", "two"):
        described = schema(name, PROPERTIES, "_source_org", "id")
        assert isinstance(described, dict)
        described["schema"]["x-complete-set-of"] = ["id"]
        lines.append(described)
    lines += [
        record(name, _source_org=f"o{number}", id=each, text=TEXT)
        for each in range(4)
        for number in range(ORGANISATIONS)
        for name in ("one", "two", *(["other"] if number == 0 else []))
    ]
    load_with_few_files(world, lines)
    for name in ("one", "two"):
        (counted,) = world.sql(f"select count(*) as N from {name}")
        assert counted == {"N": 4 * ORGANISATIONS}
