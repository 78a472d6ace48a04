"""What stumbles is tried again: the same run comes through, and the ledger knows the batch once."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import record, schema, state
from .source import require_truth, rows, tap
from .test_crash import STEPS

if TYPE_CHECKING:
    from .conftest import World

AS_JSON = {"content-type": "application/json"}
LOCKED = (
    '{"success": false, "code": "000625", "message": "Statement aborted because of too many waiters.",'
    ' "data": {"errorCode": "000625", "sqlState": "57014", "queryId": "0"}}'
)
EXPIRED = '{"success": false, "code": "390114", "message": "Authentication token has expired.", "data": {}}'
FAULTS: dict[str, dict[str, Any]] = {
    "lost": {"drop": True},
    "expired": {"status": 200, "headers": AS_JSON, "body": EXPIRED},
    "busy": {"status": 503},
    "cut": {"truncate_bytes": 10},
}
STATUS = {
    "name": "status",
    "type": "text",
    "nullable": True,
    "length": 100,
    "byteLength": 400,
    **dict.fromkeys(("precision", "scale", "collation")),
}
NOTHING_COPIED = json.dumps(
    {
        "success": True,
        "data": {
            "rowtype": [STATUS],
            "rowset": [["Copy executed with 0 files processed."]],
            "total": 1,
            "returned": 1,
            "queryResultFormat": "json",
            "parameters": [],
            "queryId": "01b0c0de-0000-0000-0000-000000000000",
        },
    }
)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_statement_may_fail_once(world: World, fault: str, when: str) -> None:
    """Even COMMIT, whose outcome is not known then: the ledger is asked before the work is done again."""
    for statement in STEPS.values():
        world.snowflake.add_fault(statement=statement, when=when, **FAULTS[fault])
    world.load(tap(0, 300), prefix=world.database)
    require_truth(world, 300)
    assert len(world.ledger()) == 1


def test_a_ledger_gets_its_beginning_though_the_one_who_made_it_came_no_further(world: World) -> None:
    """Be it another run, which died, or an attempt of this one; there is one beginning."""
    beginning = "^INSERT INTO .*_LOAD_LEDGER"
    world.snowflake.add_fault(statement=beginning, signal="SIGKILL")
    world.run(tap(0, 1), prefix=world.database)
    world.snowflake.add_fault(statement=beginning, **FAULTS["expired"])
    for _ in range(2):
        world.load(tap(0, 1), prefix=world.database)
    assert len(world.sql("select BATCH_ID from _LOAD_LEDGER where COMMITTED_AT is null")) == 1


def test_rows_without_a_key_are_not_appended_twice(world: World) -> None:
    """An INSERT waits for no lock: what is added without a key needs one all the same."""
    world.snowflake.add_fault(statement=STEPS["commit"], when="after", **FAULTS["expired"])
    world.load(tap(0, 100), prefix=world.database, load_method="append-only")
    require_truth(world, 100)
    assert len(world.ledger()) == 1


def test_a_lock_with_too_many_waiters_is_waited_for(world: World) -> None:
    """The transaction is rolled back and tried again, with jitter."""
    world.snowflake.add_fault(statement=STEPS["merge"], status=200, headers=AS_JSON, body=LOCKED, times=2)
    run = world.load(tap(0, 300), prefix=world.database)
    assert "trying again" in run.errors
    require_truth(world, 300)
    assert len(world.ledger()) == 1


def test_a_login_that_fails_in_the_middle_is_tried_again(world: World) -> None:
    """The settings were right a moment ago, so it is the network that is wrong."""
    world.snowflake.add_fault(path="login-request", nth=2, times=6, drop=True)
    run = world.load(tap(0, 300), prefix=world.database)
    assert "trying again" in run.errors
    require_truth(world, 300)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}, {"status": 429}])
def test_a_login_is_waited_for_at_the_start_too(world: World, fault: dict[str, Any]) -> None:
    """Somebody is there: only of a host, a port or a name that are wrong nothing comes however long."""
    world.snowflake.add_fault(path="login-request", times=3, **fault)
    run = world.load(tap(0, 1), prefix=world.database)
    assert "Could not read the schema, trying again" in run.errors


def test_a_web_page_is_no_answer_to_a_login(world: World) -> None:
    """It is another host's: the settings are wrong, and nothing is tried again for minutes."""
    page = {"headers": {"content-type": "text/html"}, "body": "<html></html>"}
    world.snowflake.add_fault(path="login-request", times=None, status=200, **page)
    run = world.run(tap(0, 1), prefix=world.database, retry_seconds=3)
    assert "cannot be reached at 127.0.0.1" in run.sentence
    assert "check account, host, port and protocol" in run.sentence
    assert "trying again" not in run.errors


