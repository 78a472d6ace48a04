"""What a load costs is bounded: statements by streams, memory by nothing that is sent."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from .conftest import ITEM, Line, record, schema

if TYPE_CHECKING:
    from .conftest import World


def test_a_sync_of_small_streams_is_a_handful_of_statements(world: World) -> None:
    """One COPY and one MERGE per stream; what the schema and the ledger hold is asked once."""
    lines: list[Line] = []
    for number in range(10):
        lines += [schema(f"s{number}", ITEM, "id"), *(record(f"s{number}", id=i) for i in range(3))]
    world.load(lines)
    world.snowflake.clear_requests()
    world.load(lines)
    sent = [entry["statement"].split()[0] for entry in world.snowflake.requests() if entry["statement"]]
    assert {word: sent.count(word) for word in set(sent)} == {
        "SELECT": 2,
        "SHOW": 1,
        "CREATE": 10,
        "COPY": 10,
        "BEGIN": 10,
        "MERGE": 10,
        "INSERT": 11,  # ten batches, and the summary of the run
        "COMMIT": 10,
        "DROP": 10,
    }


def test_memory_does_not_grow_with_the_input(world: World) -> None:
    """100,000 records of 2 KB, 200 MB of JSON, pass through less than 300 MB of memory."""
    with world.start_command() as process:
        assert process.stdin
        assert process.stdout
        memory = psutil.Process(process.pid)
        peak = 0
        process.stdin.write(json.dumps(schema("item", ITEM, "id")).encode() + b"\n")
        filler = "x" * 1900
        for start in range(0, 100_000, 100):
            lines = (
                b'{"type":"RECORD","stream":"item","record":{"id":%d,"name":"%d%s","at":"2026-01-01T00:00:00Z"}}\n'
                % (number, number, filler.encode())
                for number in range(start, start + 100)
            )
            process.stdin.write(b"".join(lines))
            peak = max(peak, memory.memory_info().rss)
        process.stdin.close()
        while process.poll() is None:
            with suppress(psutil.Error):  # it has just ended
                peak = max(peak, memory.memory_info().rss)
            time.sleep(0.02)
        assert process.returncode == 0
    assert world.sql("select count(*) as N from ITEM") == [{"N": 100_000}]
    assert peak < 300 * 1024 * 1024
