"""What happens to repositories: other names, other owners, their end."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

from sandbox.github.changes.recording import ChangeError, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.github.changes.recording import RecordedRepository, Recording
    from sandbox.github.lines import Json


def rename_repository(recording: Recording, repository: str, name: str) -> None:
    """Give a repository another name; the former one leads to it."""
    found = recording.repository(repository)
    _give_name(found, {"name": name, "full_name": f"{found.recorded['owner']['login']}/{name}"})


def transfer_repository(recording: Recording, repository: str, organization: str) -> None:
    """Give a repository to another organisation of the folder; the former name leads to it."""
    found = recording.repository(repository)
    folder, owner = recording.organization(organization)
    target = folder / found.folder.name
    if target.exists():
        message = f"{organization} has a repository {found.folder.name} already."
        raise ChangeError(message)
    full_name = f"{owner['login']}/{found.recorded['name']}"
    _give_name(found, {"full_name": full_name, "owner": owner})
    found.folder.rename(target)


def delete_repository(recording: Recording, repository: str) -> None:
    """Delete a repository with everything in it."""
    shutil.rmtree(recording.repository(repository).folder)


def _give_name(found: RecordedRepository, new: Json) -> None:
    """Change names and owner wherever the repository's own files show it, and its addresses."""
    before = found.recorded
    rewrite(found.folder, _renaming(before["id"], before["full_name"], new))
    row = found.recorded
    notes = row.setdefault("_sandbox", {})
    notes["previous_full_names"] = [*notes.get("previous_full_names", []), before["full_name"]]
    found.write_recorded(row)


def _renaming(repository_id: int, old: str, new: Json) -> Callable[[Any], Any]:
    address = re.compile(
        rf"((?:/repos|//github\.com|//uploads\.github\.com/repos)/){re.escape(old)}(?![\w.-])"
    )

    def change(value: Any) -> Any:  # noqa: ANN401 - JSON values
        if isinstance(value, str) and value.startswith("https://"):
            return address.sub(lambda match: match[1] + new["full_name"], value)
        if not isinstance(value, dict):
            return value
        if (value.get("id"), value.get("full_name")) == (repository_id, old):
            return {**value, **new}
        is_end = "label" in value and (value.get("repo") or {}).get("id") == repository_id
        return {**value, **_end(value["ref"], new)} if is_end else value

    return change


def _end(ref: str, new: Json) -> Json:
    """Return what an end of a pull request shows of its repository's owner."""
    return {"user": new["owner"], "label": f"{new['owner']['login']}:{ref}"} if "owner" in new else {}
