"""Bare repositories, read through the command git."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.github.lines import Json

MAX_PATCH_BYTES = 20_000  # GitHub leaves out the patches of huge files
_STATUSES = {
    "A": "added",
    "C": "copied",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "T": "changed",
}
_MARK = "\x01"  # in no name, message or content that is generated
_FIELDS = "%H %T %P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
_WITH_FILES = ("-z", "--raw", "--numstat", "-p", "-M", "--no-abbrev")
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_COUNT": "3",
    "GIT_CONFIG_KEY_0": "core.quotePath",
    "GIT_CONFIG_VALUE_0": "false",
    "GIT_CONFIG_KEY_1": "safe.directory",
    "GIT_CONFIG_VALUE_1": "*",
    "GIT_CONFIG_KEY_2": "core.fsync",  # what is generated can be generated again
    "GIT_CONFIG_VALUE_2": "none",
    "PATH": os.environ.get("PATH", os.defpath),
    "TZ": "UTC",
    "LC_ALL": "C",
}


@dataclass(frozen=True)
class Signature:
    """Who did something, and when (UTC, as GitHub writes it)."""

    name: str
    email: str
    at: str


@dataclass
class LoggedCommit:
    """A commit as `git log` shows it, its files against the first parent."""

    sha: str
    tree: str
    parents: list[str]
    author: Signature
    committer: Signature
    message: str
    files: list[Json] = field(default_factory=list)


class Git:
    """One bare repository."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; nothing is read yet."""
        self._folder = folder

    def run(self, *arguments: str, stdin: bytes = b"") -> str:
        """Return what a git command prints, whatever the user's own configuration says."""
        done = subprocess.run(  # noqa: S603 - git, with arguments of our own
            ["git", "--git-dir", str(self._folder), *arguments],  # noqa: S607 - git is where PATH says
            input=stdin,
            capture_output=True,
            check=True,
            env=ENVIRONMENT,
        )
        return done.stdout.decode("utf-8", "replace")

    def log(self, *revisions: str) -> list[LoggedCommit]:
        """Return commits in the order of `git log`, with their files and patches."""
        form = f"--format={_MARK}{_FIELDS}{_MARK}"
        listed = self.run("log", form, "--diff-merges=first-parent", *_WITH_FILES, *revisions)
        return [_parse_commit(*pair) for pair in _pairs(listed)]

    def diff(self, base: str, head: str) -> list[Json]:
        """Return the files that differ between two commits, with patches."""
        return _parse_files(self.run("diff-tree", "-r", *_WITH_FILES, base, head))

    def totals(self, pairs: list[tuple[str, str]]) -> list[tuple[int, int, int]]:
        """Return (additions, deletions, changed files) between each two trees."""
        asked = "".join(f"{base} {head}\n" for base, head in pairs)
        text = self.run("diff-tree", "--stdin", "-r", "-M", "--numstat", stdin=asked.encode())
        found: dict[str, list[list[str]]] = {}
        for line in text.splitlines():
            if "\t" not in line:
                rows = found.setdefault(line.strip(), [])
            else:
                rows.append(line.split("\t"))
        return [_sum(found.get(f"{base} {head}", [])) for base, head in pairs]


@lru_cache(maxsize=1024)
def cached_diff(folder: Path, base: str, head: str) -> list[Json]:
    """Return the files between two commits; commits never change."""
    return Git(folder).diff(base, head)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    parts = text.split(_MARK)[1:]
    return zip(parts[::2], parts[1::2], strict=True)


def _parse_commit(header: str, body: str) -> LoggedCommit:
    names, *rest = header.split("\0")
    sha, tree, *parents = names.split(" ")
    author, author_email, authored_at, committer, committer_email, committed_at, message = rest
    return LoggedCommit(
        sha,
        tree,
        [parent for parent in parents if parent],
        Signature(author, author_email, _utc(authored_at)),
        Signature(committer, committer_email, _utc(committed_at)),
        message.rstrip("\n"),
        _parse_files(body),
    )


def _utc(at: str) -> str:
    return at.replace("+00:00", "Z")


def _parse_files(text: str) -> list[Json]:
    """Return the files of `-z --raw --numstat -p`: all raw entries, then as many sums, then the patches."""
    entries, _, patches = text.partition("\0\0diff --git ")
    tokens = iter([token for token in entries.lstrip("\0\n").split("\0") if token.strip("\n")])
    files: list[Json] = []
    position = 0
    for raw_token in tokens:
        token = raw_token.lstrip("\n")
        if token.startswith(":"):
            files.append(_raw_entry(token, tokens))
            continue
        _add_sums(files[position], token)
        if token.endswith("\t"):  # a rename: the two names follow
            next(tokens)
            next(tokens)
        position += 1
    if patches:
        _add_patches(files, patches)
    return files


def _raw_entry(token: str, following: Iterator[str]) -> Json:
    _, _, old_sha, new_sha, status = token[1:].split(" ")
    first = next(following)
    entry: Json = {
        "sha": old_sha if status == "D" else new_sha,
        "filename": first,
        "status": _STATUSES[status[0]],
    }
    if status[0] in "CR":
        entry["filename"] = next(following)
        entry["previous_filename"] = first
    return entry


def _add_sums(file: Json, token: str) -> None:
    additions, deletions, _ = token.split("\t")
    file["additions"] = 0 if additions == "-" else int(additions)
    file["deletions"] = 0 if deletions == "-" else int(deletions)
    file["changes"] = file["additions"] + file["deletions"]


def _add_patches(files: list[Json], text: str) -> None:
    """Put the hunks of a patch into its files, which come in the same order."""
    sections = text.split("\ndiff --git ")
    for file, section in zip(files, sections, strict=True):
        _, start, hunks = section.partition("\n@@ ")
        if start and len(hunks) <= MAX_PATCH_BYTES:
            file["patch"] = "@@ " + hunks.rstrip("\n")


def _sum(rows: list[list[str]]) -> tuple[int, int, int]:
    additions = sum(int(row[0]) for row in rows if row[0] != "-")
    deletions = sum(int(row[1]) for row in rows if row[1] != "-")
    return additions, deletions, len(rows)
