"""The checks of a configuration: of this machine first, then of each organisation."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_github_custom.client import PUBLIC_API_URL
from tap_github_custom.config_schema import API
from tap_github_custom.credentials.settings import credentials_from
from tap_github_custom.doctor.finding import Check, UnknownError
from tap_github_custom.doctor.inquiry import Inquiry
from tap_github_custom.doctor.organization import OrganizationDoctor
from tap_github_custom.errors import ConfigurationError, GitHubError
from tap_github_custom.git import check_git
from tap_github_custom.identity import read_mapping_file
from tap_github_custom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tap_github_custom.client.answer import Reply
    from tap_github_custom.credentials import Credentials

SETTINGS, NETWORK, CREDENTIAL = "settings", "network", "credential"
FINE_GRAINED = "github_pat_"
MOST_SKEW_SECONDS = 60.0  # an App's signature begins a minute early: with a slower clock GitHub refuses it


class Doctor:
    """Looks at one configuration; asks GitHub some ten times for each organisation and token."""

    def __init__(self, config: Mapping[str, Any], validate: Callable[[], Mapping[str, Any]]) -> None:
        """Take the settings as far as they can be read; VALIDATE returns them checked, or raises."""
        self._config = config
        self._validate = validate

    def checks(self) -> Iterator[Check]:
        """Yield the checks; those of the organisations follow from the settings."""
        yield Check(SETTINGS, self._look_at_settings)
        yield Check(NETWORK, self._look_at_network)
        yield Check("clock", self._look_at_clock, needs=(NETWORK,))
        yield Check(CREDENTIAL, self._look_at_credential)
        yield from self._checks_of_machine()
        yield from self._checks_of_organizations()

    def _checks_of_machine(self) -> Iterator[Check]:
        if self._config.get("commit_source") != API:
            yield Check("git", self._look_at_git)
            yield Check("cache folder", self._look_at_cache_folder, needs=(SETTINGS,))
        if self._config.get("user_mapping_file"):
            yield Check("mapping file", self._look_at_mapping_file, needs=(SETTINGS,))

    def _checks_of_organizations(self) -> Iterator[Check]:
        needs = (SETTINGS, NETWORK, CREDENTIAL)
        try:
            settings, credentials, inquiry = self._settings, self._credentials, self._inquiry
        except ConfigurationError:
            yield Check("organisations and repositories", str, needs)
            return
        if len(settings.owners) > 1:
            yield Check("owners of tokens", self._look_at_owners, needs)
        for owner in settings.owners:
            yield from OrganizationDoctor(owner, settings, credentials, inquiry).checks(needs)

    @cached_property
    def _settings(self) -> Settings:
        return Settings.from_config(self._validate())

    @cached_property
    def _credentials(self) -> Credentials:
        return credentials_from(self._config)

    @cached_property
    def _inquiry(self) -> Inquiry:
        return Inquiry(str(self._config.get("api_url") or PUBLIC_API_URL))

    @cached_property
    def _reached(self) -> tuple[Reply, float]:
        """The answer to somebody without a credential, and the time (epoch seconds) in the middle of it."""
        began = time.time()
        reply = self._inquiry.reach()
        return reply, (began + time.time()) / 2

    def _look_at_settings(self) -> str:
        settings = self._settings
        organizations, repositories = len(settings.organizations), len(settings.repositories)
        return f"{organizations} organisations and {repositories} single repositories to read"

    def _look_at_network(self) -> str:
        reply, _ = self._reached
        return f"{self._inquiry.addresses.rest} answers ({reply.status} to somebody without a credential)"

    def _look_at_clock(self) -> str:
        reply, here = self._reached
        try:
            there = parsedate_to_datetime(reply.headers.get("date", "")).timestamp()
        except (TypeError, ValueError):
            return "GitHub does not say what time it is"
        skew_seconds = here - there
        if abs(skew_seconds) > MOST_SKEW_SECONDS:
            direction = "ahead of" if skew_seconds > 0 else "behind"
            message = (
                f"this machine is {abs(skew_seconds):.0f} s {direction} GitHub: let it set its clock by the "
                "network (timedatectl set-ntp true), else an App is refused and bookmarks are wrong."
            )
            raise ConfigurationError(message)
        return f"{abs(skew_seconds):.0f} s from GitHub's"

    def _look_at_credential(self) -> str:
        return f"read, as {type(self._credentials).__name__}"

    def _look_at_owners(self) -> str:
        """Look for a token that serves several owners, and would see only what is public of all but one."""
        served: defaultdict[str, list[str]] = defaultdict(list)
        for owner in self._settings.owners:
            with suppress(GitHubError):  # the owner's own check tells
                for credential in self._credentials.usable(owner, self._inquiry.ask):
                    if credential.token.reveal().startswith(FINE_GRAINED):
                        served[credential.name].append(owner)
        shared = [f"{name} ({', '.join(owners)})" for name, owners in served.items() if len(owners) > 1]
        if shared:
            message = (
                "GitHub binds a fine-grained token to one owner, and of others it sees public repositories "
                f"only: {'; '.join(shared)}. Give each owner its own in organization_credentials, or take an "
                "App or a classic token."
            )
            raise UnknownError(message)
        return "no fine-grained token serves several"

    def _look_at_git(self) -> str:
        check_git()
        return "installed, and new enough"

    def _look_at_cache_folder(self) -> str:
        folder = self._settings.cache_folder
        _require_writable(folder)
        free_bytes = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        return f"{folder} can be written, {free_bytes / 1024**3:,.1f} GiB are free"

    def _look_at_mapping_file(self) -> str:
        path = self._settings.user_mapping_file
        return f"{len(read_mapping_file(path)) if path else 0} people"


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror}): set cache_dir, or commit_source to api."
        raise ConfigurationError(message) from None
