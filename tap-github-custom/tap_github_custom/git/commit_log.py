"""The commits between two others, with their files."""

from __future__ import annotations

import tempfile
from functools import partial
from itertools import islice
from typing import IO, TYPE_CHECKING

from tap_github_custom.git import commit_output, patch_output
from tap_github_custom.git.errors import CacheFolderError
from tap_github_custom.git.in_order import in_order
from tap_github_custom.git.object_store import between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_github_custom.git.commit import GitCommit
    from tap_github_custom.git.object_store import ObjectStore

_DIFF = (
    *("diff-tree", "--stdin", "-r", "--root", "--always", "--no-abbrev", "--diff-merges=first-parent"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--diff-algorithm=myers", "--ignore-submodules=none"),
    *("-M", "-l1000"),  # git's default today; older ones had 400
)
_COMMITS_PER_RUN = 512  # fewer would cost more in unpacking the same objects again
_PATCHED_COMMITS_PER_RUN = 16  # patches are large, and the output of a run is held in memory


def read_commits(
    store: ObjectStore,
    commits: tuple[str | None, str],
    *,
    since: datetime | None,
    patch: bool,
    workers: int,
) -> Iterator[GitCommit]:
    """Yield the commits of `old..new`, newest first; the counting of lines is spread over the workers."""
    old, new = commits
    about = [sha for sha in commits if sha]
    with _temporary_file() as listed:  # a history of millions does not belong in memory
        timestamps = ["--timestamp"] if since else []
        store.read("rev-list", *timestamps, *between(old, new), about=about, stdout=listed)
        listed.seek(0)
        chosen = _since(listed, since.timestamp()) if since else listed
        read = partial(_read_patched if patch else _read, store)
        chunks = _chunks(chosen, _PATCHED_COMMITS_PER_RUN if patch else _COMMITS_PER_RUN)
        for done in in_order(read, chunks, workers=workers):
            yield from done


def _temporary_file() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        msg = f"Commits cannot be listed without a folder for temporary files (TMPDIR): {error}."
        raise CacheFolderError(msg) from error


def _read(store: ObjectStore, shas: bytes) -> list[GitCommit]:
    options = ("-z", "--raw", "--numstat", commit_output.FORMAT)
    return list(commit_output.parse_commits(store.read(*_DIFF, *options, stdin=shas)))


def _read_patched(store: ObjectStore, shas: bytes) -> list[GitCommit]:
    patches = store.read(*_DIFF, "-p", patch_output.FORMAT, stdin=shas)
    return list(patch_output.add_patches(_read(store, shas), patches))


def _since(lines: Iterable[bytes], oldest: float) -> Iterator[bytes]:
    """Yield the SHAs of lines (timestamp, SHA) that are not older.

    Git's own `--since` stops at the first old commits and would miss younger ones behind them.
    """
    for line in lines:
        at, _, sha = line.partition(b" ")
        if int(at) >= oldest:
            yield sha


def _chunks(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    rest = iter(lines)
    while chunk := b"".join(islice(rest, size)):
        yield chunk
