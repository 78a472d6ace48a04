"""The loader's way from JSON to Parquet, without a lake and a warehouse behind it."""

from __future__ import annotations

import gc
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.layout import Catalog
from target_gcs_snowflake_merge.outcome import Loaded
from target_gcs_snowflake_merge.reader import LineReader
from target_gcs_snowflake_merge.run import Run
from target_gcs_snowflake_merge.settings import Settings

if TYPE_CHECKING:
    from target_gcs_snowflake_merge.batch import Batch
    from target_gcs_snowflake_merge.loader import Loader


class NoWarehouse:
    """Takes finished batches, and does nothing with them."""

    catalog = Catalog()

    def load(self, batch: Batch, _: object) -> Loaded:
        """Delete the files of a batch."""
        batch.remove()
        return Loaded(batch.id)

    @property
    def tables(self) -> NoWarehouse:
        """Return what does nothing with tables either."""
        return self

    def named(self, name: str) -> sql.Table:
        """Return a table."""
        return sql.Table("BENCH", "RAW", name)

    def __getattr__(self, _: str) -> Any:  # noqa: ANN401 - whatever else is asked for
        """Return what does nothing."""
        return lambda *_: None


def main() -> None:
    """Read the Singer file that is named first."""
    settings = Settings(bucket="-", account="-", user="-", password="-")  # noqa: S106 - nobody's
    folder = Path(tempfile.mkdtemp())
    run = Run(settings, cast("Loader", NoWarehouse()), folder, lambda _: None)
    gc.freeze()  # as the command does it
    reader = LineReader(lambda: run)
    with Path(sys.argv[1]).open("rb") as file:
        reader.process_lines(file, {})
    reader.finish()


if __name__ == "__main__":
    main()
