"""What came of loading a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from target_gcs_snowflake_merge import sql
    from target_gcs_snowflake_merge.warehouse import Answer


@dataclass(frozen=True)
class Loaded:
    """Work that is committed; its staging tables, also those of attempts that failed, are still there."""

    batch_id: str
    stagings: tuple[sql.Table, ...] = ()


@dataclass(frozen=True)
class Staged:
    """A staging table that holds the rows of a batch."""

    table: sql.Table
    copy_ids: tuple[str, ...]


@dataclass(frozen=True)
class Changes:
    """What the statements of one transaction did."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    effective: int = 0
    """Rows of the batch that did any of it, which those do not that were found missing."""
    statement_ids: tuple[str, ...] = ()

    def plus(self, answer: Answer) -> Changes:
        """Add what a MERGE, INSERT, UPDATE or DELETE did; a plain UPDATE marks rows as deleted."""
        counts = answer.records()[0] if answer.rows else {}
        inserted = int(counts.get("number of rows inserted") or 0)
        updated = int(counts.get("number of rows updated") or 0)
        deleted = int(counts.get("number of rows deleted") or 0)
        if "number of multi-joined rows updated" in counts:
            updated, deleted = 0, updated
        is_merge = "number of rows inserted" in counts
        return Changes(
            self.inserted + inserted,
            self.updated + updated,
            self.deleted + deleted,
            self.effective + (inserted + updated + deleted if is_merge else 0),
            (*self.statement_ids, answer.statement_id),
        )
