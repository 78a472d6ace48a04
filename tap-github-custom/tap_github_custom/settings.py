"""What a user has set, checked and frozen."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tap_github_custom import times
from tap_github_custom.client import ClientSettings
from tap_github_custom.errors import ConfigurationError
from tap_github_custom.identity import SOURCES
from tap_github_custom.personal_data import PersonalData
from tap_github_custom.shard import Shard

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_CONCURRENCY = 100  # GitHub refuses more requests at once than that
# GitHub's own hosts let through so many points a minute; an Enterprise Server has no such limit unless its
# owner sets one, which its answers then say.
HOSTED = ("api.github.com", ".ghe.com")
UNPACED: dict[str, Any] = {"rest_points_per_minute": 0, "graphql_points_per_minute": 0}
_FULL_NAME = re.compile(r"[^/\s]+/[^/\s]+")
_LOGIN = re.compile(r"[^/\s]+")


@dataclass(frozen=True)
class Settings:
    """What a user has set, checked; credentials are kept apart."""

    organizations: tuple[str, ...]
    repositories: tuple[str, ...]
    exclude_repositories: frozenset[str]
    """Full names, in lower case."""
    start: datetime | None
    end: datetime | None
    lookback_days: int
    user_mapping_file: Path | None
    user_identity_sources: frozenset[str]
    reconcile: str
    commit_source: str
    git_threshold_commits: int
    cache_folder: Path
    with_patch: bool
    personal_data: PersonalData
    use_graphql: bool
    on_repository_error: str
    error_exit_code: int
    shard: Shard
    summary_path: Path | None
    client: ClientSettings

    @property
    def owners(self) -> list[str]:
        """Return the logins of everyone whose repositories are read."""
        named = (name.partition("/")[0] for name in self.repositories)
        return list({login.lower(): login for login in (*named, *self.organizations)}.values())

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Check what a user has configured, or raise `ConfigurationError`."""
        organizations = _names(config, "organizations", _LOGIN, "a login")
        repositories = _names(config, "repositories", _FULL_NAME, "owner/name")
        if not organizations and not repositories:
            message = (
                "There is nothing to read: set organizations to a list of logins, or repositories to a list "
                "of owner/name."
            )
            raise ConfigurationError(message)
        excluded = _names(config, "exclude_repositories", _FULL_NAME, "owner/name")
        start, end = _moment(config, "start_date"), _moment(config, "end_date")
        if start and end and start >= end:
            message = f"Nothing lies between start_date {times.write(start)} and end_date {times.write(end)}."
            raise ConfigurationError(message)
        if start and start > datetime.now(UTC):
            message = f"The setting start_date is {times.write(start)}, which is yet to come."
            raise ConfigurationError(message)
        return cls(
            organizations=organizations,
            repositories=repositories,
            exclude_repositories=frozenset(name.lower() for name in excluded),
            start=start,
            end=end,
            lookback_days=_whole(config, "lookback_days", at_least=0),
            user_mapping_file=_path(config, "user_mapping_file"),
            user_identity_sources=_sources(config),
            reconcile=config["reconcile"],
            commit_source=config["commit_source"],
            git_threshold_commits=_whole(config, "git_threshold_commits", at_least=0),
            cache_folder=_path(config, "cache_dir") or default_cache_folder(),
            with_patch=config["patch"],
            personal_data=PersonalData.from_config(config),
            use_graphql=config["use_graphql"],
            on_repository_error=config["on_repository_error"],
            error_exit_code=_whole(config, "error_exit_code", at_least=1, at_most=255),
            shard=Shard.from_text(config.get("shard") or "1/1"),
            summary_path=_path(config, "summary_path"),
            client=ClientSettings(
                api_url=config["api_url"],
                **({} if _is_hosted(config["api_url"]) else UNPACED),
                concurrency=_whole(config, "concurrency", at_least=1, at_most=MAX_CONCURRENCY),
                rate_limit_reserve=_whole(config, "rate_limit_reserve", at_least=0),
                max_requests=(
                    None if config.get("max_requests") is None else _whole(config, "max_requests", at_least=1)
                ),
                retry_seconds=_whole(config, "retry_seconds", at_least=0),
            ),
        )


def _is_hosted(api_url: str) -> bool:
    try:
        host = urlsplit(api_url).hostname or ""
    except ValueError as error:
        message = f"The setting api_url is {api_url!r}, which is no URL: {error}."
        raise ConfigurationError(message) from None
    return host.endswith(HOSTED)


def _names(config: Mapping[str, Any], name: str, pattern: re.Pattern[str], form: str) -> tuple[str, ...]:
    given = config.get(name) or []
    for each in given:
        if not pattern.fullmatch(str(each).strip()):
            message = f"The setting {name} holds {each!r}, which is not {form}."
            raise ConfigurationError(message)
    return tuple(dict.fromkeys(str(each).strip() for each in given))


def _sources(config: Mapping[str, Any]) -> frozenset[str]:
    given = frozenset(config.get("user_identity_sources") or ())
    if given - set(SOURCES):
        message = f"The setting user_identity_sources may hold {' and '.join(SOURCES)}, nothing else."
        raise ConfigurationError(message)
    return given


def _moment(config: Mapping[str, Any], name: str) -> datetime | None:
    given = config.get(name)
    try:
        return times.parse(str(given)).astimezone(UTC) if given else None
    except (ValueError, OverflowError):
        message = f"The setting {name} is {given!r}, which is not a date such as 2026-01-31T00:00:00Z."
        raise ConfigurationError(message) from None


def _whole(config: Mapping[str, Any], name: str, *, at_least: int, at_most: int | None = None) -> int:
    given: int = config[name]
    if given < at_least:
        message = f"The setting {name} is {given}, but must be {at_least} or more."
        raise ConfigurationError(message)
    if at_most is not None and given > at_most:
        message = f"The setting {name} is {given}, but must be {at_most} or less."
        raise ConfigurationError(message)
    return given


def _path(config: Mapping[str, Any], name: str) -> Path | None:
    given = config.get(name)
    try:
        return Path(given).expanduser() if given else None
    except RuntimeError as error:
        message = f"The setting {name} is {given!r}: {error}"
        raise ConfigurationError(message) from None


def default_cache_folder() -> Path:
    """Return the folder of this tap in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "tap-github-custom"