@pytest.mark.parametrize("when", ["before", "after"])
def test_storage_that_stumbles_is_made_good(world: World, when: str) -> None:
    """An upload whose answer was lost finds its own object there, and goes on."""
    faults: list[dict[str, Any]] = [{"status": 503}, {"drop": True}, {"truncate_bytes": 10}, {"status": 429}]
    for nth, fault in enumerate(faults, 1):
        world.gcs.add_fault(path="/upload/", nth=nth, when=when, **fault)
    world.load(tap(0, 300), prefix=world.database)
    require_truth(world, 300)


def test_storage_is_waited_for_at_the_start_too(world: World) -> None:
    """Before the first line is read nothing is lost, but the schedule waits for its run."""
    world.gcs.add_fault(method="GET", path="/b/[^/]+$", status=501)
    run = world.load(tap(0, 1), prefix=world.database)
    assert "Could not look at the bucket, trying again" in run.errors


def test_storage_that_stays_away_ends_the_run_inside_the_budget(world: World) -> None:
    """No STATE for what is not committed; the next run loads it."""
    world.gcs.add_fault(path="/upload/", status=503, times=None)
    began = time.monotonic()
    run = world.run(tap(0, 300), retry_seconds=0, prefix=world.database)
    assert time.monotonic() - began < 90
    assert run.returncode == 1
    assert run.states == []
    assert "Traceback" not in run.errors
    world.gcs.clear_faults()
    world.load(tap(0, 300), prefix=world.database)
    require_truth(world, 300)


def test_a_file_that_copy_passes_over_ends_the_run(world: World) -> None:
    """Nothing is merged and no STATE goes out; the next run loads the rows."""
    world.snowflake.add_fault(statement=STEPS["copy"], status=200, headers=AS_JSON, body=NOTHING_COPIED)
    run = world.run(tap(0, 300), prefix=world.database)
    assert run.returncode == 1
    assert run.states == []
    assert "COPY should have loaded" in run.sentence
    assert "reports nothing of it" in run.sentence
    world.load(tap(0, 300), prefix=world.database)
    assert [row["V"] for row in rows(world)] == [f"v{number}" for number in range(200, 300)]
    assert world.leftovers() == set()


def test_what_is_committed_while_another_stream_fails_is_taken_note_of(world: World) -> None:
    """Its STATE goes out and its staging table goes, though two batches of the other stream fail apart."""
    refused = '{"code": "100038", "success": false, "message": "Numeric value is not recognized", "data": {}}'
    world.snowflake.add_fault(statement=r'^MERGE INTO \S+"OTHER"', delay_seconds=4)
    world.snowflake.add_fault(statement=r'^MERGE INTO \S+"ITEM"', status=200, headers=AS_JSON, body=refused)
    world.gcs.add_fault(path="/upload/", nth=3, delay_seconds=2)
    key = {"id": {"type": "integer"}}
    run = world.run(
        [
            *(schema(name, key, "id") for name in ("item", "other")),
            record("other", id=1),
            state({"n": 1}),
            record("item", id=1),
            record("item", id=2),
        ],
        batch_size_rows=1,
    )
    assert (run.returncode, run.states) == (1, [{"n": 1}])
    assert "100038" in run.sentence
    assert [row["ID"] for row in world.table("OTHER")] == [1]
    assert world.leftovers() == set()
