"""_RUN_SUMMARY has what a run did and what it cost, whatever came of it, and never breaks it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import BY_VARIABLES, Line, record, schema, state

if TYPE_CHECKING:
    from .conftest import World

PROPERTIES: dict[str, Any] = {"id": {"type": "integer"}, "v": {"type": "string"}}
ITEMS = [schema("item", PROPERTIES, "id"), *(record("item", id=number, v="old") for number in range(3))]
COUNTS = ("READ", "INSERTED", "UPDATED", "UNCHANGED", "DELETED", "REJECTED")
TOLD = {
    "plugin": "some-tap",
    "outcome": "ended early: enough",
    "began": "2026-01-31T10:00:00+02:00",
    "seconds": 90.5,
    "rows": {"item": 3, "other": 4},
    "requests": 5,
    "points": 6,
    "waits": 1,
    "waited_seconds": 7.25,
    "skipped": [{"repository": "acme/gone", "reason": "It is gone"}],
    "more": "is kept",
}
SESSION_GONE: dict[str, Any] = {
    "status": 200,
    "headers": {"content-type": "application/json"},
    "body": '{"success": false, "code": "390114", "message": "Token has expired.", "data": {}}',
}
SECRET = "somebody@example.com"  # noqa: S105 - a value of a record


def telling(told: Any, value: Any = 1) -> Line:
    """Return a STATE in which a tap tells of its run."""
    return {"type": "STATE", "value": value, "x-run-summary": told}


def summary(world: World, run: str = "run") -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return the rows of a run by plugin and stream; none is there twice."""
    rows = world.sql(f'select * from "{world.database}"."RAW_TABLES"."_RUN_SUMMARY" where RUN_ID = \'{run}\'')
    found = {(row["PLUGIN"], row["STREAM"]): row for row in rows}
    assert len(found) == len(rows)
    return found


