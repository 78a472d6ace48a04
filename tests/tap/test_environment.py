"""Settings as texts: what each becomes, and what is said of one that is none."""

from __future__ import annotations

from typing import Any

import pytest
from tap_github_custom.environment import environment_config, typed, unknown_settings
from tap_github_custom.errors import ConfigurationError

SCHEMA: dict[str, Any] = {
    "properties": {
        "organizations": {"type": ["array", "null"], "items": {"type": "string"}},
        "credentials": {"type": "object"},
        "concurrency": {"type": ["integer", "null"]},
        "patch": {"type": ["boolean", "null"]},
        "shard": {"type": ["string", "null"]},
    }
}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("organizations", '["acme", "umbrella"]', ["acme", "umbrella"]),
        ("organizations", "acme", ["acme"]),
        ("organizations", " acme, umbrella,", ["acme", "umbrella"]),
        ("organizations", "[]", []),
        ("credentials", '{"acme": {"auth_token": "x"}}', {"acme": {"auth_token": "x"}}),
        ("concurrency", " 8 ", 8),
        ("patch", "True", True),
        ("patch", "off", False),
        ("shard", "1/4", "1/4"),
        ("shard", "[1]", "[1]"),
        ("unknown", "[1]", "[1]"),
    ],
)
def test_a_text_becomes_what_the_schema_wants(name: str, text: str, value: object) -> None:
    """As JSON; a list of names may do without brackets, and only what is text anyway stays as it is."""
    assert typed({name: text}, SCHEMA) == {name: value}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("organizations", '{"a": 1}'),
        ("organizations", '["s3cret'),
        ("credentials", "s3cret"),
        ("concurrency", "many"),
        ("concurrency", "1.5"),
        ("concurrency", "true"),
        ("patch", "ja"),
    ],
)
def test_a_text_that_is_none_is_named_and_not_shown(name: str, text: str) -> None:
    """It may be a secret."""
    with pytest.raises(ConfigurationError, match=f"The setting {name} must be ") as caught:
        typed({name: text}, SCHEMA)
    assert "s3cret" not in str(caught.value)


def test_what_is_no_text_stays_and_what_is_empty_goes() -> None:
    """A file of settings has types already; a variable without a value is one that is not set."""
    assert typed({"organizations": ["acme"], "patch": False, "shard": "", "concurrency": None}, SCHEMA) == {
        "organizations": ["acme"],
        "patch": False,
    }


def test_the_environment_is_read_by_the_names_of_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the plugin's own, in capitals behind its name."""
    monkeypatch.setenv("TAP_X_SHARD", "1/4")
    monkeypatch.setenv("TAP_X_OTHER", "1")
    assert environment_config("TAP_X_", SCHEMA) == {"shard": "1/4"}


def test_a_setting_that_nothing_reads_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file or in the environment: a misspelt one would go unseen. Meltano's own variables are none."""
    for name in ("X_SHART", "X__SELECT", "X_LOGLEVEL", "X_CREDENTIALS_ACME", "X_PATCH", "Y_SHART"):
        monkeypatch.setenv(name, "s3cret")
    assert unknown_settings({"shard": "1/4", "quite_another": "s3cret"}, "X_", SCHEMA) == [
        "The setting X_SHART is not known, and ignored: did you mean shard?",
        "The setting quite_another is not known, and ignored.",
    ]
