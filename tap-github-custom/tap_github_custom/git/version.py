"""Whether the installed git can do what is needed."""

from __future__ import annotations

import os
import re
from functools import lru_cache

from tap_github_custom.git.command import run
from tap_github_custom.git.errors import GitUnavailableError

OLDEST = (2, 32)  # the first with `repack --geometric`
_TIMEOUT_SECONDS = 30


@lru_cache(maxsize=1)
def check_git() -> None:
    """Say nothing if git is there, new enough and on a system where its clones can be locked.

    Raises:
        GitUnavailableError: it is not.
    """
    if os.name != "posix":
        msg = "Commits are read by git on Linux and macOS only; set commit_source to api."
        raise GitUnavailableError(msg)
    done = run(["version"], timeout_seconds=_TIMEOUT_SECONDS)
    require(done.output.decode("utf-8", "replace"))


def require(version: str) -> None:
    """Take what `git version` prints.

    Raises:
        GitUnavailableError: this git is too old.
    """
    found = re.search(r"(\d+)\.(\d+)", version)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        least = ".".join(map(str, OLDEST))
        here = version.strip() or "an unknown version"
        msg = f"Git {least} or newer is needed ({here} is here): install it, or set commit_source to api."
        raise GitUnavailableError(msg)
