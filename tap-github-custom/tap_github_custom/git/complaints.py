"""From git's complaints to errors that say what to do next (pure)."""

from __future__ import annotations

import re

from tap_github_custom.git.errors import (
    CacheFolderError,
    GitError,
    RepositoryNotReadableError,
    RetryableGitError,
)

_DAMAGE = re.compile(
    r"not a git repository|bad (object|tree|config|revision|ref)|missing (blob|tree|commit)|invalid object"
    r"|corrupt|unable to read (tree|sha1|object|[0-9a-f]{40})|did not send all necessary objects|inflate"
    r"|could not parse|cannot open .*pack|packfile .* cannot be accessed|does not match index|far too short"
    r"|reference broken"
)
_NOT_READABLE = re.compile(
    r"repository .* not found|returned error: (401|403|404|410|451)|could not read (Username|Password)"
    r"|Authentication failed|does not (appear to be a git repository|exist)|access denied",
    re.IGNORECASE,
)
_NO_SPACE = re.compile(
    r"No space left|Disk quota exceeded|Read-only file system|Permission denied|cannot create", re.IGNORECASE
)
_SECRETS = re.compile(r"(?<=://)[^/@\s]+@|(?<=Basic )\S+|(?<=Bearer )\S+", re.IGNORECASE)
_TELLING = re.compile(r"(fatal|error|remote): (?!(Enumerating|Counting|Compressing|Total) )")
_MAX_REASON = 300


def is_damage(complaint: str) -> bool:
    """Tell whether git complains of the clone itself; what the server says is about its own side."""
    lines = (line for line in complaint.splitlines() if not line.startswith("remote: "))
    return any(_DAMAGE.search(line) for line in lines)


def is_doubtful(complaint: str) -> bool:
    """Tell whether a command that ended well met damage: git 2.55 counts no lines of what it cannot read."""
    return is_damage("\n".join(line for line in complaint.splitlines() if line.startswith("error: ")))


def fetch_error(url: str, complaint: str) -> GitError:
    """Return the error for a fetch that failed; what git said goes into it without secrets."""
    reason = reason_in(complaint)
    if _NO_SPACE.search(complaint):
        return CacheFolderError(f"The clone of {url} cannot be written: {reason}.")
    if _NOT_READABLE.search(complaint):
        return RepositoryNotReadableError(f"{url} cannot be read by git: {reason}.")
    if "certificate" in complaint:
        reason = f"{reason} (a custom authority goes into REQUESTS_CA_BUNDLE)"
    return RetryableGitError(f"{url} could not be fetched: {reason}.")


def reason_in(complaint: str) -> str:
    """Return the lines that tell why git failed, as one, without progress and secrets."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", complaint)]
    telling = [line for line in lines if _TELLING.match(line)]
    reason = "; ".join(dict.fromkeys(telling)) or "git gave no reason"
    return _SECRETS.sub("***", reason)[:_MAX_REASON].rstrip(".")
