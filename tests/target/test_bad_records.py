"""Bad records are put aside where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge.filling import SPILL_BYTES
from target_gcs_snowflake_merge.opening import open_loader
from target_gcs_snowflake_merge.run import Run
from target_gcs_snowflake_merge.settings import Settings

from .conftest import ITEM, Line, as_input, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from .conftest import World

BAD = [
    record("item", id="one"),
    record("item", name="no key"),
    record("item", id=3, price=1.234),
    b'{"type": "RECORD", "stream": "item", "record": {"id": 4, "price": NaN}}',
    b'{"type": "RECORD", "stream": "item", "record": {"id": 5',
    record("unknown", id=6),
]


def test_bad_records_are_put_aside_where_that_is_wanted(world: World) -> None:
    """The others are loaded, the STATE goes out, and each bad record says where and why."""
    good = [record("item", id=key, name="x") for key in (10, 11)]
    lines = [schema("item", ITEM, "id"), good[0], *BAD, good[1], state({"n": 9})]
    run = world.load(lines, on_bad_record="quarantine")
    assert run.states == [{"n": 9}]
    assert [row["ID"] for row in world.table("ITEM")] == [10, 11]
    rejected = {row["LINE"]: row for row in world.table("_REJECTED_RECORD")}
    assert sorted(rejected) == [3, 4, 5, 6, 7, 8]
    assert [rejected[line]["STREAM"] for line in sorted(rejected)] == ["item"] * 5 + ["unknown"]
    assert "'id'" in rejected[3]["REASON"]
    assert "no key" in rejected[4]["RAW_TEXT"]
    assert "1.234" in rejected[5]["RAW_TEXT"]
    assert "6 records" in run.errors


def test_a_bad_record_in_the_midst_of_many_has_its_own_line(world: World) -> None:
    """However many records are taken at a time, each keeps its line and its number, and its STATE.

    Lines that are empty are lines too.
    """
    bad = {3, 999, 1000, 1001, 1500, 2500, 3000}
    lines: list[Line] = [schema("item", ITEM, "id"), schema("other", {"id": {"type": "integer"}}, "id")]
    for number in range(1, 3001):
        value: dict[str, Any] = {"price": 1.234} if number in bad else {"name": "x"}
        lines.append(record("other" if number % 700 < 3 else "item", id=number, **value))
        if number == 600:
            lines += [b"", b" \r"]
        if number == 1200:
            lines.append(state({"n": number}))
    run = world.load([*lines, state({"n": 3000})], on_bad_record="quarantine", batch_size_rows=1200)
    others = {number for number in range(1, 3001) if number % 700 < 3}
    assert run.states[-1] == {"n": 3000}
    assert {row["ID"] for row in world.table("OTHER")} == others
    assert {row["ID"] for row in world.table("ITEM")} == set(range(1, 3001)) - others - bad
    rejected = {row["RECORD_SEQUENCE"]: row["LINE"] for row in world.table("_REJECTED_RECORD")}
    assert rejected == {number: number + 2 + 2 * (number > 600) + (number > 1200) for number in bad}


def test_too_many_bad_records_end_the_run(world: World) -> None:
    """At the limit the run fails; what was put aside before is kept."""
    lines = [schema("item", ITEM, "id"), *BAD, state({"n": 9})]
    run = world.run(lines, on_bad_record="quarantine", max_bad_records=2)
    assert run.returncode == 1
    assert run.states == []
    assert len(world.table("_REJECTED_RECORD")) == 2


def test_bad_records_wait_on_disk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where most records are bad they would fill the memory else: their batch may take long to be full."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.gcs.url)
    settings = Settings.from_config(world.config(on_bad_record="quarantine"))
    loader, _ = open_loader(settings)
    run = Run(settings, loader, tmp_path, lambda _: None)
    run.prepare()
    bad = record("item", id="x", name="x" * 1_000_000)
    count = SPILL_BYTES // 1_000_000 + 1
    for line in [schema("item", ITEM, "id"), *[bad] * count]:
        run.intake.process(as_input([line]))
    assert list(tmp_path.iterdir())
    run.finish()
    assert len(world.table("_REJECTED_RECORD")) == count
