"""What happens to people: other logins, and their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.changes.recording import ChangeError, rewrite, rewritten, write_rows
from sandbox.github.generator.people import GHOST
from sandbox.github.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.github.changes.recording import Recording
    from sandbox.github.lines import Json

GONE_LISTS = ("assignees", "requested_reviewers")
GHOSTLY = {
    "pulls": ("user",),
    "deployments": ("creator",),
    "deployment_statuses": ("creator",),
    "releases": ("author",),
}
"""Where GitHub puts the ghost in the place of who was deleted; everywhere else it says null."""
NULL = {"pulls": ("merged_by", "assignee"), "reviews": ("user",), "commits": ("author", "committer")}


def rename_user(recording: Recording, login: str, new_login: str) -> None:
    """Give an account another login, wherever it is shown; its id stays."""

    def change(value: Any) -> Any:  # noqa: ANN401 - JSON values
        if not isinstance(value, dict) or value.get("login") != login:
            return value
        urls = {name: each.replace(login, new_login) for name, each in value.items() if name.endswith("url")}
        return {**value, **urls, "login": new_login}

    rewrite(recording.folder, change)


def delete_user(recording: Recording, login: str) -> None:
    """Delete an account: its pull requests are the ghost's, its reviews nobody's, its forks gone."""
    is_known = False
    for path in sorted(recording.folder.glob("*/organization.json")):
        members = read_lines(path.parent, "members")
        is_known |= any(row["login"] == login for row in members)
        write_rows(path.parent, "members", [row for row in members if row["login"] != login])
        identities = read_lines(path.parent, "external_identities")
        if identities:
            write_rows(path.parent, "external_identities", [_unclaimed(row, login) for row in identities])
    for path in sorted(recording.folder.glob("*/*/repository.json")):
        for name in {*GHOSTLY, *NULL}:
            rows = read_lines(path.parent, name)
            changed = [_without(row, name, login) for row in rows]
            if changed != rows:
                is_known = True
                write_rows(path.parent, name, changed)
    if not is_known:
        message = f"{recording.folder} shows nobody called {login}."
        raise ChangeError(message)


def _unclaimed(row: Json, login: str) -> Json:
    return {**row, "user": None} if (row["user"] or {}).get("login") == login else row


def _without(row: Json, name: str, login: str) -> Json:
    def is_gone(user: Any) -> bool:  # noqa: ANN401 - JSON values
        return isinstance(user, dict) and user.get("login") == login

    shown = dict(row)
    for field in GHOSTLY.get(name, ()):
        if is_gone(row.get(field)):
            shown[field] = GHOST.user
    for field in NULL.get(name, ()):
        if is_gone(row.get(field)):
            shown[field] = None
    for field in GONE_LISTS:
        if field in row:
            shown[field] = [user for user in row[field] if not is_gone(user)]
    return rewritten(shown, _without_forks(login)) if name == "pulls" else shown


def _without_forks(login: str) -> Callable[[Any], Any]:
    """Return a change that puts null in the place of an account, and of the repositories that it owns."""

    def change(value: Any) -> Any:  # noqa: ANN401 - JSON values
        if not isinstance(value, dict):
            return value
        is_fork_of_nobody = "full_name" in value and value.get("owner") is None
        return None if value.get("login") == login or is_fork_of_nobody else value

    return change
