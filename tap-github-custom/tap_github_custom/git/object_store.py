"""What git says about the commits of a clone."""

from __future__ import annotations

import subprocess
from typing import IO, TYPE_CHECKING

from tap_github_custom.git.command import run
from tap_github_custom.git.complaints import is_damage, is_doubtful, reason_in
from tap_github_custom.git.errors import GitError, ObjectsMissingError, RetryableGitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tap_github_custom.git.command import Finished


class ObjectStore:
    """A clone to ask; it is never changed from here."""

    def __init__(self, folder: Path, timeout_seconds: float, condemn: Callable[[], None]) -> None:
        """Take the clone's folder, a limit for each command, and what to do if the clone proves damaged."""
        self._folder = folder
        self._timeout_seconds = timeout_seconds
        self._condemn = condemn

    def ask(self, *arguments: str, stdin: bytes = b"", stdout: int | IO[bytes] = subprocess.PIPE) -> Finished:
        """Run a git command whose status is an answer."""
        command = [f"--git-dir={self._folder}", *arguments]
        return run(command, timeout_seconds=self._timeout_seconds, stdin=stdin, stdout=stdout)

    def read(
        self,
        *arguments: str,
        about: Iterable[str] = (),
        stdin: bytes = b"",
        stdout: int | IO[bytes] = subprocess.PIPE,
    ) -> bytes:
        """Return what a git command prints about some commits.

        Raises:
            ObjectsMissingError: the clone lacks one of the commits that this is about.
            RetryableGitError: the clone is damaged; the next fetch makes it again.
        """
        done = self.ask(*arguments, stdin=stdin, stdout=stdout)
        if done.status or is_doubtful(done.complaint):
            raise self._failure(done.complaint, about)
        return done.output

    def contains(self, sha: str) -> bool:
        """Tell whether the clone has a commit."""
        return self.ask("cat-file", "-e", f"{sha}^{{commit}}").status == 0

    def _failure(self, complaint: str, about: Iterable[str]) -> GitError:
        missing = next((sha for sha in about if not self.contains(sha)), None)
        if missing:
            return ObjectsMissingError(f"The clone in {self._folder} has no commit {missing}.")
        if is_damage(complaint):
            self._condemn()
            reason = reason_in(complaint)
            return RetryableGitError(
                f"The clone in {self._folder} is damaged and will be made again: {reason}."
            )
        return GitError(f"The clone in {self._folder} cannot be read: {reason_in(complaint)}.")


def between(old: str | None, new: str) -> list[str]:
    """Return the arguments that stand for the commits of `old..new`, or for all below `new`."""
    return [new, *([f"^{old}"] if old else []), "--"]
