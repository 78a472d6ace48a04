"""What happens to the default branch: pushes, forced ones, branches that are merged late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.github.changes.recording import ChangeError
from sandbox.github.generator.commit_objects import commit_object
from sandbox.github.git import Git

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.github.changes.recording import RecordedRepository, Recording
    from sandbox.github.lines import Json

IDENTITY = "Quick Hands <quick.hands@example.com>"


def push(recording: Recording, repository: str, at: str, message: str = "A push") -> None:
    """Add a commit to the default branch."""
    branch = _Branch.of(recording.repository(repository))
    branch.move(branch.commit([branch.head], at, message), at)


def force_push(recording: Recording, repository: str, at: str, dropped: int | None = 1) -> None:
    """Take so many commits (first parents; None: all) off the default branch, and put another one there."""
    branch = _Branch.of(recording.repository(repository))
    parents = [] if dropped is None else [f"{branch.head}~{dropped}"]
    branch.move(branch.commit(parents, at, "Another history"), at)


def move_branch(recording: Recording, repository: str, at: str, to: str) -> None:
    """Let the default branch stand at a commit that is there, as who pushes an old history back does."""
    _Branch.of(recording.repository(repository)).move(to, at)


def add_branch(recording: Recording, repository: str, name: str) -> None:
    """Give the head of the default branch another branch."""
    branch = _Branch.of(recording.repository(repository))
    branch.git.run("update-ref", f"refs/heads/{name}", branch.head)
    row = branch.repository.recorded
    notes = row.setdefault("_sandbox", {})
    notes["branches"] = {**notes.get("branches", {}), name: branch.head}
    branch.repository.write_recorded(row)


def collect_garbage(recording: Recording, repository: str) -> None:
    """Forget the commits that no branch and no pull request holds, as GitHub may after a while."""
    branch = _Branch.of(recording.repository(repository))
    branch.git.run("gc", "--quiet", "--prune=now")
    held = set(branch.git.run("rev-list", "--all").split())
    rows = branch.repository.rows("commits")
    branch.repository.write("commits", [row for row in rows if row["sha"] in held])


def merge_late(
    recording: Recording, repository: str, at: str, committed_at: Sequence[str], behind: int = 5
) -> None:
    """Merge a branch whose commits were made long ago, which left the default branch so many commits ago."""
    branch = _Branch.of(recording.repository(repository))
    newest = f"{branch.head}~{behind}"
    for number, time in enumerate(committed_at):
        newest = branch.commit([newest], time, f"Long ago, {number}")
    branch.move(branch.commit([branch.head, newest], at, "Merge what was made long ago"), at)


@dataclass(frozen=True)
class _Branch:
    """The default branch of a repository with git behind it."""

    repository: RecordedRepository
    git: Git
    name: str

    @classmethod
    def of(cls, repository: RecordedRepository) -> _Branch:
        folder = repository.folder / "git"
        if not folder.is_dir():
            message = f"{repository.folder} has no git folder, so nothing can be pushed to it."
            raise ChangeError(message)
        return cls(repository, Git(folder), f"refs/heads/{repository.recorded['default_branch']}")

    @property
    def head(self) -> str:
        return self.git.run("rev-parse", self.name).strip()

    def commit(self, parents: list[str], at: str, message: str) -> str:
        """Return the SHA of a new commit, which adds a file that is named for it."""
        shas = self.git.run("rev-parse", *parents).split() if parents else []
        ancestry = "".join(f"{'merge' if number else 'from'} {sha}\n" for number, sha in enumerate(shas))
        seconds = int(datetime.fromisoformat(at).timestamp())
        who = f"{IDENTITY} {seconds} +0000"
        content = f"{message}, {at}\n".encode()
        text = message.encode()
        stream = (
            f"commit refs/sandbox/new\nauthor {who}\ncommitter {who}\ndata {len(text)}\n".encode()
            + text
            + f"\n{ancestry}M 100644 inline changes/{seconds}.txt\n".encode()
            + f"data {len(content)}\n".encode()
            + content
        )
        self.git.run("fast-import", "--quiet", "--force", "--date-format=raw", stdin=stream)
        made = self.git.run("rev-parse", "refs/sandbox/new").strip()
        self.git.run("update-ref", "-d", "refs/sandbox/new")
        return made

    def move(self, sha: str, at: str) -> None:
        """Let the branch stand at a commit; list its commits as git does, those that it lost behind them."""
        old = self.head
        self.git.run("update-ref", self.name, sha)
        row = self.repository.recorded
        row["pushed_at"] = row["updated_at"] = at
        self.repository.write_recorded(row)
        rows = {each["sha"]: each for each in self.repository.rows("commits")}
        users = {
            each["commit"][role]["email"]: each[role]
            for each in rows.values()
            for role in ("author", "committer")
        }
        new = [
            commit_object(row, users.get, commit, on_default_branch=True)
            for commit in self.git.log(sha, "--not", old)
            if commit.sha not in rows
        ]
        rows.update({each["sha"]: each for each in new})
        listed = self.git.run("rev-list", sha).split()
        self.repository.write("commits", _ordered(rows, listed))


def _ordered(rows: dict[str, Json], on_branch: list[str]) -> list[Json]:
    wanted = set(on_branch)
    return [
        *({**rows[sha], "on_default_branch": True} for sha in on_branch),
        *({**row, "on_default_branch": False} for sha, row in rows.items() if sha not in wanted),
    ]
