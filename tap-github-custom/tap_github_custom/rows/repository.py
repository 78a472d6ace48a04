"""Rows of the stream `repository`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom.rows.account import login_of

if TYPE_CHECKING:
    from tap_github_custom.repository import Json, Repository, Row

SAME_NAME = (
    *("id", "node_id", "name", "full_name", "private", "visibility", "fork", "archived"),
    *("default_branch", "language", "topics", "html_url", "created_at", "updated_at", "pushed_at"),
)


def repository_row(answer: Json, repository: Repository) -> Row:
    """Return the row of a repository from its REST object."""
    return {
        **{name: answer.get(name) for name in SAME_NAME},
        "owner_login": login_of(answer.get("owner")),
        "_source_org": repository.organization,
    }
