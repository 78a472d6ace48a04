"""The lake: replayed where a table has to be rebuilt, swept where a run died."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from google.cloud import storage  # type: ignore[attr-defined]
from sandbox.servers import BUCKET
from target_gcs_snowflake_merge.replay import Window, batches
from target_gcs_snowflake_merge.sql.ledger import BEGINNING
from target_gcs_snowflake_merge.storage import Object
from target_gcs_snowflake_merge.sweep import orphans

from .conftest import TARGET, Run, World, record, schema
from .test_crash import wait_for_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

ITEM: dict[str, Any] = {
    "_source_org": {"type": "string"},
    "id": {"type": "integer"},
    "name": {"type": "string"},
    "doc": {"type": "object"},
}
NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)


def load(world: World, rows: Iterable[tuple[str, int, str]], **settings: Any) -> Run:
    """Load rows (organisation, id, name)."""
    records = [record("item", _source_org=org, id=key, name=name, doc={"n": key}) for org, key, name in rows]
    return world.load([schema("item", ITEM, "_source_org", "id"), *records], **settings)


def replay(world: World, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command `replay`."""
    return subprocess.run(
        [str(TARGET), "replay", *arguments],
        env=world.environment(**settings),
        capture_output=True,
        check=False,
    )


def test_a_table_is_rebuilt_from_the_lake(world: World) -> None:
    """Files alone bring back every row as it was last, through MERGE and ledger."""
    prefix = world.database
    load(world, [("a", 1, "old"), ("b", 2, "x")], prefix=prefix)
    load(world, [("a", 1, "new")], prefix=prefix)
    before = world.table("ITEM")
    world.sql(f'drop table "{world.database}"."RAW_TABLES"."ITEM"')
    result = replay(world, "--stream", "item", "--from", "2026-01-01", prefix=prefix)
    assert result.returncode == 0, result.stderr.decode()
    assert world.table("ITEM") == before
    assert world.sql("select DOC:n::int as N from ITEM where ID = 2") == [{"N": 2}]
    assert len(world.ledger()) == 4
    summary = f'from "{world.database}"."RAW_TABLES"."_RUN_SUMMARY" where STREAM is null'
    assert world.sql(f"select count(*) as N, sum(ROWS_READ) as R {summary}") == [{"N": 3, "R": 6}]
    assert world.leftovers() == set()


def test_files_of_a_batch_that_was_never_committed_are_left_out(world: World) -> None:
    """The tap has sent their records again, so without a key they would be there twice."""
    lines = [schema("event", ITEM), record("event", _source_org="a", id=1)]
    world.load(lines, prefix=world.database)
    world.snowflake.add_fault(statement="^COPY", signal="SIGKILL")
    world.run([lines[0], record("event", _source_org="a", id=2)], prefix=world.database)
    world.load([lines[0], record("event", _source_org="a", id=2)], prefix=world.database)
    world.sql("drop table EVENT")
    result = replay(world, "--stream", "event", "--from", "2026-01-01", prefix=world.database)
    assert result.returncode == 0, result.stderr.decode()
    assert [row["ID"] for row in world.table("EVENT")] == [1, 2]


def test_a_part_of_a_table_is_repaired(world: World) -> None:
    """Only the files of one organisation; rows that are right are left alone."""
    prefix = world.database
    load(world, [("a", 1, "x"), ("b", 2, "y")], prefix=prefix)
    world.sql("delete from ITEM")
    arguments = ("--stream", "item", "--from", "2026-01-01", "--org", "b")
    assert replay(world, *arguments, prefix=prefix).returncode == 0
    assert [row["ID"] for row in world.table("ITEM")] == [2]
    replay(world, *arguments, prefix=prefix)
    assert world.ledger()[-1]["ROWS_UNCHANGED"] == 1


@pytest.mark.parametrize(
    "window",
    [("nope", "2026-01-01"), ("item", "2026-01-01", "--org", "b"), ("item", "2999-01-01")],
    ids=["stream", "organisation", "days"],
)
def test_a_replay_of_nothing_is_an_error(world: World, window: tuple[str, ...]) -> None:
    """Somebody waits for a table: a stream, an organisation or days that the lake does not have are told."""
    load(world, [("a", 1, "x")], prefix=world.database)
    stream, first, *others = window
    result = replay(world, "--stream", stream, "--from", first, *others, prefix=world.database)
    assert result.returncode == 1
    assert f"The lake has no files of the stream {stream} in this window" in result.stderr.decode()


