"""A data folder made by hand: as many repositories as a test needs, each line in its reach."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.pipeline.expected import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Json = dict[str, Any]

LOGIN = "made"
OWNER: Json = {"login": LOGIN, "id": 900, "node_id": "O_900", "type": "Organization", "site_admin": False}
ADA: Json = {"login": "ada", "id": 901, "node_id": "U_901", "type": "User", "site_admin": False}
GRACE: Json = {"login": "grace", "id": 902, "node_id": "U_902", "type": "User", "site_admin": False}
_VERSIONS = count(1_700_000_000)
MOMENT = "2026-03-{day:02}T{hour:02}:00:00Z"


def moment(day: int, hour: int = 12) -> str:
    """Return a moment of March 2026."""
    return MOMENT.format(day=day, hour=hour)


def sha(*parts: object) -> str:
    """Return a SHA that tells by what it was made."""
    return hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()


class Made:
    """The folder; what is changed in it is served from the next request on."""

    def __init__(self, folder: Path) -> None:
        """Make an organisation without repositories; what was in the folder goes."""
        self.folder = folder
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        (folder / LOGIN).mkdir(parents=True)
        self._write(folder / LOGIN / "organization.json", OWNER)
        self.is_changed()

    def is_changed(self) -> None:
        """Let the server read the folder anew."""
        version = self.folder / "generated.json"
        version.write_text("{}", encoding="utf-8")
        os.utime(version, (next(_VERSIONS),) * 2)

    def add(self, name: str, number: int, *, pulls: int = 2, owner: Json = OWNER, **fields: Any) -> Json:
        """Add a repository with a commit, and PULLS pull requests of a commit and a review each."""
        repository = _repository(name, number, owner) | fields
        folder = self.folder / owner["login"] / name
        folder.mkdir(parents=True)
        self._write(folder / "repository.json", repository)
        first = commit(number, "first", day=1)
        numbers = range(1, pulls + 1)
        own = [
            commit(number, "pull", each, day=1, parents=[first], on_default_branch=False) for each in numbers
        ]
        self.put(name, "commits", [first, *own])
        made = [pull(repository, each, day=1 + each % 20, base=first, head=own[each - 1]) for each in numbers]
        self.put(name, "pulls", made)
        self.put(name, "reviews", [review(each, number * 1_000 + each["number"]) for each in made])
        self.put(
            name, "pull_commits", [{"number": each["number"], "shas": [each["head"]["sha"]]} for each in made]
        )
        return repository

    def path(self, name: str) -> Path:
        """Return the folder of a repository, whoever owns it."""
        (found,) = self.folder.glob(f"*/{name}")
        return found

    def put(self, name: str, kind: str, lines: Iterable[Json]) -> None:
        """Write the lines of a file of a repository."""
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (self.path(name) / f"{kind}.jsonl").write_text(text, encoding="utf-8")
        self.is_changed()

    @contextmanager
    def lines(self, name: str, kind: str) -> Iterator[list[Json]]:
        """Give the lines of a file to be changed; they are written when the block ends."""
        lines = read_lines(self.path(name), kind)
        yield lines
        self.put(name, kind, lines)

    @contextmanager
    def repository(self, name: str) -> Iterator[Json]:
        """Give the object of a repository to be changed."""
        path = self.path(name) / "repository.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        yield found
        self._write(path, found)
        self.is_changed()

    def _write(self, path: Path, content: Json) -> None:
        path.write_text(json.dumps(content), encoding="utf-8")


def _repository(name: str, number: int, owner: Json) -> Json:
    return {
        "id": number,
        "node_id": f"R_{number}",
        "name": name,
        "full_name": f"{owner['login']}/{name}",
        "owner": owner,
        "private": True,
        "visibility": "private",
        "html_url": f"https://github.com/{owner['login']}/{name}",
        "fork": False,
        "archived": False,
        "default_branch": "main",
        "language": None,
        "topics": [],
        "created_at": moment(1, 0),
        "updated_at": moment(1),
        "pushed_at": moment(1),
    }


def commit(
    *parts: object,
    day: int,
    parents: Iterable[Json] = (),
    on_default_branch: bool = True,
    author: Json | None = ADA,
    files: int = 1,
) -> Json:
    """Return a commit that is told apart by PARTS."""
    written = {"name": "Somebody", "email": "somebody@example.com", "date": moment(day)}
    changed = [
        {
            "sha": sha(*parts, each),
            "filename": f"file-{each}.py",
            "status": "modified",
            "additions": 1,
            "deletions": 0,
            "changes": 1,
        }
        for each in range(files)
    ]
    return {
        "sha": sha(*parts),
        "node_id": f"C_{sha(*parts)}",
        "commit": {"author": written, "committer": written, "message": f"Commit {parts}"},
        "author": author,
        "committer": author,
        "parents": [{"sha": parent["sha"]} for parent in parents],
        "stats": {"additions": files, "deletions": 0, "total": files},
        "files": changed,
        "on_default_branch": on_default_branch,
    }


def pull(repository: Json, number: int, *, day: int, base: Json, head: Json) -> Json:
    """Return an open pull request that was opened, and updated last, on a day."""
    url = f"https://api.github.com/repos/{repository['full_name']}/pulls/{number}"
    identity = repository["id"] * 1_000 + number
    end = {"label": None, "user": repository["owner"], "repo": repository}
    return {
        "url": url,
        "id": identity,
        "node_id": f"PR_{identity}",
        "number": number,
        "html_url": f"{repository['html_url']}/pull/{number}",
        "state": "open",
        "locked": False,
        "draft": False,
        "title": f"Pull request {number}",
        "body": "Text",
        "user": ADA,
        "labels": [],
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "milestone": None,
        "auto_merge": None,
        "author_association": "MEMBER",
        "created_at": moment(day),
        "updated_at": moment(day),
        "closed_at": None,
        "merged_at": None,
        "merged": False,
        "merged_by": None,
        "merge_commit_sha": None,
        "base": {**end, "ref": "main", "sha": base["sha"]},
        "head": {**end, "ref": f"branch-{number}", "sha": head["sha"]},
        "additions": 1,
        "deletions": 0,
        "changed_files": 1,
        "commits": 1,
        "comments": 0,
        "review_comments": 0,
    }


def review(pull_request: Json, identity: int, *, user: Json | None = GRACE) -> Json:
    """Return an approval of a pull request."""
    return {
        "id": identity,
        "node_id": f"PRR_{identity}",
        "user": user,
        "body": "",
        "state": "APPROVED",
        "html_url": f"{pull_request['html_url']}#pullrequestreview-{identity}",
        "author_association": "MEMBER",
        "submitted_at": pull_request["updated_at"],
        "commit_id": pull_request["head"]["sha"],
        "pull_request_number": pull_request["number"],
    }


def touch(pull_request: Json, at: str, **changes: Any) -> None:
    """Change a pull request at a moment."""
    pull_request.update(changes, updated_at=at)
