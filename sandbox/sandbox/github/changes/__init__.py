"""Things that happen to a data folder while it is served, each on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.changes.accounts import delete_user, rename_user
from sandbox.github.changes.branches import (
    add_branch,
    collect_garbage,
    force_push,
    merge_late,
    move_branch,
    push,
)
from sandbox.github.changes.pull_requests import add_review, delete_review, edit_review, update_pull_request
from sandbox.github.changes.repositories import delete_repository, rename_repository, transfer_repository
from sandbox.github.changes.shipping import add_deployment_status

if TYPE_CHECKING:
    from collections.abc import Callable

CHANGES: dict[str, Callable[..., None]] = {
    change.__name__: change
    for change in (
        *(update_pull_request, add_review, edit_review, delete_review),
        *(push, force_push, merge_late, move_branch, add_branch, collect_garbage),
        *(add_deployment_status,),
        *(rename_repository, transfer_repository, delete_repository),
        *(rename_user, delete_user),
    )
}
"""By name; the first argument of each is the data folder as a `Recording`."""