def test_tables_that_replaced_one_another_are_not_made_one(world: World) -> None:
    """Rows that the last run had no more would be back."""
    for key in (1, 2):
        load(world, [("a", key, "x")], prefix=world.database, load_method="overwrite")
    result = replay(world, "--stream", "item", "--from", "2026-01-01", prefix=world.database)
    assert result.returncode == 1
    assert b"load_method overwrite" in result.stderr
    assert [row["ID"] for row in world.table("ITEM")] == [2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_replay_between_two_batches(world: World, number: signal.Signals) -> None:
    """What has begun is finished; nothing is left over, and the exit code is the signal's."""
    for key in (1, 2):
        load(world, [("a", key, "x")], prefix=world.database)
    world.sql("delete from ITEM")
    world.snowflake.clear_requests()
    world.snowflake.add_fault(statement="^COPY", delay_seconds=3)
    with subprocess.Popen(
        [str(TARGET), "replay", "--stream", "item", "--from", "2026-01-01"],
        env=world.environment(prefix=world.database),
        stderr=subprocess.PIPE,
    ) as process:
        wait_for_statement(world, "CREATE OR REPLACE TRANSIENT")
        process.send_signal(number)
        _, errors = process.communicate()
    assert process.returncode == 128 + number
    assert f"Stopped by {number.name}".encode() in errors.splitlines()[-1]
    assert [row["ID"] for row in world.table("ITEM")] == [1]
    assert world.leftovers() == set()


def test_a_stream_without_a_key_is_not_doubled(world: World) -> None:
    """Its rows would be there twice, so the user has to make room first."""
    prefix = world.database
    world.load([schema("event", ITEM), record("event", _source_org="a", id=1)], prefix=prefix)
    result = replay(world, "--stream", "event", "--from", "2026-01-01", prefix=prefix)
    assert result.returncode == 1
    assert b"no key" in result.stderr
    world.sql(f'drop table "{world.database}"."RAW_TABLES"."EVENT"')
    assert replay(world, "--stream", "event", "--from", "2026-01-01", prefix=prefix).returncode == 0
    assert len(world.table("EVENT")) == 1


def written(name: str, minute: int) -> Object:
    """Return an object of the lake."""
    return Object(name, NOON + dt.timedelta(minutes=minute), is_ours=True)


def test_batches_are_replayed_in_the_order_in_which_they_were_committed() -> None:
    """A batch may arrive in the lake before the one before it.

    What is older than the ledger comes first, files outside the window or of another shape not at all.
    """
    objects = [
        written("item/org=a/date=2026-02-01/bb-0000.parquet", 5),
        written("item/org=a/date=2026-02-01/aa-0000.parquet", 9),
        written("item/org=b/date=2026-02-01/bb-0001.parquet", 6),
        written("item/org=b/date=2026-02-01/dd-0000.parquet", 9),
        written("item/org=a/date=2026-01-31/cc-0000.parquet", 1),
        written("item/readme.txt", 1),
    ]
    window = Window("item", dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    noon = NOON.replace(tzinfo=None)
    committed = [
        (BEGINNING, noon, None),
        ("bb", noon, noon + dt.timedelta(minutes=12)),
        ("aa", noon, noon + dt.timedelta(minutes=11)),
    ]
    names = [[each.name[-15:-8] for each in group] for group in batches(objects, window, committed)]
    assert names == [["dd-0000"], ["aa-0000"], ["bb-0000", "bb-0001"]]


def test_an_object_is_an_orphan_only_by_the_word_of_a_ledger_that_was_there() -> None:
    """Committed batches stay, and so does all that is older than the ledger."""
    objects = [
        written("item/date=2026-02-01/aa-0000.parquet", 5),
        written("item/date=2026-02-01/bb-0000.parquet", 5),
        written("item/date=2026-02-01/cc-0000.parquet", -5),
    ]
    committed = [("aa", NOON.replace(tzinfo=None), None)]
    assert orphans(objects, committed) == ["item/date=2026-02-01/bb-0000.parquet"]
    assert orphans(objects, []) == []


def test_the_objects_of_a_run_that_died_are_swept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once they are old enough, and nobody else's."""
    prefix = world.database
    load(world, [("a", 1, "x")], prefix=prefix)
    world.snowflake.add_fault(statement="^COPY", kill=True)
    with pytest.raises(AssertionError):
        load(world, [("a", 2, "y")], prefix=prefix)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.gcs.url)
    bucket = storage.Client(project="sandbox").bucket(BUCKET)
    folder = f"{prefix}/item/org=a/date={dt.datetime.now(dt.UTC):%Y-%m-%d}"
    bucket.blob(f"{folder}/ff-0000.parquet").upload_from_string(b"of somebody else")
    assert len(list(bucket.list_blobs(prefix=f"{prefix}/"))) == 3
    time.sleep(1.1)  # the names of staging tables tell their age in whole seconds
    run = load(world, [("a", 2, "y")], prefix=prefix, sweep_after_hours=0)
    assert len(list(bucket.list_blobs(prefix=f"{prefix}/"))) == 3
    assert "whose batch was never committed" in run.errors
    assert bucket.blob(f"{folder}/ff-0000.parquet").exists()
    assert world.leftovers() == set()
    assert [row["ID"] for row in world.table("ITEM")] == [1, 2]


def test_leftovers_of_dead_runs_are_swept_by_age(world: World) -> None:
    """An old staging table goes, a young one may belong to a run that is alive."""
    lines = [schema("item", ITEM, "id"), record("item", id=1)]
    world.load(lines)
    old, young = "_STAGING_20260101T000000Z_A", "_STAGING_29991231T000000Z_B"
    for name in (old, young):
        world.sql(f'create table "{world.database}"."RAW_TABLES"."{name}" (A int)')
    run = world.load(lines)
    assert world.leftovers() == {young}
    assert old in run.errors
