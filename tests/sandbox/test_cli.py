"""The command `sandbox`, as a user types it."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

SANDBOX = Path(sys.executable).parent / "sandbox"
LOAD = """
import os, snowflake.connector
with snowflake.connector.connect(
    account=os.environ["SNOWFLAKE_ACCOUNT"], user=os.environ["SNOWFLAKE_USER"],
    password=os.environ["SNOWFLAKE_PASSWORD"], host=os.environ["SNOWFLAKE_HOST"],
    port=int(os.environ["SNOWFLAKE_PORT"]), protocol=os.environ["SNOWFLAKE_PROTOCOL"],
    application="a-loader", platform_detection_timeout_seconds=0,
) as connection:
    for statement in '''{statements}'''.split(";"):
        connection.cursor().execute(statement)
"""
FIRST = """
create database if not exists github_pipelines;
create schema if not exists github_pipelines.raw_tables;
create table if not exists pull_request (id number(38,0), user_id number(38,0), created_at timestamp_ntz,
  merged_at timestamp_ntz, v variant, _ingested_at timestamp_ntz);
create table if not exists _load_ledger (batch varchar);
insert into pull_request select 1, 2, '2026-01-01 00:00:00'::timestamp_ntz,
  '2026-01-02 12:30:00.000001'::timestamp_ntz, parse_json('{"a": [1, null]}'), sysdate()
union all select 99999999999999999999, null, null, null, null, sysdate()
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with an organisation that has no repositories."""
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    organization = {"login": "acme", "id": 1, "node_id": "O_1", "type": "Organization"}
    (folder / "organization.json").write_text(json.dumps(organization), encoding="utf-8")
    return folder.parent


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return the folder of a sandbox that does not exist yet."""
    return tmp_path / "state"


