"""Settings as texts: the rules are those of the tap, whose tests have them all."""

from __future__ import annotations

import pytest
from target_gcs_snowflake_merge.environment import typed, unknown_settings
from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge

SCHEMA = TargetGCSSnowflakeMerge.config_jsonschema


def test_texts_become_what_the_settings_want() -> None:
    """As Meltano and the environment pass them; what is empty is not set."""
    given = {"batch_size_rows": "5", "hard_delete": "yes", "password": "12345", "stage": ""}
    assert typed(given, SCHEMA) == {"batch_size_rows": 5, "hard_delete": True, "password": "12345"}


@pytest.mark.parametrize(("name", "text"), [("batch_size_rows", "s3cret"), ("hard_delete", "s3cret")])
def test_a_text_that_is_none_is_named_and_not_shown(name: str, text: str) -> None:
    """It may be a secret."""
    with pytest.raises(SettingsError, match=f"The setting {name} must be ") as caught:
        typed({name: text}, SCHEMA)
    assert text not in str(caught.value)


def test_a_setting_that_nothing_reads_is_told_of() -> None:
    """A misspelt one would go unseen; those of the SDK are none."""
    given = {"batch_size_row": 5, "stream_maps": {}, "add_record_metadata": True}
    sentence = "The setting batch_size_row is not known, and ignored: did you mean batch_size_rows?"
    assert sentence in unknown_settings(given, "TARGET_GCS_SNOWFLAKE_MERGE_", SCHEMA)
