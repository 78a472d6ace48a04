"""Rows of the stream `release`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_github_custom.repository import Json, Repository, Row

SAME_NAME = ("id", "tag_name", "name", "draft", "prerelease", "created_at", "published_at")


def release_row(release: Json, tag_sha: str | None, repository: Repository) -> Row:
    """Return the row of a release; TAG_SHA is the commit that its tag points at."""
    return {**{name: release.get(name) for name in SAME_NAME}, **repository.columns, "tag_sha": tag_sha}
