"""Commits, their files and the commits of pull requests, read by the command `git` instead of the API."""

from tap_github_custom.git.command import end_all
from tap_github_custom.git.commit import GitCommit, GitFile, PullCommit, Signature
from tap_github_custom.git.errors import (
    CacheFolderError,
    GitError,
    GitUnavailableError,
    ObjectsMissingError,
    RepositoryNotReadableError,
    RetryableGitError,
)
from tap_github_custom.git.mirror import Mirror
from tap_github_custom.git.pull_ranges import PullCommits, PullRange
from tap_github_custom.git.version import check_git

__all__ = [
    "CacheFolderError",
    "GitCommit",
    "GitError",
    "GitFile",
    "GitUnavailableError",
    "Mirror",
    "ObjectsMissingError",
    "PullCommit",
    "PullCommits",
    "PullRange",
    "RepositoryNotReadableError",
    "RetryableGitError",
    "Signature",
    "check_git",
    "end_all",
]
