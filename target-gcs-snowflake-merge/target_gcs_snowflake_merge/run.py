"""How a run begins, and how it ends: complete, at a message that is bad, or broken."""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.dispatch import Dispatch
from target_gcs_snowflake_merge.errors import BadInputError, LoaderError
from target_gcs_snowflake_merge.filling import Filling
from target_gcs_snowflake_merge.intake import Intake
from target_gcs_snowflake_merge.naming import REJECTED_TABLE
from target_gcs_snowflake_merge.registry import Registry
from target_gcs_snowflake_merge.summary import COMPLETE, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from target_gcs_snowflake_merge.loader import Loader
    from target_gcs_snowflake_merge.mapping import Mapping
    from target_gcs_snowflake_merge.settings import Settings

logger = logging.getLogger("target-gcs-snowflake-merge")


class Run:
    """Everything that one input is loaded with."""

    def __init__(
        self,
        settings: Settings,
        loader: Loader,
        folder: Path,
        emit: Callable[[bytes], None],
        mapping: Mapping | None = None,
    ) -> None:
        """Take what it works with: FOLDER is its own, EMIT writes a STATE."""
        self._loader = loader
        self._folder = folder
        self._dispatch = Dispatch(settings, loader, emit)
        self._registry = Registry(loader, self._dispatch, mapping)
        self._filling = Filling(settings, folder, self._registry, self._dispatch)
        self._desk = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self.intake = Intake(self._registry, self._dispatch, self._filling, mapping)

    def prepare(self) -> None:
        """Find out at once whether this can work."""
        self._aside(self._loader.prepare)

    def _aside(self, work: Callable[[], None]) -> None:
        """Do work on the warehouse outside the main thread: there the connector takes SIGINT for itself."""
        self._desk.submit(work).result()

    def hurry(self) -> None:
        """Try nothing again from now on; called by a signal handler."""
        self._loader.hurry()

    def finish(self) -> None:
        """Load what is left, wait until all of it is committed, emit the last STATE."""
        self._dispatch.drain(self._registry)
        self._aside(self._dispatch.replace)
        self._aside(self._loader.sweep_objects)
        self._summarize(COMPLETE)
        self.close()
        if self._filling.rejected:
            logger.warning("%d records could not be loaded; see %s", self._filling.rejected, REJECTED_TABLE)

    def abandon(self, error: LoaderError) -> None:
        """End a run that cannot go on: what came before a bad message is committed, and its STATE emitted.

        A table that is to be replaced stays as it was.
        """
        try:
            if not isinstance(error, BadInputError) or self._dispatch.is_overwriting:
                for stream in self._registry.all_streams:
                    stream.batch = None
            while not self._is_drained():
                pass
        except LoaderError as another:
            if another is not error:
                logger.error("%s", another)  # noqa: TRY400 - a sentence for the user, no trace
            self._dispatch.settle()
        finally:
            self._dispatch.close()
            self._aside(self._dispatch.discard)
            self._summarize(outcome_of(error))
            self.close()

    def crash(self, error: BaseException) -> None:
        """End a run that something unexpected has broken."""
        with suppress(Exception):  # what follows from it must not hide it
            self._summarize(outcome_of(error))
        self.close()

    def _summarize(self, outcome: str) -> None:
        self._aside(partial(self._loader.summarize, outcome, self.intake.told_by_tap))

    def _is_drained(self) -> bool:
        """Load what is left; false when that found one more record that does not fit, and cut it off."""
        try:
            self._dispatch.drain(self._registry)
        except BadInputError:
            return False
        return True

    def close(self) -> None:
        """End threads and sessions, delete what lies on disk."""
        self._desk.shutdown()
        self._filling.close()
        self._dispatch.close()
        self._loader.close()
        shutil.rmtree(self._folder, ignore_errors=True)
