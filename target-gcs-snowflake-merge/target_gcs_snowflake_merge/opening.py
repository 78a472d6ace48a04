"""Opens what a run needs: the warehouse, the lake, and what takes the records.

Imported by a run only: the libraries of Snowflake, Google and Arrow take longer to load than `--about` to
answer.
"""

from __future__ import annotations

import os
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge.errors import FatalLoadError
from target_gcs_snowflake_merge.loader import Loader
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.mapping import CONFIGURED_BY, Mapping
from target_gcs_snowflake_merge.provision import ledger_table
from target_gcs_snowflake_merge.replay import replay
from target_gcs_snowflake_merge.retry import Patience
from target_gcs_snowflake_merge.run import Run
from target_gcs_snowflake_merge.run_folder import make_folder
from target_gcs_snowflake_merge.settings import orchestrator_run_id
from target_gcs_snowflake_merge.storage import Lake
from target_gcs_snowflake_merge.summary import COMPLETE, outcome_of
from target_gcs_snowflake_merge.warehouse import Warehouse

if TYPE_CHECKING:
    import collections.abc
    from typing import BinaryIO

    from singer_sdk.mapper import PluginMapper

    from target_gcs_snowflake_merge.reader import LineReader
    from target_gcs_snowflake_merge.replay import Window
    from target_gcs_snowflake_merge.settings import Settings


def open_loader(settings: Settings) -> tuple[Loader, Lake]:
    """Return what loads, and the lake that it loads from; nothing is connected yet."""
    run_id = orchestrator_run_id() or str(uuid.uuid4())
    patience = Patience(settings.retry_seconds)
    warehouse = Warehouse(connection_options(settings, run_id), patience.stopping)
    owner = f"{settings.account}/{ledger_table(settings)}"
    lake = Lake(settings.bucket, settings.folder, owner)
    return Loader(settings, lake, warehouse, patience, run_id), lake


def open_run(settings: Settings, mapper: PluginMapper, config: collections.abc.Mapping[str, Any]) -> Run:
    """Return a run, which has not begun yet."""
    loader, _ = open_loader(settings)
    is_mapped = any(config.get(name) for name in CONFIGURED_BY)
    mapping = Mapping(mapper) if is_mapped else None
    return Run(settings, loader, make_folder(), write_state, mapping)


def replay_window(settings: Settings, window: Window, signals: LineReader) -> int:
    """Load files of the lake once more; return how many batches they made. A signal stops between two."""
    loader, lake = open_loader(settings)
    signals.on_signal(loader.hurry)

    def work() -> int:
        outcome = COMPLETE
        try:
            loader.prepare()
            return replay(loader, lake, window, signals.heed)
        except BaseException as error:
            outcome = outcome_of(error)
            raise
        finally:
            loader.summarize(outcome)
            loader.close()

    with ThreadPoolExecutor(1, thread_name_prefix="replay") as aside:  # see Run: the connector takes SIGINT
        return aside.submit(work).result()


def write_state(state: bytes) -> None:
    """Write a STATE for the tap's next run to standard output."""
    try:
        binary: BinaryIO | None = getattr(sys.stdout, "buffer", None)
        if binary is None:  # somebody has put a buffer of text in its place
            sys.stdout.write(state.decode() + "\n")
        else:
            binary.write(state + b"\n")  # as it came, whatever the locale
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left in the buffer
        message = (
            f"The STATE cannot be written to standard output ({error}): the next run sends more once again."
        )
        raise FatalLoadError(message) from error
