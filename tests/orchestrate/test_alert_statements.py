"""The statements of the alert, as whole text."""

from __future__ import annotations

import datetime as dt

from target_gcs_snowflake_merge.sql import Table

from orchestrate.alert import evidence

LEDGER = Table("GITHUB_PIPELINES", "RAW_TABLES", "_LOAD_LEDGER")
SUMMARY = LEDGER.sibling("_RUN_SUMMARY")
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


def test_the_rows_of_the_runs_of_late() -> None:
    """And of the last run, if there was none of late."""
    assert (
        evidence.rows_of_runs(SUMMARY, evidence.Question(None, MOMENT, MOMENT))
        == """\
SELECT RUN_ID, PLUGIN, STREAM, OUTCOME, ROWS_REJECTED, SKIPPED, DETAILS, ENDED_AT
FROM "GITHUB_PIPELINES"."RAW_TABLES"."_RUN_SUMMARY"
WHERE RUN_ID IN (SELECT RUN_ID FROM "GITHUB_PIPELINES"."RAW_TABLES"."_RUN_SUMMARY" WHERE ENDED_AT >= \
LEAST(TO_TIMESTAMP_NTZ('2026-01-23 12:00:00.000000'), \
(SELECT MAX(ENDED_AT) FROM "GITHUB_PIPELINES"."RAW_TABLES"."_RUN_SUMMARY")))
QUALIFY ROW_NUMBER() OVER (PARTITION BY RUN_ID, PLUGIN, STREAM ORDER BY ENDED_AT DESC) = 1
ORDER BY RUN_ID, PLUGIN, STREAM"""
    )


def test_the_rows_of_a_run() -> None:
    """Of its tries the last one counts."""
    assert (
        evidence.rows_of_runs(SUMMARY, evidence.Question("it's mine", MOMENT, MOMENT))
        == """\
SELECT RUN_ID, PLUGIN, STREAM, OUTCOME, ROWS_REJECTED, SKIPPED, DETAILS, ENDED_AT
FROM "GITHUB_PIPELINES"."RAW_TABLES"."_RUN_SUMMARY"
WHERE RUN_ID = 'it''s mine'
QUALIFY ROW_NUMBER() OVER (PARTITION BY RUN_ID, PLUGIN, STREAM ORDER BY ENDED_AT DESC) = 1
ORDER BY RUN_ID, PLUGIN, STREAM"""
    )
