"""Commits out of what `git diff-tree --stdin` prints (pure)."""

from __future__ import annotations

from itertools import islice, takewhile
from typing import TYPE_CHECKING

from tap_github_custom.git.commit import GitCommit, GitFile, Signature
from tap_github_custom.git.timestamps import utc

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIELDS = ("%H", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B")
FORMAT = "--format=format:" + "%x00".join(_FIELDS) + "%x00"
_TOO_EARLY = "What git printed ends too early"
_STATUSES = {
    "A": "added",
    "D": "removed",
    "M": "modified",
    "R": "renamed",
    "T": "changed",
}


def parse_commits(output: bytes) -> Iterator[GitCommit]:
    """Yield the commits in `diff-tree -z --always --raw --numstat` with `FORMAT`.

    A commit is its fields, then the raw entries of its files, then as many sums, then an empty token; every
    token ends in NUL, which occurs in none of them. A newline parts the fields from the first entry; any
    other belongs to a name. Raises `ValueError` where the output is of another form.
    """
    tokens = iter(output.split(b"\0"))
    while len(fields := list(islice(tokens, len(_FIELDS)))) == len(_FIELDS):
        files = list(takewhile(bool, tokens))
        files[:1] = [entry.removeprefix(b"\n") for entry in files[:1]]
        yield _commit([text(field) for field in fields], fields, tuple(_files(files)))
    if any(fields):
        raise ValueError(_TOO_EARLY)


def text(raw: bytes) -> str:
    """Return text; bytes that are no UTF-8 become replacement characters, as JSON has no room for them."""
    return raw.decode("utf-8", "replace")


def following(items: Iterator[bytes]) -> bytes:
    """Return the next item, or raise `ValueError`: a generator may not let `StopIteration` out."""
    for item in items:
        return item
    raise ValueError(_TOO_EARLY)


def _commit(fields: Sequence[str], raw: Sequence[bytes], files: tuple[GitFile, ...]) -> GitCommit:
    sha, parents, author, author_email, _, committer, committer_email, _, message = fields
    return GitCommit(
        sha=sha,
        parents=tuple(parents.split()),
        author=Signature(author, author_email, utc(raw[4])),
        committer=Signature(committer, committer_email, utc(raw[7])),
        message=message.rstrip("\n"),
        files=files,
    )


def _files(tokens: list[bytes]) -> Iterator[GitFile]:
    """Yield files; all raw entries come first, then the sums in the same order."""
    entries: list[tuple[str, str, str | None, str]] = []
    rest = iter(tokens)
    sums: list[tuple[bytes, bytes]] = []
    for token in rest:
        if token.startswith(b":"):
            entries.append(_entry(token, rest))
            continue
        additions, deletions, name = token.split(b"\t", 2)
        sums.append((additions, deletions))
        if not name:  # a rename: its two names follow
            following(rest)
            following(rest)
    for (status, filename, previous, sha), (additions, deletions) in zip(entries, sums, strict=True):
        yield GitFile(filename, previous, status, _lines(additions), _lines(deletions), sha)


def _entry(token: bytes, names: Iterator[bytes]) -> tuple[str, str, str | None, str]:
    """Return (status, name, previous name, blob) of a raw entry, whose names are the following tokens."""
    _, _, old_sha, new_sha, letter = text(token).split(" ")
    first = text(following(names))
    status = _STATUSES[letter[0]]
    sha = old_sha if status == "removed" else new_sha
    if status == "renamed":
        return status, text(following(names)), first, sha
    return status, first, None, sha


def _lines(count: bytes) -> int:
    return 0 if count == b"-" else int(count)  # "-" stands for a binary file
