"""Gap: databases that survive: one file each in a folder, opened again at every start."""

from __future__ import annotations

import logging
import time
import warnings
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Self

import duckdb
from fakesnow import info_schema, macros
from fakesnow.instance import GLOBAL_DATABASE_NAME, FakeSnow
from fakesnow.transforms import show, stage

from sandbox.snowflake import array_agg, comments, databases, describe, flatten, moments, numbers, stage_names
from sandbox.snowflake.objects import ObjectReader
from sandbox.snowflake.session import Session
from sandbox.snowflake.table_locks import TableLocks
from sandbox.snowflake.user_keys import UserKeys
from sandbox.snowflake.weeks import WeekStart

if TYPE_CHECKING:
    from pathlib import Path

OPEN_SECONDS = 15.0
PAUSE_SECONDS = 0.1
# As fast as rows can be written, for what is thrown away: a file may be large, and may break when the machine
# loses power; what memory has been asked for once is kept. As on Snowflake, rows come in no order that no
# ORDER BY asked for.
WRITING = {
    "checkpoint_threshold": "512MB",  # of a log; with less, a larger COMMIT waits until all is written again
    "force_compression": "uncompressed",
    "fsync_mode": "NONE",
    "preserve_insertion_order": "false",
    "block_allocator_memory": "2GB",
}
RESULTS_KEPT = 200  # each with its columns: two entries
# sqlglot warns of each statement that DuckDB has no words for: they are what this package is about.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
logging.getLogger("fakesnow.server").setLevel(logging.WARNING)  # it tells of each file that is uploaded
warnings.filterwarnings(
    "ignore", "Arrow output on a DB-API result", UserWarning
)  # how fakesnow reads results


class Results(OrderedDict[str, Any]):
    """The last results, by query id; RESULT_SCAN finds no older ones."""

    def __setitem__(self, key: str, value: Any) -> None:  # noqa: ANN401 - fakesnow's own
        """Keep a result, and forget the oldest."""
        super().__setitem__(key, value)
        if len(self) > RESULTS_KEPT:
            self.popitem(last=False)


class Warehouse(FakeSnow):
    """Every database of one folder."""

    def __init__(self, folder: Path, *, gcs_url: str = "", part_rows: int | None = None) -> None:
        """Open the databases, as soon as no other process has them open.

        Their new tables are kept in parts of so many rows, a multiple of 2,048.
        """
        folder.mkdir(parents=True, exist_ok=True)
        array_agg.close_gap()
        comments.close_gap()
        describe.close_gap()
        flatten.close_gap()
        moments.close_gap()
        numbers.close_gap()
        self.db_path = str(folder.resolve())
        self.nop_regexes = None
        self.results_cache = Results()
        self.locks = TableLocks()
        self.user_keys = UserKeys()
        self.week_start = WeekStart()
        self.objects = ObjectReader(gcs_url)
        stage.LOCAL_BUCKET_PATH = str(folder.resolve() / "internal_stages")
        self.duck_conn = duckdb.connect(
            ":memory:",
            config={
                "lambda_syntax": "ENABLE_SINGLE_ARROW",
                "ieee_floating_point_ops": "false",  # a division by zero is an error
                "python_enable_replacements": "false",
                **WRITING,
            },
        )
        self._attach(folder / f"{GLOBAL_DATABASE_NAME}.duckdb", GLOBAL_DATABASE_NAME)
        self.duck_conn.execute(info_schema.fs_global_creation_sql())
        self.duck_conn.execute(numbers.columns_view())
        self.duck_conn.execute(show.fs_global_creation_sql())
        stage_names.make_user_stage(self.duck_conn)
        self.duck_conn.execute("SET GLOBAL TimeZone = 'UTC'")
        self.duck_conn.execute(macros.creation_sql("memory"))  # for sessions without a database
        for file in sorted(folder.glob("*.db")):
            self._attach(file, file.stem, f" (ROW_GROUP_SIZE {part_rows or databases.PART_ROWS})")
            self.duck_conn.execute(info_schema.per_db_creation_sql(file.stem))
            self.duck_conn.execute(macros.creation_sql(file.stem))

    def __enter__(self) -> Self:
        """Return the warehouse, which is open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the databases."""
        self.duck_conn.close()

    def _attach(self, file: Path, name: str, options: str = "") -> None:
        """Open a database file; one that a server which is about to end still has open, a little later."""
        deadline = time.monotonic() + OPEN_SECONDS
        while True:
            try:
                self.duck_conn.execute(f"ATTACH '{file}' AS \"{name}\"{options}")
            except duckdb.IOException as error:
                if "lock" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
            else:
                return

    def connect(
        self,
        database: str | None = None,
        schema: str | None = None,
        nop_regexes: list[str] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> Session:
        """Open a session; as on Snowflake, a database that does not exist is no error until it is used."""
        return Session(
            self.duck_conn.cursor(),
            self.results_cache,
            database,
            schema,
            create_database=False,
            create_schema=False,
            db_path=self.db_path,
            nop_regexes=nop_regexes,
            locks=self.locks,
            objects=self.objects,
            user_keys=self.user_keys,
            week_start=self.week_start,
            **options,
        )
