"""The input is read line by line, and batches are looked at while no line comes."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import time
from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge.lines import lines_of

from .conftest import SCHEMA, World, as_input, record, schema, state

if TYPE_CHECKING:
    from tests.process import Process

LONGEST_SECONDS = 60
ID = {"id": {"type": "integer"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b"a\nb", [b"a", b"b"]),
        (b"\na\r\n \n\nb\n", [b"", b"a\r", b" ", b"", b"b"]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n", [b"a", b"\xef\xbb\xbfb"]),
        (b"x" * 3_000_000 + b"\ny\n", [b"x" * 3_000_000, b"y"]),
    ],
)
def test_lines_are_whole(text: bytes, expected: list[bytes]) -> None:
    """Whatever is read at a time; the last one needs no end, and empty ones count."""
    lines = lines_of(io.BytesIO(text))
    assert [line for some in iter(lambda: lines.take(1), []) for line in some or ()] == expected


def test_silence_is_not_the_end() -> None:
    """Half a line waits for the rest of it."""
    read, write = os.pipe()
    with os.fdopen(read, "rb") as file, os.fdopen(write, "wb", buffering=0) as tap:
        lines = lines_of(file)
        tap.write(b"ha")
        assert lines.take(0.01) is None
        assert lines.take(0.01) is None
        tap.write(b"lf\nnext\n")
        assert [lines.take(1), lines.take(0.01)] == [[b"half", b"next"], None]
        tap.close()
        assert lines.take(1) == []


def states_so_far(process: Process) -> list[object]:
    """Return the states that a run has emitted until now."""
    return [json.loads(line) for line in os.pread(process.stdout.fileno(), 1 << 16, 0).splitlines()]


def test_a_batch_of_age_is_loaded_while_the_tap_is_silent(world: World) -> None:
    """Its rows are there and its STATE is out before the next line comes."""
    with world.start(batch_age_seconds=1) as process:
        process.stdin.write(as_input([schema("slow", ID, "id"), record("slow", id=1), state({"n": 1})]))
        process.stdin.flush()
        deadline = time.monotonic() + LONGEST_SECONDS
        while not states_so_far(process) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert states_so_far(process) == [{"n": 1}]
        assert [row["ID"] for row in world.table("SLOW")] == [1]
        output, errors = process.communicate(as_input([record("slow", id=2), state({"n": 2})]))
    assert process.returncode == 0, errors.decode()
    assert json.loads(output.splitlines()[-1]) == {"n": 2}
    assert [row["ID"] for row in world.table("SLOW")] == [1, 2]


def test_a_batch_of_age_is_loaded_while_lines_of_another_stream_come(world: World) -> None:
    """A tap that is never silent for long, and says no STATE, holds nothing up."""
    first = [schema("slow", ID, "id"), schema("other", ID, "id"), record("slow", id=1)]
    with world.start(batch_age_seconds=1) as process:
        process.stdin.write(as_input(first))
        deadline = time.monotonic() + LONGEST_SECONDS
        merge = f'MERGE INTO "{world.database}"."{SCHEMA}"."SLOW"'
        while not any((each["statement"] or "").startswith(merge) for each in world.snowflake.requests()):
            assert time.monotonic() < deadline, "it waits for the end"
            process.stdin.write(as_input([record("other", id=1)]))
            process.stdin.flush()
            time.sleep(0.2)


@pytest.mark.parametrize("keys", [("id",), ()], ids=["", "sets that no key tells of"])
def test_few_records_may_fill_a_batch(world: World, keys: tuple[str, ...]) -> None:
    """Its bytes count, though a thousand rows are far away and no STATE comes."""
    described = schema("item", {**ID, "blob": {"type": "string"}}, *keys)
    assert isinstance(described, dict)
    described["schema"]["x-complete-set-of"] = [] if keys else ["id"]
    texts = (base64.b64encode(random.Random(key).randbytes(3_000_000)).decode() for key in range(12))  # noqa: S311 - no secret
    rows = [record("item", id=key, blob=text) for key, text in enumerate(texts)]
    world.load([described, *rows, state({"n": 1})], batch_size_mb=1)
    assert [row["ID"] for row in world.sql("select ID from ITEM order by ID")] == list(range(12))
    assert len(world.ledger()) > 1
