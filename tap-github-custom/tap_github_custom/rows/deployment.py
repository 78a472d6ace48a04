"""Rows of the streams `deployment` and `deployment_status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.rows.account import login_of

if TYPE_CHECKING:
    from tap_github_custom.repository import Json, Repository, Row

DEPLOYMENT_SAME_NAME = (
    *("id", "sha", "ref", "task", "environment", "production_environment", "transient_environment"),
    *("created_at", "updated_at"),
)
SUCCESS = "success"


def deployment_row(deployment: Json, statuses: list[Json], repository: Repository) -> Row:
    """Return the row of a deployment from its REST object and those of all its statuses."""
    in_order = sorted(statuses, key=lambda status: (times.parse(status["created_at"]), status["id"]))
    successes = [status["created_at"] for status in in_order if status["state"] == SUCCESS]
    return {
        **{name: deployment.get(name) for name in DEPLOYMENT_SAME_NAME},
        **repository.columns,
        "creator_login": login_of(deployment.get("creator")),
        "state": in_order[-1]["state"] if in_order else None,
        "succeeded_at": successes[0] if successes else None,
    }


def deployment_status_row(status: Json, deployment: Json, repository: Repository) -> Row:
    """Return the row of a deployment's status from its REST object."""
    return {
        **{name: status.get(name) for name in ("id", "state", "environment", "created_at")},
        **repository.columns,
        "deployment_id": deployment["id"],
        "creator_login": login_of(status.get("creator")),
    }
