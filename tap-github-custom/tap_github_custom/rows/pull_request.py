"""Rows of the stream `pull_request`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_github_custom.rows.account import id_of, login_of

if TYPE_CHECKING:
    from tap_github_custom.repository import Json, Repository, Row

SAME_NAME = (
    *("id", "node_id", "number", "title", "body", "state", "draft", "locked", "html_url"),
    *("author_association", "merge_commit_sha", "merged_at", "created_at", "updated_at", "closed_at"),
    *("labels", "assignees", "requested_reviewers", "requested_teams", "milestone", "auto_merge"),
)
TOTALS = ("additions", "deletions", "changed_files", "commits", "comments", "review_comments")


@dataclass(frozen=True)
class Detail:
    """What the list of pull requests lacks: totals, and who merged."""

    additions: int | None
    deletions: int | None
    changed_files: int | None
    commits: int | None
    comments: int | None
    review_comments: int | None
    merged_by: Json | None

    @classmethod
    def from_rest(cls, pull: Json) -> Detail:
        """Take an answer of `GET .../pulls/{number}`."""
        return cls(**{name: pull.get(name) for name in TOTALS}, merged_by=pull.get("merged_by"))

    @classmethod
    def from_graphql(cls, node: Json, review_comments: int, merged_by: Json | None) -> Detail:
        """Take a `PullRequest` of GraphQL, which has no total of the comments on the code.

        MERGED_BY has the shape of the REST API.
        """
        return cls(
            additions=node["additions"],
            deletions=node["deletions"],
            changed_files=node["changedFiles"],
            commits=node["commits"]["totalCount"],
            comments=node["comments"]["totalCount"],
            review_comments=review_comments,
            merged_by=merged_by,
        )


def pull_request_row(pull: Json, detail: Detail, repository: Repository) -> Row:
    """Return the row of a pull request: an element of the list, and what the list lacks."""
    base: Json = pull.get("base") or {}
    head: Json = pull.get("head") or {}
    user: Any = pull.get("user")
    return {
        **{name: pull.get(name) for name in SAME_NAME},
        **{name: getattr(detail, name) for name in TOTALS},
        **repository.named_columns,
        "user_id": id_of(user),
        "user_login": login_of(user),
        "user_type": user.get("type") if user else None,
        "base_ref": base.get("ref"),
        "base_sha": base.get("sha"),
        "default_branch": (base.get("repo") or {}).get("default_branch"),
        "head_ref": head.get("ref"),
        "head_sha": head.get("sha"),
        "head_repository_id": id_of(head.get("repo")),
        "merged": pull.get("merged_at") is not None,
        "merged_by_id": id_of(detail.merged_by),
        "merged_by_login": login_of(detail.merged_by),
    }
