"""A repository of GitHub's, read from a clone in the cache folder."""

from __future__ import annotations

import contextlib
import os
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tap_github_custom.git.clone import Clone
from tap_github_custom.git.commit_log import read_commits
from tap_github_custom.git.errors import CacheFolderError, GitError, ObjectsMissingError
from tap_github_custom.git.in_order import in_order
from tap_github_custom.git.lock import locked
from tap_github_custom.git.object_store import ObjectStore, between
from tap_github_custom.git.pull_ranges import PullCommits, PullRange, read_pull_commits
from tap_github_custom.git.version import check_git

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tap_github_custom.git.commit import GitCommit, PullCommit

_SCHEMES = {"https", "http", "file"}
_MAX_WORKERS = 4


class Mirror:
    """A bare clone of one repository in the cache folder, with the heads of its pull requests.

    The folder belongs to one repository (name it by the id, which outlives renames). It is a full clone:
    sums of lines need every blob. Objects are never removed from it, so that an old bookmark still counts
    after a force-push. Threads and processes may share it.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        token: Callable[[], str] | None,
        *,
        timeout_seconds: float = 600,
        workers: int | None = None,
    ) -> None:
        """Take the folder, the address to fetch from, and what tells the token of the moment.

        `timeout_seconds` limits the silence of a fetch (not its length), each reading command, and the wait
        for another process that fetches. `workers` is how many git commands may read at once.

        Raises:
            GitError: the address is none that git may be given.
        """
        parts = urlsplit(url)
        if parts.scheme not in _SCHEMES or parts.username or parts.password:
            msg = f"The address of a repository must begin with https:// and name no user: {parts.hostname}."
            raise GitError(msg)
        self._folder = folder
        self._url = url
        self._token = token
        self._timeout_seconds = timeout_seconds
        self._workers = workers or min(_MAX_WORKERS, os.cpu_count() or 1)
        self._clone = Clone(folder, timeout_seconds)
        self._store = ObjectStore(folder, timeout_seconds, self._clone.condemn)

    def fetch(self) -> None:
        """Clone the first time, afterwards fetch what is new and forget branches that are gone.

        Raises:
            GitError: one of its kinds, which says what to do next.
        """
        check_git()
        with self._locked() as lock:
            self._clone.update(self._url, self._shown_token, lock)

    def obtain(self, sha: str) -> None:
        """Fetch a commit that the clone lacks, if the server still has it.

        It may have what no branch holds any more; for how long is its own affair.
        """
        if not self.contains(sha):
            with self._locked() as lock:
                self._clone.obtain(sha, self._url, self._shown_token, lock)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        lock_file = self._folder.with_name(f"{self._folder.name}.lock")
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with locked(lock_file, timeout_seconds=self._timeout_seconds) as lock:
                yield lock
        except OSError as error:
            msg = f"The cache folder {self._folder.parent} cannot be written: {error.strerror}."
            raise CacheFolderError(msg) from error

    @property
    def _shown_token(self) -> str | None:
        return self._token() if self._token else None

    def head(self, branch: str) -> str | None:
        """Return the SHA of a branch; None where it does not exist, as in an empty repository."""
        done = self._store.ask("rev-parse", "--verify", "--quiet", f"refs/heads/{branch}")
        return None if done.status else done.output.decode("ascii").strip()

    def contains(self, sha: str) -> bool:
        """Tell whether the clone has a commit."""
        return self._store.contains(sha)

    def commits(
        self, old: str | None, new: str, *, since: datetime | None = None, patch: bool = False
    ) -> Iterator[GitCommit]:
        """Yield the commits of `old..new` in the order in which GitHub lists them, newest first.

        `since` leaves out those with an older committer date, wherever they stand; `patch` adds the patches.

        Raises:
            ObjectsMissingError: the clone lacks one of the two.
        """
        return read_commits(self._store, (old, new), since=since, patch=patch, workers=self._workers)

    def dropped(self, old: str, new: str) -> list[str]:
        """Return the commits that one head has had and the other has not, newest first.

        Raises:
            ObjectsMissingError: the clone lacks one of the two.
        """
        listed = self._store.read("rev-list", *between(new, old), about=(old, new))
        return listed.decode("ascii").split()

    def pull_commits(self, number: int, base_sha: str, head_sha: str) -> list[PullCommit]:
        """Return the commits of a pull request as GitHub lists them: oldest first, 250 at most.

        Raises:
            ObjectsMissingError: the clone lacks one of the two ends, or was fetched before they came.
        """
        found = read_pull_commits(self._store, PullRange(number, base_sha, head_sha))
        if found.reason:
            msg = f"The commits of pull request {number} cannot be told: {found.reason}"
            raise ObjectsMissingError(msg)
        return list(found.commits)

    def commits_of_pulls(self, pulls: Iterable[PullRange]) -> Iterator[PullCommits]:
        """Yield the commits of many pull requests, in order; where objects are missing, the reason."""
        return in_order(partial(read_pull_commits, self._store), pulls, workers=self._workers)
