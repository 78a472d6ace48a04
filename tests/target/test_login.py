"""What a session is told at login, so that it works alike for every user of every account."""

from __future__ import annotations

from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.settings import Settings

SETTINGS = {"bucket": "lake", "account": "acme-main", "user": "loader", "password": "secret"}


def test_what_an_account_sets_otherwise_does_not_reach_a_session() -> None:
    """A ledger that is read in part has orphans that are none; a name in small letters is one of its own."""
    parameters = connection_options(Settings.from_config(SETTINGS), "run")["session_parameters"]
    assert parameters["ROWS_PER_RESULTSET"] == 0
    assert parameters["QUOTED_IDENTIFIERS_IGNORE_CASE"] is False
