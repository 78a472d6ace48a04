"""What the warehouse knows of a run, asked with the loader's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import LoaderError, MissingObjectError, SettingsError
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.naming import SUMMARY_TABLE
from target_gcs_snowflake_merge.provision import ledger_table
from target_gcs_snowflake_merge.settings import Settings, without_empty
from target_gcs_snowflake_merge.warehouse import Warehouse

from orchestrate.alert.environment import in_force
from orchestrate.alert.problems import LOADER, Seen, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from target_gcs_snowflake_merge.warehouse import Session

OF_ACCOUNT = (
    *("account", "user", "password", "private_key_path", "private_key", "private_key_passphrase"),
    *("authenticator", "role", "warehouse", "database", "host", "port", "protocol"),
)
RAW_SCHEMA = "TARGET_GCS_SNOWFLAKE_MERGE_SCHEMA"


def settings_from(variables: Mapping[str, str], command: Sequence[str] = ()) -> Settings:
    """Return how to reach the warehouse, from the variables that .env has; raise `SettingsError`.

    COMMAND may name the environment of Meltano, which has tables of its own.
    """
    environment = in_force(variables, command)
    given = {name: environment.get(f"SNOWFLAKE_{name.upper()}", "") for name in OF_ACCOUNT}
    missing = [f"SNOWFLAKE_{name.upper()}" for name in ("account", "user") if not given[name]]
    if missing:
        message = f"Settings are missing: set {' and '.join(missing)} in .env."
        raise SettingsError(message)
    schema = environment.get(RAW_SCHEMA) or environment.get("SNOWFLAKE_RAW_SCHEMA", "")
    bucket = environment.get("GCS_BUCKET") or "none"  # nothing is read from it
    return Settings.from_config(without_empty({**given, "schema": schema, "bucket": bucket}))


def look(
    variables: Mapping[str, str], command: Sequence[str], run_id: str | None, exit_code: int | None
) -> Seen:
    """Return what is known of a run, or (None) of the last one that has told of itself."""
    try:
        settings = settings_from(variables, command)
        warehouse = Warehouse(connection_options(settings, "alert"))
        try:
            newest, told = _answers(warehouse.session, ledger_table(settings), run_id)
        finally:
            warehouse.close()
    except LoaderError as error:
        return Seen(exit_code, failure_to_look=str(error))
    return Seen(exit_code, [_told(row) for row in told], newest)


def _answers(session: Session, ledger: sql.Table, run_id: str | None) -> tuple[Any, list[dict[str, Any]]]:
    try:
        newest = session.execute(newest_commit(ledger)).rows[0][0]
        return newest, session.execute(rows_of_run(ledger.sibling(SUMMARY_TABLE), run_id)).records()
    except MissingObjectError:
        return None, []  # before the first load there is nothing


def newest_commit(ledger: sql.Table) -> str:
    """Return the query for when a batch was last committed, UTC."""
    return f"SELECT MAX(COMMITTED_AT) FROM {ledger}"  # noqa: S608 - quoted


def rows_of_run(summary: sql.Table, run_id: str | None) -> str:
    """Return the query for the rows of a run, or (None) of the one whose loader ended last."""
    last = (
        f"(SELECT RUN_ID FROM {summary} WHERE PLUGIN = {sql.literal(LOADER)} AND STREAM IS NULL"  # noqa: S608
        " ORDER BY ENDED_AT DESC LIMIT 1)"
    )
    wanted = sql.literal(run_id) if run_id else last
    return (
        "SELECT PLUGIN, STREAM, OUTCOME, ROWS_REJECTED, SKIPPED, DETAILS\n"
        f"FROM {summary}\n"
        f"WHERE RUN_ID = {wanted}\n"
        "ORDER BY PLUGIN, STREAM"
    )


def _told(row: Mapping[str, Any]) -> Told:
    return Told(
        row["plugin"],
        row["stream"],
        row["outcome"],
        int(row["rows_rejected"] or 0),
        int(row["skipped"] or 0),
        row["details"],
    )
