"""A bare clone on disk: made, refreshed, mended."""

from __future__ import annotations

import logging
import os
import shutil
from typing import TYPE_CHECKING

from tap_github_custom.git.command import run, run_while_it_talks
from tap_github_custom.git.complaints import fetch_error, is_damage, reason_in
from tap_github_custom.git.environment import environment, shown
from tap_github_custom.git.errors import CacheFolderError, RetryableGitError

if TYPE_CHECKING:
    from pathlib import Path

    from tap_github_custom.git.command import Finished

# Branches are the bases of pull requests; the heads live on after their branches.
_REFSPECS = ("+refs/heads/*:refs/heads/*", "+refs/pull/*/head:refs/pull/*/head")
_FETCH = ("fetch", "--progress", "--prune", "--no-tags", "--no-write-fetch-head", "--end-of-options")
_MARKER = "fetched-whole"
_MAX_PACKS = 50

logger = logging.getLogger(__name__)


class Clone:
    """The folder of one clone; its methods are called by the holder of its lock."""

    def __init__(self, folder: Path, timeout_seconds: float) -> None:
        """Take the folder; nothing is touched yet."""
        self._folder = folder
        self._timeout_seconds = timeout_seconds

    def update(self, url: str, token: str | None, lock: int) -> None:
        """Bring the clone up to date; make it first where there is none, or only a broken one.

        Raises:
            GitError: it could not be done.
        """
        try:
            if self._is_whole:
                self._clear_leftovers()
            else:
                logger.info("Cloning %s", url)
                self._remake(lock)
            done = self._fetch(url, token, lock, *_REFSPECS)
            if done.status and is_damage(done.complaint):
                logger.warning(
                    "The clone of %s is damaged and is made again: %s", url, reason_in(done.complaint)
                )
                self._remake(lock)
                done = self._fetch(url, token, lock, *_REFSPECS)
            if done.status:
                raise fetch_error(url, done.complaint)
            (self._folder / _MARKER).touch()
            self._tidy(url, lock)
        except OSError as error:
            msg = f"The clone of {url} cannot be written to {self._folder}: {error.strerror}."
            raise CacheFolderError(msg) from error

    def obtain(self, sha: str, url: str, token: str | None, lock: int) -> None:
        """Fetch one commit and all that it reaches; that the server does not give it is no error."""
        done = self._fetch(url, token, lock, sha)
        if done.status:
            logger.info("%s does not give the commit %s: %s", url, sha[:12], reason_in(done.complaint))

    def condemn(self) -> None:
        """Let the next update make the clone again."""
        (self._folder / _MARKER).unlink(missing_ok=True)

    @property
    def _is_whole(self) -> bool:
        """Tell whether the clone was once fetched to the end: what was killed on the way is not trusted."""
        return (self._folder / _MARKER).exists()

    def _remake(self, lock: int) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self._run(lock, "init", "--quiet", "--bare", "--template=", str(self._folder))

    def _clear_leftovers(self) -> None:
        """Remove what a git that was killed leaves; nobody else is at work here, for we hold the lock."""
        for pattern in (
            "*.lock",
            "refs/**/*.lock",
            "objects/pack/tmp_*",
            "objects/tmp_*",
            "objects/incoming-*",
        ):
            for path in self._folder.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _fetch(self, url: str, token: str | None, lock: int, *refspecs: str) -> Finished:
        with shown(token, url) as secrets:
            return run_while_it_talks(
                [f"--git-dir={self._folder}", *_FETCH, url, *refspecs],
                {**environment(os.environ), **secrets.variables},
                silence_seconds=self._timeout_seconds,
                inherited=(lock, *secrets.descriptors),
            )

    def _tidy(self, url: str, lock: int) -> None:
        """Keep references and packs few, and every object: bookmarks may name commits that no branch has.

        Small packs are joined, the large ones are left alone. Where it fails the clone is as good as before.
        """
        try:
            self._run(lock, f"--git-dir={self._folder}", "pack-refs", "--all")
            if len(list(self._folder.glob("objects/pack/*.pack"))) > _MAX_PACKS:
                self._run(lock, f"--git-dir={self._folder}", "repack", "-q", "-d", "--geometric=2")
        except RetryableGitError as error:
            logger.warning("The clone of %s could not be tidied: %s", url, error)

    def _run(self, lock: int, *arguments: str) -> None:
        done = run(arguments, timeout_seconds=self._timeout_seconds, inherited=(lock,))
        if done.status:
            msg = f"The clone in {self._folder} could not be prepared: {reason_in(done.complaint)}."
            raise RetryableGitError(msg)
