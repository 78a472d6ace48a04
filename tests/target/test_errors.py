"""What goes wrong is said in one sentence, soon, with a non-zero exit, and what was good is kept."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from target_gcs_snowflake_merge.settings import LEAST

from .conftest import TARGET, Line, World, as_input, record, schema, state

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cret-of-the-test"  # noqa: S105 - it must not be printed
PROPERTIES: dict[str, Any] = {"id": {"type": "integer"}, "v": {"type": "integer"}}
ONE = [schema("item", PROPERTIES, "id"), record("item", id=1, v=1)]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"bucket": "no-such-bucket"}, "bucket 'no-such-bucket' does not exist"),
        ({"bucket": ""}, "bucket"),
        ({"account": ""}, "account"),
        ({"password": ""}, "password"),
        ({"password": SECRET}, "refused the login of user 'sandbox'"),
        ({"host": "warehouse.invalid"}, "cannot be reached at warehouse.invalid"),
        ({"port": "9"}, "cannot be reached at 127.0.0.1:9"),
        ({"port": "nine"}, "The setting port must be a whole number"),
        ({"hard_delete": "ja"}, "The setting hard_delete must be true or false"),
        *(({name: str(least - 1)}, f"The setting {name} is {least - 1}") for name, least in LEAST.items()),
        ({"authenticator": "snowflake_jwt"}, "needs private_key_path or private_key"),
        ({"private_key_path": "no-such-key.p8"}, "no-such-key.p8"),
        ({"private_key": SECRET}, "private_key"),
        ({"load_method": "guess"}, "guess"),
        ({"stage": "a.b.c.d"}, "stage"),
    ],
)
def test_a_wrong_setting_is_named(world: World, settings: dict[str, str], named: str) -> None:
    """Within seconds, in one sentence, without a trace, a secret or the connector's own noise."""
    began = time.monotonic()
    run = world.run(ONE, **settings)
    assert time.monotonic() - began < 60
    assert run.returncode == 1
    assert named in run.errors
    assert "Traceback" not in run.errors
    assert SECRET not in run.errors
    assert "snowflake.connector" not in run.errors


def test_a_tap_that_starts_slowly_can_still_write(world: World) -> None:
    """Whoever feeds the target, Meltano for one, would end with a stack trace where the pipe is closed."""
    with world.start(bucket="") as process:
        assert process.stdin is not None
        time.sleep(3)
        process.stdin.write(as_input(ONE) * 10_000)
        process.stdin.close()
        assert process.wait(60) == 1


def test_a_key_file_that_is_no_key_is_named(world: World, tmp_path: Path) -> None:
    """The file is named, its content is not shown."""
    key = tmp_path / "key.p8"
    key.write_text(SECRET)
    run = world.run(ONE, private_key_path=str(key))
    assert run.returncode == 1
    assert str(key) in run.sentence
    assert SECRET not in run.errors


BAD: dict[str, tuple[Line, list[str]]] = {
    "a wrong type": (record("item", id=3, v="five"), ["'item'", "'v'", "'five'"]),
    "a missing key": (record("item", v=3), ["'item'", "'id'", "missing"]),
    "a NULL in the key": (record("item", id=None), ["'item'", "'id'", "NULL"]),
    "a number too long": (record("item", id=3, v=10**38), ["'item'", "'v'", "100000"]),
    "NaN": (b'{"type": "RECORD", "stream": "item", "record": {"id": 3, "v": NaN}}', ["'item'", "'v'", "nan"]),
    "broken UTF-8": (b'{"type": "RECORD", "stream": "item", "record": {"id": "\xff"}}', ["'item'", "UTF-8"]),
    "broken JSON": (b'{"type": "RECORD", "stream": "item", "record": {"id": 3', ["'item'", "not JSON"]),
    "no object": (b"[1]", ["not valid"]),
    "a record before its schema": (record("other", id=1), ["'other'", "before the schema"]),
    "a schema without properties": ({"type": "SCHEMA", "stream": "x", "schema": {}}, ["'x'", "properties"]),
    "a key without a property": (schema("x", {}, "id"), ["'x'", "'id'"]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_line_ends_the_run_after_what_came_before(world: World, case: str) -> None:
    """The error names line, stream, field and value; earlier records are loaded and their STATE is out."""
    line, named = BAD[case]
    run = world.run(
        [*ONE, state({"n": 1}), record("item", id=2, v=2), line, record("item", id=9), state({"n": 9})]
    )
    assert run.returncode == 1
    assert "Line 5" in run.sentence
    for text in named:
        assert text in run.sentence
    assert "Traceback" not in run.errors
    assert [row["ID"] for row in world.table("ITEM")] == [1, 2]
    assert run.states == [{"n": 1}]


@pytest.mark.parametrize("case", ["broken JSON", "a record before its schema", "a wrong type"])
def test_a_state_right_before_a_bad_line_goes_out(world: World, case: str) -> None:
    """All that it covers is committed."""
    assert world.run([*ONE, state({"n": 1}), BAD[case][0]]).states == [{"n": 1}]


def test_rows_in_front_of_a_bad_one_are_loaded_once(world: World) -> None:
    """Also where the bad one is found late, among rows of several organisations, and nothing is merged."""
    properties = {"_source_org": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}
    rows = [record("item", _source_org=org, at="2026-01-01T00:00:00Z") for org in ("a", "b", "a")]
    bad = record("item", _source_org="b", at="2026-02-30T00:00:00Z")
    run = world.run([schema("item", properties), *rows, state({"n": 1}), bad, *rows, state({"n": 2})])
    assert "Line 6" in run.sentence
    assert "2026-02-30" in run.sentence
    assert run.states == [{"n": 1}]
    assert [row["_SOURCE_ORG"] for row in world.table("ITEM")] == ["a", "a", "b"]


def test_a_missing_database_schema_and_stage_are_made(world: World) -> None:
    """An empty account is enough to begin."""
    world.load(ONE, database=f"{world.database}_NEW", schema="fresh", stage="my_stage")
    rows = world.sql(f'select ID from "{world.database}_NEW"."FRESH"."ITEM"')
    assert rows == [{"ID": 1}]


def test_a_role_that_may_not_make_the_stage_says_what_to_run(world: World) -> None:
    """The error holds the statement for somebody who may."""
    refused = (
        '{"code": "003001", "success": false, "message": "SQL access control error: Insufficient privileges"}'
    )
    body = refused[:-1] + ', "data": {"errorCode": "003001", "sqlState": "42501", "queryId": "0"}}'
    world.snowflake.add_fault(
        statement="^CREATE STAGE",
        status=200,
        headers={"content-type": "application/json"},
        body=body,
        times=None,
    )
    run = world.run(ONE)
    assert run.returncode == 1
    assert "CREATE STAGE IF NOT EXISTS" in run.sentence
    assert "URL = 'gcs://github-pipelines/github/'" in run.sentence


def test_a_stage_over_another_bucket_is_found_out(world: World) -> None:
    """Else COPY would look for the files where they are not."""
    world.load(ONE)
    run = world.run(ONE, prefix="elsewhere")
    assert run.returncode == 1
    assert "gcs://github-pipelines/elsewhere/" in run.sentence


def test_about_needs_no_settings() -> None:
    """`--about` describes the plugin without connecting to anything."""
    about = subprocess.run([str(TARGET), "--about", "--format=json"], capture_output=True, check=True)
    settings = json.loads(about.stdout)["settings"]["properties"]
    assert {"bucket", "load_method", "private_key_path", "stream_maps"} <= settings.keys()
    assert "add_record_metadata" not in settings
