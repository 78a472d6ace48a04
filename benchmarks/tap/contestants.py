"""The taps that are measured: how each is configured, and where its rows have what is compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.servers import TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

START = "2000-01-01T00:00:00Z"  # before every history


@dataclass(frozen=True)
class Stream:
    """Which table a stream fills: the properties of the key, and those of the values by common name."""

    table: str
    keys: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_PULL_REQUEST = ("title", "state", "created_at", "updated_at", "closed_at", "merged_at")
_REVIEW = ("state", "body", "submitted_at")


@dataclass(frozen=True)
class ThisTap:
    """tap-github-custom."""

    command: Path
    name: str = "tap-github-custom"
    streams: Mapping[str, Stream] = field(
        default_factory=lambda: {
            "repository": Stream("repository", ("id",), _same("full_name")),
            "pull_request": Stream(
                "pull_request", ("id",), _same(*_PULL_REQUEST, "additions", "deletions", "commits")
            ),
            "pull_request_review": Stream("pull_request_review", ("id",), _same(*_REVIEW)),
            "pull_request_commit": Stream(
                "pull_request_commit", ("repository_id", "pull_request_number", "commit_sha")
            ),
            "commit": Stream(
                "commit", ("repository_id", "sha"), _same("message", "authored_at", "additions", "deletions")
            ),
            "commit_file": Stream(
                "commit_file",
                ("repository_id", "commit_sha", "filename"),
                _same("status", "additions", "deletions"),
            ),
            "deployment": Stream("deployment", ("id",), _same("environment", "sha")),
            "deployment_status": Stream("deployment_status", ("id",), _same("state")),
            "release": Stream("release", ("id",), _same("tag_name")),
        }
    )
    further_streams: frozenset[str] = frozenset()

    def config(self, url: str, organizations: list[str], folder: Path) -> dict[str, Any]:
        """Return the settings."""
        return {
            "auth_token": TOKEN,
            "api_url": url,
            "organizations": organizations,
            "cache_dir": str(folder / "clones"),
        }


@dataclass(frozen=True)
class MeltanoLabsTap:
    """meltanolabs-tap-github, with the streams that come nearest to those of this tap.

    It is not given the token, which it would show to api.github.com first; the server lets it in without.
    """

    command: Path
    name: str = "meltanolabs-tap-github"
    streams: Mapping[str, Stream] = field(
        default_factory=lambda: {
            "repositories": Stream("repository", ("id",), _same("full_name")),
            "pull_requests": Stream("pull_request", ("id",), _same(*_PULL_REQUEST)),
            "reviews": Stream("pull_request_review", ("id",), _same(*_REVIEW)),
            "pull_request_commits": Stream("pull_request_commit", ("repo_id", "pull_number", "sha")),
            "commits": Stream(
                "commit",
                ("repo_id", "sha"),
                {"message": "commit.message", "authored_at": "commit.author.date"},
            ),
            "deployments": Stream("deployment", ("id",), _same("environment", "sha")),
            "deployment_statuses": Stream("deployment_status", ("id",), _same("state")),
            "releases": Stream("release", ("id",), _same("tag_name")),
        }
    )
    further_streams: frozenset[str] = frozenset({"commit_diffs"})  # its text of a commit's changes

    def config(self, url: str, organizations: list[str], folder: Path) -> dict[str, Any]:  # noqa: ARG002
        """Return the settings; it keeps no files."""
        return {"api_url_base": url, "organizations": organizations, "start_date": START}


Contestant = ThisTap | MeltanoLabsTap
