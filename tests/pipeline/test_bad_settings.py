"""A wrong setting ends the run with one clear sentence: no stack trace, no secret, nothing half done."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from sandbox.run import servers
from sandbox.state import State

from .conftest import BIN, MAIN_JOB, ROOT, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

TAP = "TAP_GITHUB_CUSTOM_"
TARGET = "TARGET_GCS_SNOWFLAKE_MERGE_"
SECRET = "s3cret-value-of-the-test"  # noqa: S105 - it must not be printed

LINES = """\
{"type": "SCHEMA", "stream": "item", "schema": {"properties": {"id": {}}}, "key_properties": ["id"]}
{"type": "RECORD", "stream": "item", "record": {"id": 1}}
"""
# What a plugin says, as Meltano shows it; its own lines may repeat the settings.
PLUGIN_LINE = re.compile(r"\] (tap-github-custom|target-gcs-snowflake-merge) ")

WRONG = {
    "no token": ({f"{TAP}AUTH_TOKEN": ""}, "auth_token"),
    "wrong token": ({f"{TAP}AUTH_TOKEN": SECRET}, "token"),
    "unknown organisation": ({f"{TAP}ORGANIZATIONS": '["no-such-organisation"]'}, "no-such-organisation"),
    "nothing to read": ({f"{TAP}ORGANIZATIONS": "[]"}, "organizations"),
    "a plain token for many": ({f"{TAP}AUTH_TOKEN": "", f"{TAP}AUTH_TOKENS": SECRET}, "token"),
    "broken credentials": ({f"{TAP}ORGANIZATION_CREDENTIALS": f'{{"{SECRET}'}, "organization_credentials"),
    "an object for a list": ({f"{TAP}ORGANIZATIONS": '{"a": 1}'}, "organizations"),
    "a date of another form": ({f"{TAP}START_DATE": "01.02.2024"}, "start_date"),
    "an empty window": (
        {f"{TAP}START_DATE": "2026-02-01T00:00:00Z", f"{TAP}END_DATE": "2026-01-01T00:00:00Z"},
        "end_date",
    ),
    "a word that is none": ({f"{TAP}RECONCILE": "daily"}, "daily"),
    "no request at all": ({f"{TAP}MAX_REQUESTS": "0"}, "max_requests"),
    "no truth": ({f"{TAP}PATCH": "ja"}, "patch"),
    "no number": ({f"{TARGET}BATCH_SIZE_ROWS": "many"}, "batch_size_rows"),
    "rows less than none": ({f"{TARGET}BATCH_SIZE_ROWS": "-5"}, "batch_size_rows"),
    "another way of loading": ({f"{TARGET}LOAD_METHOD": "insert"}, "insert"),
    "a key pair without a key": ({f"{TARGET}AUTHENTICATOR": "snowflake_jwt"}, "private_key_path"),
    "missing mapping file": ({f"{TAP}USER_MAPPING_FILE": "no-such-file.csv"}, "no-such-file.csv"),
    "unreachable GitHub": ({f"{TAP}API_URL": "http://127.0.0.1:9"}, "127.0.0.1:9"),
    "missing bucket": ({f"{TARGET}BUCKET": "no-such-bucket"}, "no-such-bucket"),
    "the address of a bucket": ({f"{TARGET}BUCKET": "gs://github-pipelines"}, "name alone"),
    "the address of an account": (
        {f"{TARGET}ACCOUNT": "https://myorg-myaccount.snowflakecomputing.com"},
        "identifier alone",
    ),
    "no bucket": ({f"{TARGET}BUCKET": ""}, "bucket"),
    "wrong warehouse host": ({f"{TARGET}HOST": "warehouse.invalid"}, "warehouse.invalid"),
    "closed warehouse port": ({f"{TARGET}PORT": "9"}, "127.0.0.1"),
    "wrong password": ({f"{TARGET}PASSWORD": SECRET}, "password"),
    "missing key file": ({f"{TARGET}PRIVATE_KEY_PATH": "no-such-key.p8"}, "no-such-key.p8"),
}


@pytest.fixture(scope="module")
def right(module_sandbox: Sandbox) -> Iterator[Mapping[str, str]]:
    """Return the environment of a command whose settings are right, the servers up."""
    state = State(module_sandbox.folder)
    with servers(state, "tests", None, size="small", seed=1) as up:
        yield module_sandbox.environment(up.exports(state))


def run(
    command: tuple[str, ...], environment: Mapping[str, str], lines: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it says is in `stderr`, or in `stdout` where Meltano shows it."""
    return subprocess.run(
        command, cwd=ROOT, env=environment, input=lines, capture_output=True, text=True, check=False
    )


def said_by_plugins(output: str) -> list[str]:
    """Return what plugins say; Meltano traces a broken pipe of its own where the loader ends first."""
    return [line for line in output.splitlines() if PLUGIN_LINE.search(line)]


@pytest.mark.parametrize(("settings", "named"), WRONG.values(), ids=WRONG)
def test_a_wrong_setting_is_named_in_one_sentence(
    right: Mapping[str, str], settings: dict[str, str], named: str
) -> None:
    """The plugin names the setting or its value, and neither a stack trace nor a secret."""
    tap = next(iter(settings)).startswith(TAP)
    command = "tap-github-custom" if tap else "target-gcs-snowflake-merge"
    result = run((str(BIN / command), "--config=ENV"), {**right, **settings}, "" if tap else LINES)
    assert result.returncode != 0
    assert SECRET not in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert named in result.stderr


@pytest.mark.parametrize("setting", [f"{TAP}AUTH_TOKEN", f"{TARGET}PASSWORD"])
def test_meltano_shows_what_a_plugin_says(right: Mapping[str, str], setting: str) -> None:
    """And neither a stack trace of it nor a secret."""
    result = run((str(BIN / "meltano"), *MAIN_JOB), {**right, setting: SECRET})
    assert result.returncode != 0
    output = result.stdout + result.stderr
    assert SECRET not in output
    said = said_by_plugins(output)
    assert not any("Traceback" in line for line in said)
    assert any(setting.rpartition("_")[2].lower() in line for line in said), output[-3000:]


def test_an_unreadable_key_file_is_named(right: Mapping[str, str], tmp_path: Path) -> None:
    """A file that is no private key is named; its content is not printed."""
    key = tmp_path / "key.p8"
    key.write_text(SECRET, encoding="utf-8")
    command = (str(BIN / "target-gcs-snowflake-merge"), "--config=ENV")
    result = run(command, {**right, f"{TARGET}PRIVATE_KEY_PATH": str(key)}, LINES)
    assert result.returncode != 0
    assert str(key) in result.stderr
    assert "Traceback" not in result.stderr
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.parametrize("command", ["tap-github-custom", "target-gcs-snowflake-merge"])
def test_a_plugin_on_its_own_names_what_is_missing(
    right: Mapping[str, str], command: str, tmp_path: Path
) -> None:
    """A plugin with an empty configuration says which setting it needs, and exits with an error."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps({}), encoding="utf-8")
    result = run((str(BIN / command), "--config", str(config)), right)
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    assert ("auth_token" if command.startswith("tap") else "bucket") in result.stderr
