"""Reads pull requests newest first, each with its reviews and commits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.emission import CompleteSets, Rows
from tap_github_custom.errors import GONE_STATUSES, RepositoryError
from tap_github_custom.rows.account import id_of
from tap_github_custom.rows.pull_request import pull_request_row
from tap_github_custom.rows.pull_request_commit import pull_request_commit_rows
from tap_github_custom.rows.pull_request_review import pull_request_review_row
from tap_github_custom.stream_names import PULL_REQUEST, PULL_REQUEST_COMMIT, PULL_REQUEST_REVIEW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.children import Children, ChildSource
    from tap_github_custom.reading.source import Source
    from tap_github_custom.reading.unread import Unread
    from tap_github_custom.repository import Json, Row

logger = logging.getLogger("tap-github-custom")

# Ascending pages shift under the reader when a pull request is updated, so that others are skipped.
# Descending ones only bring some twice.
LIST = {"state": "all", "sort": "updated", "direction": "desc"}


class PullRequests:
    """One reading of a repository's pull requests."""

    def __init__(
        self, source: Source, children: ChildSource, unread: Unread, owed: Collection[int] = ()
    ) -> None:
        """Take where to read from, and what takes note of pull requests that cannot be read.

        What is missing of those OWED by an earlier run GitHub may never list: they are not owed once more.
        """
        self._source = source
        self._children = children
        self._unread = unread
        self._owed = owed
        self.newest: datetime | None = None
        """Newest `updated_at` that was seen, once the reading is over."""
        self.newest_listed: datetime | None = None
        """The same of all that was listed, wanted or not; None where that was nothing."""

    def read_owed(self) -> Iterator[Emission]:
        """Yield the rows of pull requests that an earlier run could not read, or not whole."""
        if pulls := list(self._by_number(self._owed)):
            yield from self._emissions(self._children.of(pulls))

    def read(self, since: datetime | None) -> Iterator[Emission]:
        """Yield the rows of every pull request updated at or after SINCE."""
        for pulls in self._pages(since):
            yield from self._emissions(self._children.of(pulls))

    def _by_number(self, numbers: Iterable[int]) -> Iterator[Json]:
        for number in numbers:
            try:
                pull = self._source.get(f"/pulls/{number}").body
            except RepositoryError as error:
                if error.status in GONE_STATUSES:
                    logger.info("Pull request %d is gone: %s", number, error)
                else:
                    self._unread.note(number, error)
            else:
                self._source.check_id(_owner(pull))
                if self._source.is_before_end(times.parse(pull["updated_at"])):
                    yield pull

    def _pages(self, since: datetime | None) -> Iterator[list[Json]]:
        """Yield pages less what was seen before and what is older; the boundary itself is read again."""
        seen: set[tuple[int, str]] = set()
        for page in self._source.pages("/pulls", LIST):
            self.newest_listed = times.latest(
                self.newest_listed, *(times.parse(pull["updated_at"]) for pull in page)
            )
            for pull in page:
                self._source.check_id(_owner(pull))
            recent = [pull for pull in page if since is None or times.parse(pull["updated_at"]) >= since]
            within = [pull for pull in recent if self._source.is_before_end(times.parse(pull["updated_at"]))]
            versions = {(pull["id"], pull["updated_at"]): pull for pull in within}
            new = [pull for version, pull in versions.items() if version not in seen]
            seen.update(versions)
            self.newest = times.latest(self.newest, *(times.parse(pull["updated_at"]) for pull in new))
            if new:
                yield new
            if len(recent) < len(page):
                return

    def _emissions(self, children: Iterator[tuple[Json, Children]]) -> Iterator[Emission]:
        repository = self._source.repository
        rows: dict[str, list[Row]] = {name: [] for name in sorted(self._source.wanted)}
        complete: dict[str, list[Row]] = {PULL_REQUEST_REVIEW: [], PULL_REQUEST_COMMIT: []}
        for pull, found in children:
            if pull["number"] in self._unread.reasons:
                continue  # all of it or nothing: commits of a pull request that is not there belong to nobody
            if not (found.has_all_commits and found.has_all_reviews) and pull["number"] not in self._owed:
                logger.info("%s came short of what GitHub counts: the next run asks again", pull["html_url"])
                self._unread.owe(pull["number"])
            parent = {"_source_org": repository.organization, "pull_request_id": pull["id"]}
            if PULL_REQUEST in rows and found.detail is not None:
                rows[PULL_REQUEST].append(pull_request_row(pull, found.detail, repository))
            if PULL_REQUEST_REVIEW in rows and found.reviews is not None:
                reviews = {review["id"]: review for review in found.reviews}  # pages may shift here, too
                rows[PULL_REQUEST_REVIEW] += [
                    pull_request_review_row(review, pull, repository) for review in reviews.values()
                ]
                complete[PULL_REQUEST_REVIEW] += [parent] if found.has_all_reviews else []
            if PULL_REQUEST_COMMIT in rows and found.commits is not None:
                rows[PULL_REQUEST_COMMIT] += pull_request_commit_rows(found.commits, pull, repository)
                complete[PULL_REQUEST_COMMIT] += [parent] if found.has_all_commits else []
        for stream in (PULL_REQUEST, PULL_REQUEST_REVIEW, PULL_REQUEST_COMMIT):
            if rows.get(stream):
                yield Rows(stream, rows[stream])
            if complete.get(stream):
                yield CompleteSets(stream, complete[stream])


def _owner(pull: Json) -> int | None:
    """Return the repository that a pull request is of, as far as it says."""
    return id_of((pull.get("base") or {}).get("repo"))
