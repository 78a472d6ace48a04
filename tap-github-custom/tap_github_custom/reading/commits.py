"""Reads the commits of the default branch over REST, each with its files."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.emission import Rows
from tap_github_custom.errors import NO_COMMIT_STATUSES, RepositoryError
from tap_github_custom.head import Head
from tap_github_custom.prefetch import ordered
from tap_github_custom.reading.source import PAGE_SIZE
from tap_github_custom.rows.commit import commit_file_rows, commit_row
from tap_github_custom.stream_names import COMMIT, COMMIT_FILE, PATCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tap_github_custom.client import Answer
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

    def __init__(self, source: Source) -> None:
        """Take where to read from."""
        self._source = source
        self._compared: dict[tuple[str, str], Answer | None] = {}

    def read(self, old: str | None, new: str, relist_since: datetime | None) -> Iterator[Emission]:
        """Yield the rows of the commits that are reachable from NEW and not from OLD.

        Where OLD is not there any more (a force-push), commits since RELIST_SINCE are listed again.
        """
        source = self._source
        details = ordered(source.pool, self._detail, self._shas(old, new, relist_since), ahead=source.ahead)
        yield from commit_emissions(source, details, max_files=MAX_FILES)

    def count(self, old: str, new: str) -> int | None:
        """Return how many commits are new, or None where OLD is not there any more."""
        first = self._comparison(old, new)
        return None if first is None else first.body["total_commits"]

    def _shas(self, old: str | None, new: str, relist_since: datetime | None) -> Iterator[str]:
        if old is None:
            yield from self._listed(new, self._source.start)
            return
        first = self._comparison(old, new)
        if first is None:
            logger.warning(
                "%s: the history was rewritten (%s is gone); commits since %s are read again",
                self._source.repository.full_name,
                old[:12],
                relist_since,
            )
            yield from self._listed(new, relist_since)
            return
        count = 0
        for answer in (first, *self._source.following(first)):
            count += len(answer.body["commits"])
            yield from (commit["sha"] for commit in answer.body["commits"])
        if count < first.body["total_commits"]:
            reason = f"A comparison came with {count} of {first.body['total_commits']} commits"
            raise RepositoryError(first.status, reason, first.url)

    def _comparison(self, old: str, new: str) -> Answer | None:
        """Return the first page of a comparison, which is kept; None where OLD is gone."""
        if (old, new) not in self._compared:
            # A second time: one bad answer is no rewritten history.
            self._compared[old, new] = self._compare(old, new) or self._compare(old, new)
        return self._compared[old, new]

    def _compare(self, old: str, new: str) -> Answer | None:
        try:
            return self._source.get(f"/compare/{old}...{new}", {"per_page": PAGE_SIZE})
        except RepositoryError as error:
            if error.status not in NO_COMMIT_STATUSES:
                raise
            return None

    def _listed(self, new: str, since: datetime | None) -> Iterator[str]:
        bound: dict[str, str | int] = {"since": times.write(since)} if since else {}
        if self._source.end:
            bound["until"] = times.write(self._source.end)
        is_whole = bool(bound)
        for page in self._source.pages("/commits", {"sha": new, **bound}):
            shas = [commit["sha"] for commit in page]
            is_whole = is_whole or new in shas
            yield from shas
        if not is_whole:
            reason = f"A list of commits came without the commit that it begins with, {new}"
            raise RepositoryError(0, reason, self._source.path("/commits"))

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
        if not source.is_before_end(times.parse(commit["commit"]["committer"]["date"])):
            continue
        rows[COMMIT].append(commit_row(commit, source.repository))
        rows[COMMIT_FILE] += commit_file_rows(
            commit, files, source.repository, with_patch=with_patch, max_files=max_files
        )
        if sum(map(len, rows.values())) >= ROWS_PER_EMISSION:
            yield from _wanted(source, rows)
            rows = {COMMIT: [], COMMIT_FILE: []}
    yield from _wanted(source, rows)


def _wanted(source: Source, rows: dict[str, list[Row]]) -> Iterator[Emission]:
    for stream, found in rows.items():
        if found and stream in source.wanted:
            yield Rows(stream, found)
