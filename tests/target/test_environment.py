"""Settings as texts: the rules are those of the tap, whose tests have them all."""

from __future__ import annotations

import pytest
from target_gcs_snowflake_merge.environment import typed
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
