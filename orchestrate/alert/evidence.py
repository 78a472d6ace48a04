"""What the warehouse knows of a run, asked with the loader's own account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import LoaderError
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.naming import SUMMARY_TABLE
from target_gcs_snowflake_merge.provision import ledger_table
from target_gcs_snowflake_merge.sql.text import moment
from target_gcs_snowflake_merge.warehouse import Warehouse

from orchestrate.alert.problems import Seen
from orchestrate.alert.runs import Told
from orchestrate.warehouse_settings import settings_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from target_gcs_snowflake_merge.warehouse import Session


@dataclass(frozen=True)
class Question:
    """What is asked of the warehouse."""

    run_id: str | None
    """None: the runs that have told of themselves of late."""
    ended_since: datetime
    """What of late means, UTC; the last run counts in any case."""
    read_since: datetime
    """An organisation that nothing was loaded of since then, UTC, is read no more."""
    command: Sequence[str] = ()
    """What was run; it may name the environment of Meltano."""


def look(variables: Mapping[str, str], question: Question, exit_code: int | None) -> Seen:
    """Return what is known of the loads, and of a run that ended with EXIT_CODE."""
    try:
        settings = settings_from(variables, question.command)
        warehouse = Warehouse(connection_options(settings, "alert"))
        try:
            return _answers(warehouse.session, ledger_table(settings), question, exit_code)
        finally:
            warehouse.close()
    except LoaderError as error:
        return Seen(exit_code, failure_to_look=str(error))


def _answers(session: Session, ledger: sql.Table, question: Question, exit_code: int | None) -> Seen:
    summary = ledger.sibling(SUMMARY_TABLE)
    newest = session.execute(newest_commit(ledger)).rows[0][0]
    newest_of = dict(session.execute(newest_commits(ledger, question.read_since)).rows)
    told = session.execute(rows_of_runs(summary, question)).records()
    return Seen(exit_code, [_told(row) for row in told], newest, newest_of)


def newest_commit(ledger: sql.Table) -> str:
    """Return the query for when a batch was last committed, UTC."""
    return f"SELECT MAX(COMMITTED_AT) FROM {ledger}"  # noqa: S608 - quoted


def newest_commits(ledger: sql.Table, since: datetime) -> str:
    """Return the query for when a batch of each organisation was last committed, UTC, if SINCE then.

    A run that finds nothing new moves it, too: the tap sends the list of repositories and people each time.
    """
    return (
        "SELECT OF_BATCH.VALUE::VARCHAR AS ORGANISATION, MAX(COMMITTED_AT) AS NEWEST\n"
        f"FROM {ledger}, LATERAL FLATTEN(INPUT => ORGANISATIONS) AS OF_BATCH\n"
        f"WHERE COMMITTED_AT >= {moment(since)}\n"
        "GROUP BY ORGANISATION"
    )


def rows_of_runs(summary: sql.Table, question: Question) -> str:
    """Return the query for the rows of the runs in question: of tries of one, those of the last."""
    last = f"(SELECT MAX(ENDED_AT) FROM {summary})"  # noqa: S608 - quoted
    late = f"(SELECT RUN_ID FROM {summary} WHERE ENDED_AT >= LEAST({moment(question.ended_since)}, {last}))"  # noqa: S608
    wanted = f"= {sql.literal(question.run_id)}" if question.run_id else f"IN {late}"
    return (
        "SELECT RUN_ID, PLUGIN, STREAM, OUTCOME, ROWS_REJECTED, SKIPPED, DETAILS, ENDED_AT\n"
        f"FROM {summary}\n"
        f"WHERE RUN_ID {wanted}\n"
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY RUN_ID, PLUGIN, STREAM ORDER BY ENDED_AT DESC) = 1\n"
        "ORDER BY RUN_ID, PLUGIN, STREAM"
    )


def _told(row: Mapping[str, Any]) -> Told:
    return Told(
        row["plugin"],
        row["stream"],
        row["outcome"],
        int(row["rows_rejected"] or 0),
        int(row["skipped"] or 0),
        row["details"],
        row["run_id"],
        row["ended_at"],
    )