def environment(state: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a command, without settings of the one that runs the tests."""
    prefixes = ("TAP_", "TARGET_", "SNOWFLAKE_", "GCS_", "MELTANO_", "SANDBOX_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}
    return {**inherited, "SANDBOX_DIR": str(state), **variables}


def sandbox(state: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [str(SANDBOX), *arguments],
        env=environment(state, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def load(state: Path, data: Path, statements: str) -> None:
    """Run statements, as a loader inside `sandbox run`."""
    program = LOAD.format(statements=statements)
    result = sandbox(state, "run", "--data", str(data), "--", sys.executable, "-c", program)
    assert result.returncode == 0, result.stderr


def rows(state: Path, statement: str) -> list[dict[str, Any]]:
    """Return what `sandbox sql --format json` prints."""
    result = sandbox(state, "sql", "--format", "json", statement)
    assert result.returncode == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def exported(state: Path, data: Path, **variables: str) -> dict[str, str]:
    """Return the variables that a command sees inside `sandbox run`."""
    show = "import json, os; print(json.dumps(dict(os.environ)))"
    result = sandbox(state, "run", "--data", str(data), "--", sys.executable, "-c", show, **variables)
    assert result.returncode == 0, result.stderr
    found: dict[str, str] = json.loads(result.stdout)
    return found


def test_a_command_gets_the_variables_that_lead_to_the_servers(state: Path, data: Path) -> None:
    """Every part finds its server, its credentials and its state by the environment."""
    (data / "user_mapping.csv").write_text("github_login,ldap\n", encoding="utf-8")
    seen = exported(state, data)
    assert seen["TAP_GITHUB_CUSTOM_API_URL"] == seen["SANDBOX_GITHUB_URL"]
    assert json.loads(seen["TAP_GITHUB_CUSTOM_ORGANIZATIONS"]) == ["acme"]
    assert seen["TAP_GITHUB_CUSTOM_USER_MAPPING_FILE"] == str(data / "user_mapping.csv")
    assert seen["STORAGE_EMULATOR_HOST"] == seen["SANDBOX_GCS_URL"]
    assert seen["SANDBOX_SNOWFLAKE_URL"] == f"http://127.0.0.1:{seen['SNOWFLAKE_PORT']}"
    for name in ("ACCOUNT", "USER", "PASSWORD", "ROLE", "WAREHOUSE", "DATABASE", "SCHEMA", "HOST", "PORT"):
        assert seen[f"TARGET_GCS_SNOWFLAKE_MERGE_{name}"] == seen[f"SNOWFLAKE_{name}"]
    assert seen["MELTANO_STATE_BACKEND_URI"] == f"file://{state}/meltano-state"
    assert seen["MELTANO_DATABASE_URI"] == f"sqlite:///{state}/meltano.db"


def test_settings_of_a_real_account_do_not_reach_the_command(state: Path, data: Path) -> None:
    """What a user's .env may hold is hidden by empty values, but for settings set on purpose."""
    seen = exported(
        state,
        data,
        SNOWFLAKE_ACCOUNT="real-account",
        SNOWFLAKE_PRIVATE_KEY_PATH="/real/key.p8",
        TAP_GITHUB_CUSTOM_AUTH_TOKEN="tried-out",  # noqa: S106 - a setting that the user tries out
        MELTANO_ENVIRONMENT="dev",
    )
    assert seen["SNOWFLAKE_ACCOUNT"] == "sandbox"
    assert seen["TAP_GITHUB_CUSTOM_AUTH_TOKEN"] == "tried-out"  # noqa: S105
    assert seen["MELTANO_ENVIRONMENT"] == "dev"
    empty = {name for name, value in seen.items() if value == ""}
    assert {
        "SNOWFLAKE_PRIVATE_KEY_PATH",
        "SNOWFLAKE_PRIVATE_KEY",
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
        "SNOWFLAKE_AUTHENTICATOR",
        "SNOWFLAKE_STORAGE_INTEGRATION",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "TAP_GITHUB_CUSTOM_START_DATE",
        "TAP_GITHUB_CUSTOM_USER_MAPPING_FILE",
        "ALERT_WEBHOOK_URL",
    } <= empty
    assert seen["TAP_GITHUB_CUSTOM_REPOSITORIES"] == "[]"
    assert seen["TAP_GITHUB_CUSTOM_EXCLUDE_REPOSITORIES"] == "[]"


def test_the_exit_code_is_that_of_the_command(state: Path, data: Path) -> None:
    """Success, failure, a signal, and a command that does not exist."""
    for program, code in (("", 0), ("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137)):
        result = sandbox(state, "run", "--data", str(data), "--", sys.executable, "-c", program)
        assert result.returncode == code
    missing = sandbox(state, "run", "--data", str(data), "--", "no-such-command")
    assert missing.returncode == 127
    assert "no-such-command: No such file" in missing.stderr


def test_signals_are_passed_on(state: Path, data: Path) -> None:
    """SIGTERM reaches the command, whose end is waited for."""
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
        "print('ready', flush=True)\n"
        "time.sleep(30)\n"
    )
    command = [str(SANDBOX), "run", "--data", str(data), "--", sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment(state), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 9
    assert json.loads((state / "last_run.json").read_text())["exit_code"] == 9


def test_a_command_that_is_ended_with_all_of_its_group_has_the_servers_for_its_ending(
    state: Path, data: Path
) -> None:
    """It may have something to commit; nothing is said, and the exit code is its own."""
    program = (
        "import os, signal, sys, time, urllib.request\n"
        "def end(*_):\n"
        "    time.sleep(3)\n"
        "    urllib.request.urlopen(os.environ['SANDBOX_GCS_URL'] + '/_sandbox/requests')\n"
        "    sys.exit(143)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "time.sleep(30)\n"
    )
    command = [str(SANDBOX), "run", "--data", str(data), "--", sys.executable, "-c", program]
    with subprocess.Popen(
        command,
        env=environment(state),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in said
    assert json.loads((state / "last_run.json").read_text())["exit_code"] == 143


def test_servers_that_end_before_the_command_are_a_sentence(state: Path, data: Path) -> None:
    """As where a service manager ends each process by itself; the exit code is still the command's."""
    program = (
        "import os, psutil, time\n"
        "servers = [each for each in psutil.Process().parent().children() if each.pid != os.getpid()]\n"
        "for each in servers: each.kill()\n"
        "while {each.status() for each in servers} != {psutil.STATUS_ZOMBIE}: time.sleep(0.1)\n"
        "raise SystemExit(5)\n"
    )
    result = sandbox(state, "run", "--data", str(data), "--", sys.executable, "-c", program)
    assert result.returncode == 5
    assert "Traceback" not in result.stderr
    assert "sandbox: The servers have ended before the command" in result.stderr


def test_sql_answers_with_the_servers_down_and_up(state: Path, data: Path) -> None:
    """The same statement gives the same JSON: exact numbers, ISO times, nested values, null."""
    load(state, data, FIRST)
    statement = "select * from pull_request order by id"
    down = rows(state, statement)
    assert {name: value for name, value in down[0].items() if name != "_INGESTED_AT"} == {
        "ID": 1,
        "USER_ID": 2,
        "CREATED_AT": "2026-01-01T00:00:00",
        "MERGED_AT": "2026-01-02T12:30:00.000001",
        "V": {"a": [1, None]},
    }
    assert (down[1]["ID"], down[1]["V"], down[1]["CREATED_AT"]) == (99999999999999999999, None, None)
    assert sandbox(state, "up", "--data", str(data)).returncode == 0
    try:
        assert rows(state, statement) == down
    finally:
        sandbox(state, "down")


def test_sql_prints_tables_and_csv(state: Path, data: Path) -> None:
    """Columns are aligned; CSV is CSV."""
    load(state, data, FIRST)
    statement = "select id, merged_at from pull_request order by id"
    assert sandbox(state, "sql", statement).stdout == (
        "                  ID  MERGED_AT\n"
        "--------------------  --------------------------\n"
        "                   1  2026-01-02 12:30:00.000001\n"
        "99999999999999999999  NULL\n"
    )
    assert sandbox(state, "sql", "--format", "csv", statement).stdout == (
        "ID,MERGED_AT\n1,2026-01-02 12:30:00.000001\n99999999999999999999,\n"
    )


def test_a_mistake_in_sql_is_one_line(state: Path, data: Path) -> None:
    """The error of Snowflake, exit code 1, no stack trace."""
    load(state, data, FIRST)
    for statement in ("select * from nope", "selec 1"):
        result = sandbox(state, "sql", statement)
        assert (result.returncode, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: 00")


@pytest.mark.parametrize("command", [["sql", "select 1"], ["summary"], ["env"], ["github", "advance"]])
def test_without_a_sandbox_a_sentence_says_so(state: Path, command: list[str]) -> None:
    """Nothing is created, nothing crashes."""
    result = sandbox(state, *command)
    assert (result.returncode, result.stdout) == (1, "")
    assert str(state) in result.stderr
    assert "Traceback" not in result.stderr
    assert not state.exists()


def test_servers_run_in_the_background(state: Path, data: Path) -> None:
    """`up` prints what `env` prints; a second `up` changes nothing; `run` says who holds the folder."""
    up = sandbox(state, "up", "--data", str(data))
    assert up.returncode == 0, up.stderr
    try:
        assert f"export SANDBOX_DIR={state}" in up.stdout
        assert sandbox(state, "env").stdout == sandbox(state, "up").stdout == up.stdout
        busy = sandbox(state, "run", "--data", str(data), "--", "true")
        assert busy.returncode == 1
        assert "in use by process" in busy.stderr
        assert "sandbox up" in busy.stderr
    finally:
        assert sandbox(state, "down").stdout == "The servers are stopped.\n"
    assert sandbox(state, "down").stdout == "No servers were up.\n"
    assert sandbox(state, "env").returncode == 1


def test_one_run_at_a_time(state: Path, data: Path) -> None:
    """The second run names the first, and the first goes on."""
    command = [str(SANDBOX), "run", "--data", str(data), "--", "sh", "-c", "echo ready; sleep 5"]
    with subprocess.Popen(command, env=environment(state), stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        first.stdout.readline()
        second = sandbox(state, "run", "--data", str(data), "--", "true")
        assert second.returncode == 1
        assert f"in use by process {first.pid} (sh -c echo ready; sleep 5)" in second.stderr
        assert first.wait(20) == 0


def test_a_run_after_a_kill_goes_on(state: Path, data: Path) -> None:
    """SIGKILL of a run leaves no lock and no server behind; what was committed is there."""
    load(state, data, FIRST)
    command = [str(SANDBOX), "run", "--data", str(data), "--", "sh", "-c", "echo ready; sleep 60"]
    with subprocess.Popen(
        command, env=environment(state), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGKILL)
    assert rows(state, "select count(*) as n from pull_request") == [{"N": 2}]
    assert sandbox(state, "run", "--data", str(data), "--", "true").returncode == 0


def test_jobs_that_a_kill_left_running_are_failed(state: Path, data: Path) -> None:
    """Meltano would wait five minutes for their heartbeat; finished jobs stay as they are."""
    state.mkdir()
    with closing(sqlite3.connect(state / "meltano.db")) as database, database:
        database.execute("CREATE TABLE runs (id INTEGER, state TEXT, ended_at TEXT)")
        database.executemany("INSERT INTO runs VALUES (?, ?, NULL)", [(1, "RUNNING"), (2, "SUCCESS")])
    sandbox(state, "run", "--data", str(data), "--", "true")
    with closing(sqlite3.connect(state / "meltano.db")) as database:
        found = database.execute("SELECT id, state, ended_at IS NULL FROM runs ORDER BY id").fetchall()
    assert found == [(1, "FAIL", 0), (2, "SUCCESS", 1)]


def test_a_run_is_reported(state: Path, data: Path) -> None:
    """Requests and statements by server and client, rows before and after, in last_run.json."""
    load(state, data, FIRST)
    report = json.loads((state / "last_run.json").read_text())
    assert report["exit_code"] == 0
    assert (report["rows_before"], report["rows_after"]) == ({}, {"PULL_REQUEST": 2})
    ((name, loader),) = report["servers"]["snowflake"]["clients"].items()
    assert name == "a-loader", "logins belong to who logs in: the spans of the summary are made of them"
    assert loader["statements"] == 5
    assert report["started"] <= loader["first"] <= loader["last"] <= report["finished"]
    assert report["servers"]["github"]["requests"] == 0


def test_the_summary_tells_what_changed(state: Path, data: Path) -> None:
    """Rows inserted and updated by the last run, its cost, a metric, and that nothing changed."""
    load(state, data, FIRST)
    first = sandbox(state, "summary").stdout
    assert "PULL_REQUEST     2         2        0" in first
    assert "5 statements of the loader" in first
    assert "36.5  median hours from opened to merged" in first
    assert "Nothing changed" not in first
    load(
        state,
        data,
        "update github_pipelines.raw_tables.pull_request set _ingested_at = sysdate() where id = 1",
    )
    assert "PULL_REQUEST     2         0        1" in sandbox(state, "summary").stdout
    load(state, data, "select 1")
    last = sandbox(state, "summary").stdout
    assert "Nothing changed: no row was inserted or updated." in last
    assert len(last.splitlines()) <= 45
    assert max(len(line) for line in last.splitlines() if str(state) not in line) <= 80


def test_a_data_folder_that_cannot_be_served_is_named(state: Path, tmp_path: Path) -> None:
    """One sentence, within seconds, and no stack trace."""
    broken = tmp_path / "broken" / "acme"
    broken.mkdir(parents=True)
    (broken / "organization.json").write_text("{", encoding="utf-8")
    began = time.monotonic()
    result = sandbox(state, "run", "--data", str(broken.parent), "--", "true")
    assert result.returncode == 1
    assert "github server" in result.stderr
    assert "Traceback" not in result.stderr
    assert time.monotonic() - began < 60
