"""What a session is told at login, so that it works alike for every user of every account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.login import SESSION_PARAMETERS, connection_options
from target_gcs_snowflake_merge.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS = {"bucket": "lake", "account": "acme-main", "user": "loader", "password": "secret"}


def test_what_an_account_sets_otherwise_does_not_reach_a_session() -> None:
    """A ledger that is read in part has orphans that are none; a name in small letters is one of its own."""
    parameters = connection_options(Settings.from_config(SETTINGS), "run")["session_parameters"]
    assert parameters["ROWS_PER_RESULTSET"] == 0
    assert parameters["QUOTED_IDENTIFIERS_IGNORE_CASE"] is False


def test_a_lock_is_waited_for_as_long_as_a_statement_may_hold_it() -> None:
    """Workers share tables: who waits for another's first load would fail else."""
    warehouse = (ROOT / "orchestrate" / "snowflake" / "2_warehouse.sql").read_text(encoding="utf-8")
    (longest,) = re.findall(r"statement_timeout_in_seconds = (\d+)", warehouse)
    assert SESSION_PARAMETERS["LOCK_TIMEOUT"] == int(longest)


def test_a_secret_that_nobody_has_read_is_no_bad_key() -> None:
    """Else somebody would replace a key that is good."""
    named = {**SETTINGS, "private_key": "projects/acme/secrets/snowflake-private-key/versions/latest"}
    with pytest.raises(SettingsError, match=r"names a secret .* begin the command with .*with_secrets"):
        connection_options(Settings.from_config(named), "run")
