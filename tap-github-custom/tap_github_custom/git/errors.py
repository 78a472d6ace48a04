"""What can go wrong with git, named by what the caller does next.

    GitError                        one repository cannot be read by git: ask the API instead
    ├── GitUnavailableError         no repository can: git is not installed, cannot be started, or is too old
    ├── CacheFolderError            no repository can: the cache folder is full or not writable
    ├── RepositoryNotReadableError  skip it: it is gone, or the credentials may not see it
    ├── RetryableGitError           try again: the network, the server, a timeout, a damaged clone
    └── ObjectsMissingError         ask the API for these commits: the clone does not have them

Every message is one sentence for people and holds no secret.
"""

from __future__ import annotations


class GitError(Exception):
    """A repository could not be read by git."""


class GitUnavailableError(GitError):
    """The command git is missing, cannot be started or is too old."""


class CacheFolderError(GitError):
    """The folder for clones cannot be written."""


class RepositoryNotReadableError(GitError):
    """The repository is gone, or may not be read with these credentials."""


class RetryableGitError(GitError):
    """Git failed for a reason that may have passed by the next attempt."""


class ObjectsMissingError(GitError):
    """The clone lacks commits that were asked for."""
