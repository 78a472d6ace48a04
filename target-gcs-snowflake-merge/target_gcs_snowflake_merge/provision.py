"""What has to be there before anything is loaded: bucket, database, schema, stage, ledger, summary."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import MissingObjectError, MissingPrivilegeError, SettingsError
from target_gcs_snowflake_merge.layout import Catalog
from target_gcs_snowflake_merge.naming import LEDGER_TABLE, SUMMARY_TABLE, conform
from target_gcs_snowflake_merge.settings import identifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from target_gcs_snowflake_merge.settings import Settings
    from target_gcs_snowflake_merge.warehouse import Session

logger = logging.getLogger("target-gcs-snowflake-merge")


def ledger_table(settings: Settings) -> sql.Table:
    """Return the ledger's name, whose siblings are the tables of the streams."""
    return sql.Table(identifier(settings.database), identifier(settings.schema), LEDGER_TABLE)


def stage_name(settings: Settings) -> sql.Table:
    """Return the full name of the stage; a setting of one or two parts is completed."""
    parts = [identifier(part) for part in settings.stage.split(".")]
    database, schema = identifier(settings.database), identifier(settings.schema)
    if len(parts) > 3:  # noqa: PLR2004 - database, schema, name
        message = f"The setting stage is no name of a stage: {settings.stage!r}."
        raise SettingsError(message)
    return sql.Table(*([database, schema, *parts][-3:]))


def prepare_schema(settings: Settings, session: Session) -> Catalog:
    """Return what the schema holds; make database, schema, ledger and summary where they are missing."""
    ledger = ledger_table(settings)
    try:
        rows = session.execute(sql.list_columns(ledger.database, ledger.schema)).rows
    except MissingObjectError:
        create(session, sql.create_database(ledger.database))
        rows = []
    if not rows:
        create_missing_schema(session, ledger)
    catalog = Catalog.from_rows(rows)
    if LEDGER_TABLE in catalog.tables:
        rows = session.execute(sql.loaded_streams(ledger)).rows
        catalog.loaded = frozenset((stream, table or conform(stream)) for stream, table in rows)
    else:
        create(session, sql.create_ledger(ledger))
    if not catalog.loaded:  # also where an earlier attempt, or run, has made the ledger and came no further
        session.execute(sql.begin_ledger(ledger, dt.datetime.now(dt.UTC)))
    if SUMMARY_TABLE not in catalog.tables:
        create(session, sql.create_summary(ledger.sibling(SUMMARY_TABLE)))
    return catalog


def create_missing_schema(session: Session, ledger: sql.Table) -> None:
    """Make the schema; where the role may not, it may still be there, empty."""
    statement = sql.create_schema(ledger.database, ledger.schema)
    try:
        session.execute(statement)
    except MissingPrivilegeError:
        logger.debug("The role may not run: %s", statement)
    except MissingObjectError as error:
        raise SettingsError(_ask_for(statement, error)) from error


def prepare_stage(settings: Settings, session: Session) -> str:
    """Return the folder of the lake as seen from the stage; make the stage where it is missing."""
    stage = stage_name(settings)
    rows = session.execute(sql.show_stages(stage)).records()
    urls = [row["url"] for row in rows if row["name"] == stage.name and row["schema_name"] == stage.schema]
    if not urls:
        create_stage(settings, session, stage)
        return ""
    return below_stage(stage, urls[0], settings.lake_url)


def below_stage(stage: sql.Table, stage_url: str, lake_url: str) -> str:
    """Return the path from the folder of the stage down to the folder of the lake."""
    top = stage_url.rstrip("/") + "/"
    folder = lake_url.rstrip("/") + "/"
    if not folder.startswith(top):
        message = (
            f"The stage {stage} shows {stage_url}, which does not contain {lake_url}: correct the settings"
            f" stage, bucket or prefix, or run: ALTER STAGE {stage} SET URL = {sql.literal(lake_url)}"
        )
        raise SettingsError(message)
    return folder.removeprefix(top)


def create_stage(settings: Settings, session: Session, stage: sql.Table) -> None:
    """Make the stage, and its integration where that is missing."""
    integration = identifier(settings.storage_integration) if settings.storage_integration else None
    statement = sql.create_stage(stage, settings.lake_url, integration)
    try:
        session.execute(statement)
    except MissingObjectError:
        if integration is None:
            raise
        create(session, sql.create_integration(integration, settings.lake_url))
        create(session, statement)
    except MissingPrivilegeError as error:
        raise SettingsError(_ask_for(statement, error)) from error
    logger.info("Made the stage %s over %s", stage, settings.lake_url)


def create(session: Session, statement: str) -> Sequence[tuple[Any, ...]]:
    """Run a CREATE; where the role may not, say what somebody else has to run."""
    try:
        return session.execute(statement).rows
    except (MissingObjectError, MissingPrivilegeError) as error:
        raise SettingsError(_ask_for(statement, error)) from error


def _ask_for(statement: str, error: Exception) -> str:
    return f"{error} Have a role that may run this: {' '.join(statement.split())}"
