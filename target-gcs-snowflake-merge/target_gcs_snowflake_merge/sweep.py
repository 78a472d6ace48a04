"""What runs that died have left behind: staging tables, and objects that no committed batch knows."""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.naming import STAGING_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from target_gcs_snowflake_merge.storage import Lake, Object
    from target_gcs_snowflake_merge.warehouse import Session

DAYS_LOOKED_AT = 3  # a run that was missed for longer leaves its orphans to the bucket's lifecycle
_BATCH_ID = re.compile(r"/([0-9a-f]+)-\d+\.parquet$")

logger = logging.getLogger("target-gcs-snowflake-merge")


def leftover_tables(tables: Iterable[str], limit: dt.datetime) -> list[str]:
    """Return the staging tables that were made before a moment: their names tell when."""
    newest = f"{STAGING_PREFIX}{limit:%Y%m%dT%H%M%SZ}"
    return sorted(name for name in tables if name.startswith(STAGING_PREFIX) and name < newest)


def sweep_objects(
    lake: Lake, session: Session, ledger: sql.Table, folders: Iterable[str], limit: dt.datetime
) -> None:
    """Delete the objects of batches that were never committed, made before a moment."""
    first_day = limit - dt.timedelta(days=DAYS_LOOKED_AT)
    days = [first_day + dt.timedelta(days=number) for number in range(DAYS_LOOKED_AT + 1)]
    found = [
        each
        for folder in sorted(folders)
        for day in days
        for each in lake.list(f"{folder}/date={day:%Y-%m-%d}/")
        if each.is_ours and each.created < limit
    ]
    if not found:
        return
    committed = session.execute(sql.committed_since(ledger, first_day - dt.timedelta(days=1))).rows
    for orphan in orphans(found, committed):
        logger.info("Sweeping %s, whose batch was never committed", orphan)
        lake.delete(orphan)


def orphans(objects: Iterable[Object], committed: Sequence[Sequence[Any]]) -> list[str]:
    """Return the objects that the ledger does not know although it was there when they were written.

    COMMITTED holds id and beginning of batches first, the oldest before the others, and before it the
    beginning of the ledger. Age alone would not do: an object from before the first of them may belong to a
    ledger that somebody has dropped or emptied. It stays.
    """
    if not committed:
        return []
    known = {batch_id for batch_id, *_ in committed}
    oldest = committed[0][1].replace(tzinfo=dt.UTC)
    return [
        each.name
        for each in objects
        if each.created > oldest and (match := _BATCH_ID.search(each.name)) and match[1] not in known
    ]
