"""The target as a Singer plugin: its command line, its settings, its errors as one sentence each."""

from __future__ import annotations

import gc
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, NoReturn

from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import PluginCapabilities
from singer_sdk.target_base import Target

from target_gcs_snowflake_merge.environment import environment_config, typed, unknown_settings
from target_gcs_snowflake_merge.errors import LoaderError, SettingsError, TerminatedError
from target_gcs_snowflake_merge.last_input import forget_input
from target_gcs_snowflake_merge.reader import LineReader
from target_gcs_snowflake_merge.settings import CONFIG_SCHEMA, Settings, without_empty

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator
    from types import FrameType

    from singer_sdk.plugin_base import _ConfigInput

    from target_gcs_snowflake_merge.replay import Window
    from target_gcs_snowflake_merge.run import Run

# systemd and others send SIGTERM to all processes of a group, whereupon Meltano sends it to its plugins.
ECHO_SECONDS = 10.0


class TargetGCSSnowflakeMerge(Target):
    """Loads Singer records into Snowflake: Parquet on Google Cloud Storage, COPY INTO, MERGE."""

    name = "target-gcs-snowflake-merge"
    package_name = "target-gcs-snowflake-merge"
    config_jsonschema = CONFIG_SCHEMA
    capabilities = [  # noqa: RUF012 - the SDK's own way to declare them
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]

    def __init__(
        self,
        *,
        config: dict[str, Any] | None = None,
        parse_env_config: bool = False,
        validate_config: bool = True,
        setup_mapper: bool = True,
    ) -> None:
        """Read the settings; nothing is connected yet."""
        self.append_builtin_config(self.config_jsonschema)
        of_environment = environment_config(self._env_var_prefix, self.config_jsonschema)
        given = {**(config or {}), **(of_environment if parse_env_config else {})}
        for sentence in unknown_settings(given, self._env_var_prefix, self.config_jsonschema):
            self.logger.warning(sentence)
        given = typed(without_empty(given), self.config_jsonschema)
        self._lines = LineReader(self._open_run)
        self._signalled_at: dict[int, float] = {}
        super().__init__(
            config=given,
            validate_config=validate_config,
            setup_mapper=setup_mapper,
            message_reader=self._lines,
        )

    @classmethod
    def append_builtin_config(cls, config_jsonschema: dict[str, Any]) -> None:
        """Add the settings of the SDK that this target honours: stream maps and flattening."""
        super(Target, cls).append_builtin_config(config_jsonschema)

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        file_input: IO[str] | None = None,
    ) -> None:
        """Run the command; an error of ours ends it with one sentence."""
        with one_sentence(cls.logger):
            super().invoke(about=about, about_format=about_format, config=config, file_input=file_input)

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        if self.config.get("flattening_enabled") and self.config.get("flattening_max_depth") is None:
            message = "flattening_enabled needs flattening_max_depth: how many levels become columns."
            raise SettingsError(message)
        try:
            return super()._validate_config(raise_errors=raise_errors)
        except ConfigValidationError as error:
            message = f"The settings are not valid: {'; '.join(error.errors)}."
            raise SettingsError(message) from None

    def process_endofpipe(self) -> None:
        """Load what is left when the input has ended."""
        self._lines.finish()

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End between two messages; a second signal of the kind ends the process at once."""
        del frame
        now = time.monotonic()
        first = self._signalled_at.setdefault(signum, now)
        if first == now:
            self._lines.terminate(signum)
        elif signum != signal.SIGTERM or now - first > ECHO_SECONDS:
            signal.signal(signum, signal.SIG_DFL)
            signal.raise_signal(signum)

    def _open_run(self) -> Run:
        from target_gcs_snowflake_merge import opening  # noqa: PLC0415 - see there

        gc.freeze()  # what the imports have made stays: looking at it again and again would cost a tenth
        return opening.open_run(Settings.from_config(self.config), self.mapper, self.config)

    def replay(self, window: Window) -> None:
        """Load files of the lake once more."""
        from target_gcs_snowflake_merge import opening  # noqa: PLC0415 - see there

        try:
            count = opening.replay_window(Settings.from_config(self.config), window, self._lines)
        except LoaderError:
            self._lines.heed()  # what follows from a signal is the signal's
            raise
        if not count:
            message = (
                f"The lake has no files of the stream {window.stream} in this window: nothing was replayed."
            )
            raise SettingsError(message)
        self.logger.info("Replayed %d batches of %s", count, window.stream)


@contextmanager
def one_sentence(logger: logging.Logger) -> Iterator[None]:
    """End the process with one sentence where something goes wrong; the trace is for those who ask."""
    try:
        yield
    except TerminatedError as error:
        logger.error("%s", error)  # noqa: TRY400 - no trace
        sys.exit(128 + error.signal_number)
    except LoaderError as error:
        logger.error("%s", error)  # noqa: TRY400 - no trace
        _leave(is_starting=isinstance(error, SettingsError))
    except Exception as error:
        text = "Unexpected %s: %s (LOGLEVEL=DEBUG shows where)"
        logger.error(text, type(error).__name__, error)  # noqa: TRY400 - no trace
        logger.debug("Where it came from:", exc_info=True)
        _leave()


def _leave(*, is_starting: bool = False) -> NoReturn:
    with suppress(OSError, ValueError):  # there may be no standard input
        forget_input(sys.stdin.fileno(), is_starting=is_starting)
    sys.exit(1)
