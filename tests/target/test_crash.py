"""Whoever dies, and whenever: after a run from the last STATE the tables equal the truth."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from .conftest import Line, World, as_input, record, schema, state
from .source import KEYS, PROPERTIES, require_truth, tap

if TYPE_CHECKING:
    from pathlib import Path

STEPS = {
    "create table": '^CREATE TABLE IF NOT EXISTS .*"ITEM"',
    "read the catalog": "^SELECT TABLE_NAME",
    "create staging": "^CREATE OR REPLACE TRANSIENT",
    "copy": "^COPY INTO",
    "begin": "^BEGIN",
    "merge": "^MERGE INTO",
    "ledger": '^INSERT INTO .*_LOAD_LEDGER.*"RUN_ID"',
    "commit": "^COMMIT",
    "drop": "^DROP TABLE",
}
RECORDS_OF_A_RUN = 100
SIGNALS = {"SIGKILL": -signal.SIGKILL, "SIGTERM": 128 + signal.SIGTERM}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_life_of_kills_loses_nothing_and_doubles_nothing(world: World, number: str, when: str) -> None:
    """Each run dies at the next step of the protocol; one that is left in peace makes all of it good."""
    spoilt = [(world.snowflake, {"statement": statement}) for statement in STEPS.values()]
    spoilt.insert(2, (world.gcs, {"path": "/upload/"}))
    done, sent = 0, 0
    for server, place in spoilt:
        sent += RECORDS_OF_A_RUN
        server.add_fault(**place, when=when, signal=number)
        run = world.run(tap(done, sent), prefix=world.database)
        assert run.returncode == SIGNALS[number], (place, run.errors)
        assert "Traceback" not in run.errors
        done = run.states[-1]["done"] if run.states else done
        server.clear_faults()
    world.load(tap(done, sent + 1), prefix=world.database, sweep_after_hours=0)
    require_truth(world, sent + 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_between_two_messages(world: World, number: signal.Signals) -> None:
    """The exit code says so, no STATE covers what is not committed, and the next run completes it."""
    with world.start(prefix=world.database) as process:
        process.stdin.write(as_input(tap(0, 200)))
        process.stdin.flush()
        wait_for_statement(world, "SHOW STAGES")
        process.send_signal(number)
        assert process.wait() == 128 + number
        assert process.stdout.read() == b""
    world.load(tap(0, 200), prefix=world.database)
    require_truth(world, 200)


def test_a_signal_during_a_load_waits_for_it(world: World) -> None:
    """A batch that is on its way is committed and its STATE goes out; the rest is not."""
    world.snowflake.add_fault(statement="^MERGE", delay_seconds=2)
    with world.start(batch_size_rows=1000) as process:
        lines = [schema("item", PROPERTIES, "id"), *(record("item", id=i, v="x") for i in range(1000))]
        process.stdin.write(as_input([*lines, state({"done": 1000}), record("item", id=1001, v="x")]))
        process.stdin.flush()
        wait_for_statement(world, "MERGE INTO")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)  # of Meltano, which was in the group that got the first one
        assert process.wait() == 128 + signal.SIGTERM
        assert process.stdout.read() == b'{"done": 1000}\n'
    assert len(world.table("ITEM")) == 1000


def test_who_interrupts_twice_does_not_wait(world: World) -> None:
    """Ctrl-C once more ends the process in the midst of a load; the next run completes it."""
    world.snowflake.add_fault(statement="^MERGE", delay_seconds=20)
    with world.start(prefix=world.database) as process:
        process.stdin.write(as_input(tap(0, 100)))
        process.stdin.close()
        wait_for_statement(world, "MERGE INTO")
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait() == -signal.SIGINT
    world.snowflake.clear_faults()
    world.load(tap(0, 100), prefix=world.database, sweep_after_hours=0)
    require_truth(world, 100)


def test_a_signal_ends_a_batch_message_in_the_midst(world: World, tmp_path: Path) -> None:
    """What is on its way is committed, the rest of its files is not read; the next run completes it."""
    file = tmp_path / "items.jsonl"
    file.write_text("".join(f'{{"id": {number}, "v": "x"}}\n' for number in range(10_000)))
    message = {
        "type": "BATCH",
        "stream": "item",
        "encoding": {"format": "jsonl"},
        "manifest": [file.as_uri()],
    }
    lines: list[Line] = [schema("item", PROPERTIES, "id"), message, state({"done": 1})]
    world.snowflake.add_fault(statement="^MERGE", delay_seconds=1, times=None)
    with world.start(batch_size_rows=1000) as process:
        process.stdin.write(as_input(lines))
        process.stdin.flush()
        wait_for_statement(world, "MERGE INTO")
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM
        assert process.stdout.read() == b""
    world.snowflake.clear_faults()
    assert 0 < len(world.table("ITEM")) < 10_000
    assert world.load(lines).states == [{"done": 1}]
    assert len(world.table("ITEM")) == 10_000


def test_a_signal_ends_the_wait_for_a_warehouse_that_is_away(world: World) -> None:
    """Long before the patience of five minutes is at its end."""
    world.snowflake.add_fault(statement="^MERGE", drop=True, times=None)
    with world.start(prefix=world.database) as process:
        process.stdin.write(as_input(tap(0, 100)))
        process.stdin.close()
        wait_for_statement(world, "MERGE INTO")
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM
    world.snowflake.clear_faults()
    world.load(tap(0, 100), prefix=world.database, sweep_after_hours=0)
    require_truth(world, 100)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_life_of_kills_at_any_time_loses_nothing_and_doubles_nothing(world: World, seed: int) -> None:
    """Whatever it was about to do, while the tap still sends."""
    chance = random.Random(seed)  # noqa: S311 - the same times in each run
    done = 0
    for _ in range(4):
        with world.start(prefix=world.database, batch_size_rows=chance.choice([7, 40])) as process:
            threading.Timer(chance.uniform(0.2, 3.0), process.send_signal, [signal.SIGKILL]).start()
            with suppress(BrokenPipeError):
                for line in tap(done, 2_000):
                    process.stdin.write(as_input([line]))
                    process.stdin.flush()
                    time.sleep(0.002)
            with suppress(BrokenPipeError):
                process.stdin.close()
            assert process.wait() == -signal.SIGKILL
            states = process.stdout.read().splitlines()
        done = json.loads(states[-1])["done"] if states else done
    world.load(tap(done, 2_000), prefix=world.database)
    time.sleep(1.1)  # what the last one that died was about to make may be there only now
    world.load(tap(2_000, 2_001), prefix=world.database, sweep_after_hours=0)
    require_truth(world, 2_001)


def wait_for_statement(world: World, beginning: str, times: int = 1) -> list[str]:
    """Wait until the warehouse has seen a statement so often, and return what it has seen."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        sent = [entry["statement"] or "" for entry in world.snowflake.requests()]
        if len(seen := [statement for statement in sent if statement.startswith(beginning)]) >= times:
            return seen
        time.sleep(0.1)
    raise subprocess.TimeoutExpired(beginning, 60)


def test_two_runs_at_the_same_time_lose_nothing(world: World) -> None:
    """Both load the same table; each row is there once, as both sent it last."""
    world.load(tap(0, 1), prefix=world.database)
    with world.start(prefix=world.database) as one, world.start(prefix=world.database) as other:
        lines = as_input(tap(0, 3 * KEYS))
        for process in (one, other):
            process.stdin.write(lines)
            process.stdin.close()
        assert one.wait() == other.wait() == 0
    require_truth(world, 3 * KEYS)
