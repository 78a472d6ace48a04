"""Rows of the stream `pull_request_review`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_github_custom.rows.account import id_of, login_of

if TYPE_CHECKING:
    from tap_github_custom.repository import Json, Repository, Row

SAME_NAME = ("id", "node_id", "state", "body", "submitted_at", "author_association", "html_url")


def pull_request_review_row(review: Json, pull: Json, repository: Repository) -> Row:
    """Return the row of a review from its REST object; the user of a deleted account is null."""
    user: Any = review.get("user")
    return {
        **{name: review.get(name) for name in SAME_NAME},
        **repository.columns,
        "pull_request_id": pull["id"],
        "pull_request_number": pull["number"],
        "user_id": id_of(user),
        "user_login": login_of(user),
        "user_type": user.get("type") if user else None,
        "commit_sha": review.get("commit_id"),
    }


def review_from_graphql(node: Json, user: Json | None) -> Json:
    """Return a `PullRequestReview` of GraphQL as the REST API shows it; USER has that shape."""
    return {
        "id": int(node["fullDatabaseId"]),  # databaseId is an Int, and ids have outgrown it
        "node_id": node["id"],
        "state": node["state"],
        "body": node["body"],
        "submitted_at": node["submittedAt"],
        "author_association": node["authorAssociation"],
        "html_url": node["url"],
        "commit_id": (node.get("commit") or {}).get("oid"),
        "user": user,
    }
