"""The tap as a Singer plugin: its command line, its settings, its errors as one sentence each."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, cast

from singer_sdk import Tap
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers.capabilities import PluginCapabilities, TapCapabilities

from tap_github_custom.bookmark_store import BookmarkStore
from tap_github_custom.catalog import unknown_to, warning_of
from tap_github_custom.client import Client, Usage
from tap_github_custom.config_schema import CONFIG_SCHEMA, FAIL
from tap_github_custom.credentials.settings import credentials_from, without_secrets
from tap_github_custom.emission import CompleteSets
from tap_github_custom.endings import end_if_stuck, one_sentence
from tap_github_custom.environment import environment_config, typed, unknown_settings
from tap_github_custom.errors import (
    BudgetSpentError,
    ClosedError,
    ConfigurationError,
    MissingCredentialError,
    RepositoryError,
    SkippedError,
    TerminatedError,
)
from tap_github_custom.identity import Matches, people, read_mapping_file
from tap_github_custom.listing import login_of
from tap_github_custom.output import CountingWriter, StateRhythm
from tap_github_custom.run import Run
from tap_github_custom.settings import Settings
from tap_github_custom.state_file import checked, stream_state
from tap_github_custom.stream_names import COMMIT_FILE, PATCH, REPOSITORY, USER_LOOKUP
from tap_github_custom.streams import STREAMS, GitHubStream
from tap_github_custom.summary import Summary, write_json
from tap_github_custom.unmatched import unmatched_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    import click
    from singer_sdk.plugin_base import _ConfigInput

    from tap_github_custom.emission import Emission
    from tap_github_custom.identity import MappedPerson
    from tap_github_custom.repository import Row

# systemd and others send SIGTERM to all processes of a group, whereupon Meltano sends it to its plugins.
ECHO_SECONDS = 10.0
TEST_REPOSITORIES = 5  # `--test` looks for a record of each stream in so many repositories
TEST_ATTEMPTS = 25  # ... and gives up after so many, where others are refused


class TapGitHubCustom(Tap):
    """Reads pull requests, reviews, commits, files and people of GitHub organisations."""

    name = "tap-github-custom"
    package_name = "tap-github-custom"
    config_jsonschema = CONFIG_SCHEMA
    message_writer_class = CountingWriter
    capabilities = [  # noqa: RUF012 - the SDK's own way to declare them
        TapCapabilities.CATALOG,
        TapCapabilities.STATE,
        TapCapabilities.DISCOVER,
        TapCapabilities.TEST,
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
        **options: Any,  # noqa: ANN401 - those of the SDK
    ) -> None:
        """Read the settings; nothing is asked yet."""
        self.append_builtin_config(self.config_jsonschema)
        of_environment = environment_config(self._env_var_prefix, self.config_jsonschema)
        given = {**(config or {}), **(of_environment if parse_env_config else {})}
        for sentence in unknown_settings(given, self._env_var_prefix, self.config_jsonschema):
            self.logger.warning(sentence)
        given = typed(given, self.config_jsonschema)
        self._began = datetime.now(UTC)
        self._stopped_by = 0
        self._signalled_at: dict[int, float] = {}
        self._is_over = threading.Event()
        self._checked: Settings | None = None
        self._mapping: Sequence[MappedPerson] = ()
        self._run: Run | None = None
        self._are_people_read = False
        self._bookmarks: BookmarkStore | None = None
        self._client: Client | None = None
        self._saved_state: dict[str, Any] = {}
        self._summary = Summary(self._began, str(given.get("shard") or "1/1"))
        super().__init__(config=given, **options)

    def discover_streams(self) -> Sequence[GitHubStream]:
        """Return every stream."""
        return [stream(self) for stream in STREAMS]

    def load_state(self, state: dict[str, Any]) -> None:
        """Keep the state of the last run; the SDK would write it out again before anything is read."""
        self._saved_state = state

    def sync_all(self) -> None:  # type: ignore[misc] # the SDK has no other place for the end of a run
        """Sync all streams; whatever happens, say how far it came."""
        try:
            self._prepare()
            try:
                super().sync_all()
            except BudgetSpentError as error:
                self._summary.outcome = f"ended early: {error}"
            self._check_skipped()
        except ClosedError as error:  # the signal closed the client under a reading
            terminated = TerminatedError(self._stopped_by)
            self._summary.outcome = f"failed: {terminated}"
            raise terminated from error
        except BaseException as error:
            self._summary.outcome = f"failed: {error}"
            raise
        finally:
            try:
                self._finish()
            finally:
                self._is_over.set()

    def run_connection_test(self) -> bool:  # type: ignore[misc] # as for `sync_all`
        """Read a record of each stream, for `--test`; no thread that waits for a limit keeps the process."""
        try:
            is_well = super().run_connection_test()
            self._check_skipped()
        finally:
            if self._client is not None:
                self._client.close()
        return is_well

    def _check_skipped(self) -> None:
        """Fail where the settings ask for it, and where nothing at all could be read: nobody means that."""
        is_all = self._summary.is_all_skipped
        if is_all or (self._summary.skipped and self._settings.on_repository_error == FAIL):
            names = sorted(self._summary.skipped)
            raise SkippedError(names, self._settings.error_exit_code, is_all=is_all and not self._is_test)

    def _prepare(self) -> None:
        """Find out at once whether this can work."""
        self._open_client()
        if self.input_catalog is not None:
            unknown = unknown_to(self.input_catalog, self._github_streams)
            if unknown:
                self.logger.warning(warning_of(unknown))
        unmatched = unmatched_credentials(
            self.config.get("organization_credentials") or (), self._settings.owners
        )
        if unmatched:
            text = "The setting organization_credentials is about organisations that are not read: %s"
            self.logger.warning(text, ", ".join(unmatched))
        if self.streams[USER_LOOKUP].selected and self._settings.user_mapping_file:
            self._mapping = read_mapping_file(self._settings.user_mapping_file)

    def read_repositories(self) -> None:
        """Read every repository, and write what belongs to it."""
        selected = [stream for stream in self._github_streams if stream.selected]
        for stream in selected:
            if stream.name != USER_LOOKUP:
                stream.write_schema()
        rhythm = StateRhythm(self._writer)
        run = Run(self._open_client(), self._settings, self._store, self._summary, self._emit)
        self._run = run
        run.find()
        self._read_people_that_are_owed()
        with closing(run.repositories(self._wanted, self._began, self._check)) as repositories:
            for done, _ in enumerate(repositories, start=1):
                self._check()
                if rhythm.is_due(self._store.length):
                    self._write_state()
                    rhythm.written()
                is_enough = self._summary.read >= TEST_REPOSITORIES or done >= TEST_ATTEMPTS
                if self._is_test and (is_enough or self._is_test_over):
                    return

    def _read_people_that_are_owed(self) -> None:
        """Read people first where the run before had no budget left for them.

        They come last otherwise, and after a run that has begun with them, however it ended: a request for
        each login may be all that the budget allows.
        """
        if not self.streams[USER_LOOKUP].selected or not self._settings.shard.is_first:
            return
        is_owed, self._store.is_people_owed = self._store.is_people_owed, not self._store.is_people_owed
        if is_owed:
            self.read_people()

    def read_people(self) -> None:
        """Read who the logins are, unless it was done; of several workers one does."""
        stream = self.streams[USER_LOOKUP]
        is_ours = self._settings.shard.is_first and not self._are_people_read
        if not isinstance(stream, GitHubStream) or not is_ours:
            return
        stream.write_schema()
        matches = Matches()
        known = self._run.organizations if self._run else []
        skipped = {name.lower() for name in self._summary.skipped}
        for login in known or self._settings.owners:
            self._check()
            if f"{login.lower()}/*" in skipped:
                continue  # who refuses the repositories may refuse the members: that is not to have none
            try:
                rows = people(
                    self._open_client(),
                    self._spelt(login),
                    self._mapping,
                    sources=self._settings.user_identity_sources,
                    matches=matches,
                )
                stream.write_rows(rows)
                self._summary.others += 0 if self._run else 1
            except (RepositoryError, MissingCredentialError) as error:
                if isinstance(error, MissingCredentialError) and not known:
                    raise  # those of the settings need one; here it is the present owner of what has moved
                self.logger.warning(
                    "The people of %s are skipped, their rows stay as they are: %s", login, error
                )
                self._summary.skipped[f"{login} (members)"] = str(error)
        self._summary.people = matches.summary()
        self._are_people_read, self._store.is_people_owed = True, False

    def _spelt(self, login: str) -> str:
        """Return an owner's login as rows spell it; GitHub is asked where no repository has told."""
        told = self._store.login(login) or login_of(self._open_client(), login)
        return self._store.spelt(told) if told else login

    @property
    def _github_streams(self) -> list[GitHubStream]:
        return [stream for stream in self.streams.values() if isinstance(stream, GitHubStream)]

    @property
    def _wanted(self) -> frozenset[str]:
        names = {stream.name for stream in self._github_streams if stream.selected} - {USER_LOOKUP}
        if COMMIT_FILE in names and self._settings.with_patch:
            names.add(PATCH)
        return frozenset(names | {REPOSITORY})

    @property
    def _is_test(self) -> bool:
        return any(stream.ABORT_AT_RECORD_COUNT is not None for stream in self._github_streams)

    @property
    def _is_test_over(self) -> bool:
        return all(stream.is_at_test_limit for stream in self._github_streams if stream.name != USER_LOOKUP)

    @property
    def _settings(self) -> Settings:
        if self._checked is None:
            self._checked = Settings.from_config(self.config)
        return self._checked

    @property
    def _store(self) -> BookmarkStore:
        if self._bookmarks is None:
            bookmarks = stream_state(self._saved_state, REPOSITORY)
            self.state.setdefault("bookmarks", {})[REPOSITORY] = bookmarks
            self._bookmarks = BookmarkStore(bookmarks)
        return self._bookmarks

    @property
    def _writer(self) -> CountingWriter:
        return cast("CountingWriter", self.message_writer)

    def _open_client(self) -> Client:
        if self._client is None:
            credentials = credentials_from(self.config)  # what is missing first is named first
            self._client = Client(self._settings.client, credentials)
        return self._client

    def cleaned(self, stream: str, row: Row) -> Row:
        """Return a row as it may leave the tap."""
        return self._settings.personal_data.clean(stream, row)

    def _emit(self, emission: Emission) -> bool:
        stream = self.streams[emission.stream]
        if not isinstance(stream, GitHubStream):
            return False
        if isinstance(emission, CompleteSets):
            return stream.write_complete_sets(emission.parents)
        stream.write_rows(emission.rows)
        return True

    def _check(self) -> None:
        if self._stopped_by:
            raise TerminatedError(self._stopped_by)

    def _write_state(self, summary: dict[str, Any] | None = None) -> None:
        self._writer.write_state(cast("dict[str, Any]", self.state), summary)

    def _finish(self) -> None:
        """Close the connections, write the last STATE, say what was done, even if nobody takes that STATE."""
        client = self._client
        if client is not None:
            client.close()  # first of all: the process waits for threads, and those may wait for a limit
        finished = datetime.now(UTC)
        self._summary.rows = {stream.name: stream.rows_written for stream in self._github_streams}
        try:
            if self._bookmarks is not None:
                self._write_state(self._summary.as_told(client.usage, finished) if client else None)
            self._writer.flush()
        except OSError as error:
            if not self._summary.outcome.startswith("failed"):  # what failed first is what to tell
                self._summary.outcome = f"failed: {error}"
            raise
        finally:
            if client is not None:
                self._sum_up(client.usage, finished)

    def _sum_up(self, usage: Usage, finished: datetime) -> None:
        is_failing = sys.exc_info()[0] is not None
        for line in self._summary.lines(usage, finished):
            self.logger.info(line)
        if self._settings.summary_path:
            try:
                write_json(self._settings.summary_path, self._summary.as_json(usage, finished))
            except OSError as error:
                message = f"The summary cannot be written (summary_path): {error}"
                if not is_failing:
                    raise ConfigurationError(message) from error
                self.logger.error(message)  # noqa: TRY400 - what failed first decides how the run ends

    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """End at the next row; a second signal of the kind ends the process at once."""
        del frame
        now = time.monotonic()
        first = self._signalled_at.setdefault(signum, now)
        if first != now:
            if signum != signal.SIGTERM or now - first > ECHO_SECONDS:
                signal.signal(signum, signal.SIG_DFL)
                signal.raise_signal(signum)
            return
        self._stopped_by = signum
        writer = self._writer
        watching = (signum, self._is_over, lambda: writer.is_writing, self.logger)
        threading.Thread(target=end_if_stuck, args=watching, daemon=True).start()
        if self._client is not None:
            # Whoever waits for a limit stops waiting. In a thread: a signal must not wait for locks.
            threading.Thread(target=self._client.close, daemon=True).start()

    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        try:
            return super()._validate_config(raise_errors=raise_errors)
        except ConfigValidationError as error:
            message = f"The settings are not valid: {'; '.join(map(without_secrets, error.errors))}."
            raise ConfigurationError(message) from None

    @classmethod
    def invoke(  # type: ignore[override]
        cls,
        *,
        about: bool = False,
        about_format: str | None = None,
        config: _ConfigInput | None = None,
        state: IO[str] | None = None,
        catalog: IO[str] | None = None,
    ) -> None:
        """Run the command; an error of ours ends it with one sentence."""
        with one_sentence(cls.logger):
            state = checked(state) if state else None
            super().invoke(
                about=about, about_format=about_format, config=config, state=state, catalog=catalog
            )

    @classmethod
    def cb_discover(cls, ctx: click.Context, param: click.Option, value: bool) -> None:  # noqa: FBT001 - click's
        """Print the catalog."""
        with one_sentence(cls.logger):
            super().cb_discover(ctx, param, value)

    @classmethod
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        """Read a record of each stream."""
        with one_sentence(cls.logger):
            super().cb_test(ctx, param, value)
