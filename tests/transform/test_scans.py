"""What the benchmark counts as scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.snowflake.warehouse import Warehouse

from benchmarks.transform.scans import scanned_rows

from .warehouse import DATABASE

if TYPE_CHECKING:
    from pathlib import Path

# How fakesnow reads results; the server filters it, too.
pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")

OLD, NEW = 300_000, 1_000


def test_what_a_filter_leaves_out_is_not_scanned(tmp_path: Path) -> None:
    """A moment of load that is cast, and an id that the rows loaded since then have, leave out older rows."""
    with Warehouse(tmp_path / "databases") as opened:
        cursor = opened.connect().cursor()
        cursor.execute(f"create database {DATABASE}")
        cursor.execute(f"create schema {DATABASE}.marts")
        cursor.execute(
            f"create table {DATABASE}.marts.loaded as select seq4()::number(38, 0) as id, "
            f"iff(seq4() < {OLD}, '2026-01-01', '2026-01-02')::timestamp_ntz as loaded_at "
            f"from table(generator(rowcount => {OLD + NEW}))"
        )
        cursor.execute(
            f"create view {DATABASE}.marts.typed as select cast(id as number(38, 0)) as id, "
            f"cast(loaded_at as timestamp_ntz) as moment from {DATABASE}.marts.loaded"
        )
    compiled = tmp_path / "compiled"
    compiled.mkdir()
    (compiled / "whole.sql").write_text("select * from typed", encoding="utf-8")
    (compiled / "changed.sql").write_text(
        "with changed as (select id from typed where moment > '2026-01-01 12:00:00'::timestamp_ntz) "
        "select * from typed where id in (select changed.id from changed)",
        encoding="utf-8",
    )
    scanned = scanned_rows(tmp_path / "databases", compiled, ["whole", "changed"])
    assert scanned["whole"] == OLD + NEW
    assert scanned["changed"] < (OLD + NEW) / 2
