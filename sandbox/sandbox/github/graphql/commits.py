"""Commits, and who made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.commit_filters import CommitFilter
from sandbox.github.graphql.connections import Connection, Order, key_of, listed
from sandbox.github.graphql.errors import UnresolvedError
from sandbox.github.graphql.rows import Row

if TYPE_CHECKING:
    from sandbox.github.graphql.repositories import Repository
    from sandbox.github.lines import Json

WEB_FLOW = "web-flow"


class Commit(Row):
    """A commit; of one that the data folder lacks, only the SHA is known."""

    typename = "Commit"

    def __init__(self, repository: Repository, sha: str) -> None:
        """Take a SHA: one that was force-pushed away is still named by reviews and merges."""
        known = repository.found.history.commits.get(sha) if repository.found else None
        super().__init__(known or {"sha": sha})
        self.repository = repository
        self.oid = sha

    @property
    def id(self) -> str:
        """Return the global node id."""
        return str(self.row.get("node_id", f"C_{self.repository.row['id']}_{self.oid}"))

    @property
    def abbreviated_oid(self) -> str:
        """Return the first seven characters of the SHA."""
        return self.oid[:7]

    @property
    def url(self) -> str:
        """Return the address of the page for people."""
        return f"{self.repository.url}/commit/{self.oid}"

    @property
    def commit_url(self) -> str:
        """Return the same address."""
        return self.url

    @property
    def commit_resource_path(self) -> str:
        """Return that page's path."""
        return self.resource_path

    def _known(self) -> Json:
        if "commit" not in self.row:
            message = f"a Commit with the oid of '{self.oid}'."
            raise UnresolvedError(message)
        return self.row

    # Who, when, what

    @property
    def author(self) -> GitActor:
        """Return who wrote the change."""
        return GitActor(self, "author")

    @property
    def committer(self) -> GitActor:
        """Return who made the commit."""
        return GitActor(self, "committer")

    @property
    def authored_date(self) -> str:
        """Return when the change was written."""
        return str(self._known()["commit"]["author"]["date"])

    @property
    def committed_date(self) -> str:
        """Return when the commit was made."""
        return str(self._known()["commit"]["committer"]["date"])

    @property
    def authored_by_committer(self) -> bool:
        """Tell whether both are the same."""
        commit = self._known()["commit"]
        return bool(commit["author"].get("name") == commit["committer"].get("name"))

    @property
    def committed_via_web(self) -> bool:
        """Tell whether GitHub itself made the commit."""
        return (self._known().get("committer") or {}).get("login") == WEB_FLOW

    @property
    def message(self) -> str:
        """Return the whole message."""
        return str(self._known()["commit"]["message"])

    @property
    def message_headline(self) -> str:
        """Return the message's first line."""
        return self.message.partition("\n")[0]

    @property
    def message_body(self) -> str:
        """Return the message without its first line."""
        return self.message.partition("\n")[2].lstrip("\n")

    @property
    def additions(self) -> int:
        """Return how many lines were added, against the first parent."""
        return int(self._known()["stats"]["additions"])

    @property
    def deletions(self) -> int:
        """Return how many lines were deleted, against the first parent."""
        return int(self._known()["stats"]["deletions"])

    @property
    def changed_files(self) -> int:
        """Return how many files were changed, against the first parent."""
        return len(self._known()["files"])

    @property
    def changed_files_if_available(self) -> int:
        """Return the same number."""
        return self.changed_files

    # Ancestry

    def parents(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of parents."""
        parents = [Commit(self.repository, parent["sha"]) for parent in self._known()["parents"]]
        return listed(parents, lambda commit: commit.oid, **bounds)

    def history(
        self,
        author: dict[str, Any] | None = None,
        path: str | None = None,
        since: str | None = None,
        until: str | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of what is reachable from here, in the order of `git log`."""
        self._known()
        emails = None if author is None else frozenset(author.get("emails") or ())
        wanted = CommitFilter(since, until, emails, path)
        head = self._anchor(bounds)
        rows = wanted.choose(self.repository.found.history, head) if self.repository.found else []
        places = {row["sha"]: place for place, row in enumerate(rows)}
        order = Order(lambda commit: [places[commit.oid], head])
        return Connection([Commit(self.repository, sha) for sha in places], order, **bounds)

    def _anchor(self, bounds: dict[str, Any]) -> str:
        """Return the commit from which a cursor's pages began: it stays, though the branch moves on."""
        cursor = bounds.get("after") or bounds.get("before")
        began = str(key_of(cursor)[-1]) if cursor else self.oid
        found = self.repository.found
        return began if found and began in found.history.commits else self.oid


class GitActor(Row):
    """Somebody as a commit names them, with the account to which the address belongs."""

    typename = "GitActor"

    def __init__(self, commit: Commit, role: str) -> None:
        """Take the author or the committer of a commit."""
        known = commit._known()  # noqa: SLF001 - two halves of one object
        super().__init__(known["commit"][role])
        self.user = commit.repository.graph.user(known.get(role))
