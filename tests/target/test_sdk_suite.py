"""The message files with which targets test themselves, and what lies in the tables afterwards."""

from __future__ import annotations

import importlib.resources
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.testing import get_target_test_class, target_test_streams
from singer_sdk.testing.suites import target_tests
from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge

from .conftest import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.servers import Server

DATABASE = "SDK_SUITE"
FILES = importlib.resources.files(target_test_streams)
config: dict[str, Any] = {}

Suite = get_target_test_class(TargetGCSSnowflakeMerge, config=config, parse_env_config=False)


class TestSuite(Suite):  # type: ignore[valid-type,misc]
    """The SDK's own tests, over the wire."""

    @pytest.fixture(autouse=True)
    def _stand_ins(self, servers: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        world = World(*servers, DATABASE)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.gcs.url)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "sandbox")
        config.update(world.config())
        yield
        config.clear()


def loaded(world: World, name: str) -> int:
    """Run the target over one of the files; return its exit code."""
    lines = (FILES / f"{name}.singer").read_bytes().splitlines()
    return world.run(lines).returncode


EXPECTED: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "array_data": (
        "TEST_ARRAY_DATA",
        [
            {"ID": 1, "FRUITS": '["apple","orange","pear"]'},
            {"ID": 2, "FRUITS": '["banana","apple"]'},
            {"ID": 3, "FRUITS": '["pear"]'},
            {"ID": 4, "FRUITS": '["orange","banana","apple","pear"]'},
        ],
    ),
    "camelcase": (
        "TESTCAMELCASE",
        [
            {"ID": "1", "CLIENTNAME": "Gitter Windows Desktop App"},
            {"ID": "2", "CLIENTNAME": "Gitter iOS App"},
        ],
    ),
    "duplicate_records": ("TEST_DUPLICATE_RECORDS", [{"ID": 1, "METRIC": 100}, {"ID": 2, "METRIC": 20}]),
    "no_primary_keys": (
        "TEST_NO_PK",
        [{"ID": 1, "METRIC": 11}, {"ID": 2, "METRIC": 22}, {"ID": 3, "METRIC": 33}],
    ),
    "optional_attributes": (
        "TEST_OPTIONAL_ATTRIBUTES",
        [
            {"ID": 1, "OPTIONAL": "This is optional"},
            {"ID": 2, "OPTIONAL": None},
            {"ID": 3, "OPTIONAL": "Also optional"},
            {"ID": 4, "OPTIONAL": None},
        ],
    ),
    "record_missing_fields": (
        "RECORD_MISSING_FIELDS",
        [{"ID": 1, "OPTIONAL": "now you see me"}, {"ID": 2, "OPTIONAL": None}],
    ),
    "record_missing_required_property": (
        "TEST_RECORD_MISSING_REQUIRED_PROPERTY",
        [{"ID": None, "METRIC": 3215}],
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_table_holds_what_the_file_says(world: World, name: str) -> None:
    """Every row, with its values."""
    table, rows = EXPECTED[name]
    assert loaded(world, name) == 0
    found = world.table(table)
    for row in found:
        if isinstance(row.get("FRUITS"), str):
            row["FRUITS"] = "".join(row["FRUITS"].split())
    assert found == rows


def test_encoded_strings_arrive_whole(world: World) -> None:
    """NUL, escapes and other alphabets, as text, in objects and in arrays."""
    assert loaded(world, "encoded_string_data") == 0
    texts = {row["ID"]: row["INFO"] for row in world.table("TEST_STRINGS")}
    assert texts[2] == "απλή συμβολοσειρά"
    assert texts[6] == 'various " \\ / \n escape sequences'
    assert texts[10] == "Double quoting: \\u0000 \\u0041 \\u0001"
    assert texts[11] == "Control Characters in string: \0 A \1"
    (greek,) = world.sql("select INFO:value::varchar as V from TEST_STRINGS_IN_OBJECTS where ID = 2")
    assert greek["V"] == "απλή συμβολοσειρά"


def test_schema_updates_add_columns(world: World) -> None:
    """Each record lies under the columns that its schema had."""
    assert loaded(world, "schema_updates") == 0
    rows = world.sql("select ID, A1, A2, A3 from TEST_SCHEMA_UPDATES order by ID")
    assert rows[0] == {"ID": 1, "A1": 101.0, "A2": "string1", "A3": None}
    assert rows[1] == {"ID": 2, "A1": 102.0, "A2": "string2", "A3": True}


def test_states_are_relayed(world: World) -> None:
    """The last state is the last that came before the end of all records."""
    lines = (FILES / "multiple_state_messages.singer").read_bytes().splitlines()
    run = world.load(lines)
    assert run.states[-1] == {"test_multiple_state_messages_a": 5, "test_multiple_state_messages_b": 6}
    assert len(world.table("TEST_MULTIPLE_STATE_MESSAGES_A")) == 6
    assert len(world.table("TEST_MULTIPLE_STATE_MESSAGES_B")) == 6


@pytest.mark.parametrize("name", ["invalid_schema", "record_before_schema", "record_missing_key_property"])
def test_a_broken_file_fails(world: World, name: str) -> None:
    """What breaks the protocol ends the run."""
    assert loaded(world, name) == 1


def test_every_file_of_the_suite_is_known() -> None:
    """A new file in a new version of the SDK wants an expectation here."""
    assert len(target_tests.tests) == 16