def load(world: World, lines: list[Line], run: str = "run", **settings: Any) -> Any:
    """Run the target as an orchestrator does that names its runs."""
    environment = {**world.environment(**settings), "MELTANO_RUN_ID": run}
    assert world.zygote
    with world.zygote.start(BY_VARIABLES, environment) as process:
        output, errors = process.communicate(
            b"".join(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n" for line in lines)
        )
    return process.returncode, list(map(json.loads, output.splitlines())), errors.decode()


def of_target(world: World, stream: str | None, run: str = "run") -> dict[str, Any]:
    """Return the target's row of a stream, or (None) of the run."""
    return summary(world, run)["target-gcs-snowflake-merge", stream]


def counts(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what came of the rows: read, inserted, updated, unchanged, deleted, rejected."""
    return tuple(row[f"ROWS_{name}"] for name in COUNTS)


def test_rows_are_counted_by_stream(world: World) -> None:
    """A row of the run has the sums, and says how it ended; files and bytes are those of the lake."""
    load(world, ITEMS, "first")
    changed = [record("item", id=0, v="old"), record("item", id=1, v="new"), record("item", id=9, v="x")]
    load(world, [ITEMS[0], *changed, schema("empty", PROPERTIES, "id"), state(1)])
    assert counts(of_target(world, "item")) == (3, 1, 1, 1, 0, 0)
    whole = of_target(world, None)
    assert counts(whole) == (3, 1, 1, 1, 0, 0)
    assert whole["OUTCOME"] == "complete"
    assert whole["FILES"] == 1
    assert whole["BYTES"] > 500
    assert 0 < of_target(world, "item")["SECONDS"] <= whole["SECONDS"]
    assert whole["BEGAN_AT"] < whole["ENDED_AT"]
    assert len(summary(world)) == 2


def test_a_row_that_its_record_deletes_is_not_unchanged(world: World) -> None:
    """Each row counts once, also where the answer to the COMMIT was lost and the ledger tells."""
    load(world, ITEMS, "first")
    gone = record("item", id=0, _sdc_deleted_at="2026-01-31T00:00:00Z")
    world.snowflake.add_fault(statement="^COMMIT", when="after", **SESSION_GONE)
    load(world, [ITEMS[0], gone], hard_delete=True)
    assert counts(of_target(world, "item")) == (1, 0, 0, 0, 1, 0)
    assert world.ledger()[-1]["ROWS_UNCHANGED"] == 0


def test_a_run_without_a_record_is_there(world: World) -> None:
    """Else nobody could tell a quiet day from a dead pipeline."""
    load(world, [state(1)])
    assert counts(of_target(world, None)) == (0, 0, 0, 0, 0, 0)


def test_what_the_tap_tells_is_entered(world: World) -> None:
    """Its state goes out as it came, without what else the message held."""
    _, states, _ = load(world, [*ITEMS, state(1), telling(TOLD, {"a": 1})])
    assert states[-1] == {"a": 1}
    rows = summary(world)
    whole = rows["some-tap", None]
    assert whole["OUTCOME"] == TOLD["outcome"]
    assert str(whole["BEGAN_AT"]) == "2026-01-31 08:00:00"
    assert str(whole["ENDED_AT"]) == "2026-01-31 08:01:30.500000"
    names = ("SECONDS", "ROWS_READ", "REQUESTS", "POINTS", "WAITS", "WAITED_SECONDS", "SKIPPED")
    assert tuple(whole[name] for name in names) == (90.5, 7, 5, 6, 1, 7.25, 1)
    assert json.loads(whole["DETAILS"]) == TOLD
    assert rows["some-tap", "other"]["ROWS_READ"] == 4
    assert of_target(world, None)["REQUESTS"] is None


BEYOND_ALL_DAYS = [{"seconds": 1e18}, {"began": "0001-01-01T00:00:00+05:00"}]


@pytest.mark.parametrize("told", ["nothing", {"rows": 7}, {"began": "yesterday"}, [1], *BEYOND_ALL_DAYS])
def test_what_cannot_be_understood_is_left_out(world: World, told: Any) -> None:
    """Another tap may use the name for something else."""
    code, states, errors = load(world, [*ITEMS, telling(told)])
    assert (code, states) == (0, [1])
    assert "left out" in errors
    assert len(summary(world)) == 2


def test_a_failed_run_says_why(world: World) -> None:
    """What was committed is counted; no value of a record goes into the reason."""
    code, _, errors = load(world, [*ITEMS, record("item", id=SECRET), telling(TOLD)])
    assert code == 1
    assert SECRET in errors
    whole = of_target(world, None)
    assert whole["OUTCOME"].startswith("failed: line 5 (stream 'item')")
    assert SECRET not in str(summary(world))
    assert counts(whole) == (4, 3, 0, 0, 0, 1)


def test_rejected_records_are_counted(world: World) -> None:
    """With their stream, although they are in another table; the run has read each of them once."""
    code, _, _ = load(world, [*ITEMS, record("item", id="x"), state(1)], on_bad_record="quarantine")
    assert code == 0
    assert counts(of_target(world, "item")) == (4, 3, 0, 0, 0, 1)
    assert of_target(world, "_rejected_record")["ROWS_INSERTED"] == 1
    whole = of_target(world, None)
    assert counts(whole) == (4, 3, 0, 0, 0, 1)
    assert whole["FILES"] == 2


@pytest.mark.parametrize("hard", [False, True])
def test_rows_that_a_new_version_removes_are_counted(world: World, hard: bool) -> None:  # noqa: FBT001
    """No batch has them: without the summary and the log a table could be emptied without a trace."""
    load(world, ITEMS, "first")
    lines: list[Line] = [
        ITEMS[0],
        {"type": "RECORD", "stream": "item", "record": {"id": 9, "v": "new"}, "version": 2},
        {"type": "ACTIVATE_VERSION", "stream": "item", "version": 2},
    ]
    _, _, errors = load(world, lines, hard_delete=hard)
    assert counts(of_target(world, "item")) == (1, 1, 0, 0, 3, 0)
    assert "Activated version 2 of item: 3 rows of earlier ones deleted" in errors


def test_a_run_that_was_stopped_says_so(world: World) -> None:
    """By which signal, too."""
    assert world.zygote
    with world.zygote.start(BY_VARIABLES, {**world.environment(), "MELTANO_RUN_ID": "run"}) as process:
        process.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in [*ITEMS, state(1)]))
        process.stdin.flush()
        while not any("SHOW STAGES" in entry["statement"] for entry in world.snowflake.requests()):
            pass
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 143
    assert of_target(world, None)["OUTCOME"] == "stopped: SIGTERM"


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_summary_that_cannot_be_written_breaks_nothing(
    world: World, fault: dict[str, Any], when: str
) -> None:
    """The rows are committed and the state is out, whatever becomes of it."""
    load(world, [state(1)], "first")
    world.snowflake.add_fault(statement="INTO .*_RUN_SUMMARY", when=when, **fault)
    code, states, _ = load(world, [*ITEMS, state(1)])
    assert (code, states) == (0, [1])
    assert len(world.table("ITEM")) == 3


def test_a_summary_that_is_refused_is_told(world: World) -> None:
    """In the log, since the run succeeds."""
    refusal = {"code": "003001", "success": False, "message": "no", "data": {"errorCode": "003001"}}
    headers = {"content-type": "application/json"}
    body = json.dumps(refusal)
    world.snowflake.add_fault(statement="INTO .*_RUN_SUMMARY", status=200, headers=headers, body=body)
    code, states, errors = load(world, [*ITEMS, state(1)])
    assert (code, states) == (0, [1])
    assert "The run has no row in _RUN_SUMMARY" in errors


def test_a_summary_whose_answer_was_lost_is_there_once(world: World) -> None:
    """The statement is not sent twice when the rows of the first are there."""
    world.snowflake.add_fault(statement="^INSERT INTO .*_RUN_SUMMARY", when="after", **SESSION_GONE)
    code, _, errors = load(world, ITEMS)
    assert code == 0
    assert "trying again" in errors
    assert {stream for _, stream in summary(world)} == {None, "item"}
