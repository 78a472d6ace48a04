"""The statements of the alert, as whole text."""

from __future__ import annotations

import datetime as dt

from target_gcs_snowflake_merge.sql import Table

from orchestrate.alert import evidence

LEDGER = Table("GITHUB_PIPELINES", "RAW_TABLES", "_LOAD_LEDGER")
MOMENT = dt.datetime(2026, 1, 23, 12, tzinfo=dt.UTC)


def test_the_newest_batch_of_each_organisation() -> None:
    """A batch may be of several, or of none: then it is nobody's."""
    assert (
        evidence.newest_commits(LEDGER, MOMENT)
        == """\
SELECT OF_BATCH.VALUE::VARCHAR AS ORGANISATION, MAX(COMMITTED_AT) AS NEWEST
FROM "GITHUB_PIPELINES"."RAW_TABLES"."_LOAD_LEDGER", LATERAL FLATTEN(INPUT => ORGANISATIONS) AS OF_BATCH
WHERE COMMITTED_AT >= TO_TIMESTAMP_NTZ('2026-01-23 12:00:00.000000')
GROUP BY ORGANISATION"""
    )
