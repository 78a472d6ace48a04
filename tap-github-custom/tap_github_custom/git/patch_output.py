"""Patches out of what `git diff-tree --stdin -p` prints (pure)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_github_custom.git.commit_output import following, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.git.commit import GitCommit, GitFile

FORMAT = "--format=format:commit %H"
# GitHub's documented limits for the diff of one file; beyond them the API has no patch.
MAX_PATCH_BYTES = 500_000
MAX_PATCH_LINES = 20_000


def add_patches(commits: list[GitCommit], output: bytes) -> Iterator[GitCommit]:
    """Yield the commits with the patches that were printed for them in the same order.

    Raises `ValueError` where there are too few.
    """
    sections = iter(_sections(output))
    for commit in commits:
        yield replace(commit, files=tuple(_with_patch(file, sections) for file in commit.files))


def _with_patch(file: GitFile, sections: Iterator[bytes]) -> GitFile:
    patch = following(sections)
    if file.status == "changed":  # printed as a removal and an addition, of which GitHub makes one file
        patch = b"\n".join(part for part in (patch, following(sections)) if part)
    too_long = len(patch) > MAX_PATCH_BYTES or patch.count(b"\n") > MAX_PATCH_LINES
    return replace(file, patch=None if too_long or not patch else text(patch))


def _sections(output: bytes) -> Iterator[bytes]:
    """Yield the hunks of every file, empty where it has none (binary, moved, only its mode changed).

    Lines of content begin with a blank, a sign or a backslash, so no content can look like a header.
    """
    for section in output.split(b"\ndiff --git ")[1:]:
        _, start, rest = section.partition(b"\n@@ ")
        hunks, _, _ = rest.partition(b"\ncommit ")
        yield start.lstrip(b"\n") + hunks.rstrip(b"\n")
