"""Reads the commits of the default branch over REST, each with its files."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.emission import Rows
from tap_github_custom.errors import RepositoryError
from tap_github_custom.head import Head
from tap_github_custom.prefetch import ordered
from tap_github_custom.reading.ancestry import Ancestry
from tap_github_custom.reading.dropped import dropped_by_rest
from tap_github_custom.rows.commit import commit_file_rows, commit_row
from tap_github_custom.stream_names import COMMIT, COMMIT_FILE, PATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json, Row

logger = logging.getLogger("tap-github-custom")

EMPTY_REPOSITORY = 409
MAX_FILES = 3_000  # the API lists no more of one commit
ROWS_PER_EMISSION = 1_000


def head_of(source: Source) -> Head | None:
    """Return the newest commit of the default branch, None for a repository without commits."""
    branch = source.repository.default_branch
    try:
        newest = source.get("/commits", {"per_page": 1, **({"sha": branch} if branch else {})}).body
    except RepositoryError as error:
        if error.status == EMPTY_REPOSITORY:
            return None
        raise
    return Head.of_rest(newest[0]) if newest else None


class RestCommits:
    """One reading of a repository's commits from one head to another."""

    def __init__(self, source: Source, last: str | None) -> None:
        """Take where to read from, and the head that was read last, even where all is read again."""
        self._source = source
        self._ancestry = Ancestry(source)
        self._last = last
        self._is_last_met = False

    def read(self, old: str | None, new: str, relist_since: datetime | None) -> Iterator[Emission]:
        """Yield the rows of the commits that are reachable from NEW and not from OLD.

        Where OLD is not there any more (a force-push), commits since RELIST_SINCE are listed again.
        """
        source = self._source
        shas = self._noticed(self._shas(old, new, relist_since))
        yield from commit_emissions(
            source, ordered(source.pool, self._detail, shas, ahead=source.ahead), max_files=MAX_FILES
        )

    def count(self, old: str, new: str) -> int | None:
        """Return how many commits are new, or None where OLD is not there any more."""
        first = self._ancestry.comparison(old, new)
        return None if first is None else first.body["total_commits"]

    def dropped(self, new: str) -> list[str] | None:
        """Return the commits of the last head that NEW does not reach; None where nobody knows."""
        if self._last is None or self._is_last_met or self._last == new:
            return []
        return dropped_by_rest(self._ancestry, self._last, new)

    def _noticed(self, shas: Iterator[str]) -> Iterator[str]:
        """Yield what is read; a last head that is among it has lost nothing."""
        for sha in shas:
            self._is_last_met |= sha == self._last
            yield sha

    def _shas(self, old: str | None, new: str, relist_since: datetime | None) -> Iterator[str]:
        source, ancestry = self._source, self._ancestry
        name = source.repository.full_name
        if old is None:
            yield from ancestry.listed(new, source.start, source.end)
        elif (first := ancestry.comparison(old, new)) is not None:
            yield from ancestry.compared(first)
        elif (former := ancestry.lineage(old)) is not None:
            logger.warning("%s: the history was rewritten from its beginning; it is read again", name)
            known = frozenset(former)
            listed = ancestry.listed(new, source.start, source.end)
            yield from (sha for sha in listed if sha not in known)
        else:
            text = "%s: the history was rewritten (%s is gone); commits since %s are read again"
            logger.warning(text, name, old[:12], relist_since)
            yield from ancestry.listed(new, relist_since, source.end)

    def _detail(self, sha: str) -> tuple[Json, list[Json]]:
        """Return a commit and all its files: what is paged in its answer are the files, 300 a page."""
        answers = list(self._source.answers(f"/commits/{sha}"))
        files = {
            (file["filename"], file["status"]): file
            for answer in answers
            for file in answer.body.get("files") or []
        }
        return answers[0].body, list(files.values())


def commit_emissions(
    source: Source, commits: Iterable[tuple[Json, list[Json]]], *, max_files: int | None = None
) -> Iterator[Emission]:
    """Yield the rows of commits, which have the shape of the REST API, some thousand at a time.

    MAX_FILES is how many files of one commit there may be at most; the rest of them is then missing.
    """
    rows: dict[str, list[Row]] = {COMMIT: [], COMMIT_FILE: []}
    with_patch = PATCH in source.wanted
    for commit, files in commits:
        if not _is_before_end(source, commit):
            continue
        rows[COMMIT].append(commit_row(commit, source.repository))
        rows[COMMIT_FILE] += commit_file_rows(
            commit, files, source.repository, with_patch=with_patch, max_files=max_files
        )
        if sum(map(len, rows.values())) >= ROWS_PER_EMISSION:
            yield from _wanted(source, rows)
            rows = {COMMIT: [], COMMIT_FILE: []}
    yield from _wanted(source, rows)


def _is_before_end(source: Source, commit: Json) -> bool:
    """Tell whether a commit is wanted: GitHub promises no committer, and no date of one."""
    date = (commit["commit"].get("committer") or {}).get("date")
    return source.end is None or not date or source.is_before_end(times.parse(date))


def _wanted(source: Source, rows: dict[str, list[Row]]) -> Iterator[Emission]:
    for stream, found in rows.items():
        if found and stream in source.wanted:
            yield Rows(stream, found)
