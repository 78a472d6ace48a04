"""What the REST API says of a repository's history: which commits one head has and another has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.errors import NO_COMMIT_STATUSES, RepositoryError
from tap_github_custom.reading.source import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_github_custom.client import Answer
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json


class Ancestry:
    """Comparisons and lists of commits."""

    def __init__(self, source: Source) -> None:
        """Take where to ask; nothing is asked yet."""
        self._source = source
        self._comparisons: dict[tuple[str, str], Answer | None] = {}
        self._lineages: dict[str, list[str] | None] = {}

    def comparison(self, old: str, new: str) -> Answer | None:
        """Return the first page of a comparison, which is kept.

        None: GitHub knows one of them no more, or they have nothing in common.
        """
        if (old, new) not in self._comparisons:
            # A second time: one bad answer is no rewritten history.
            self._comparisons[old, new] = self._compare(old, new) or self._compare(old, new)
        return self._comparisons[old, new]

    def _compare(self, old: str, new: str) -> Answer | None:
        try:
            return self._source.get(f"/compare/{old}...{new}", {"per_page": PAGE_SIZE})
        except RepositoryError as error:
            if error.status not in NO_COMMIT_STATUSES:
                raise
            return None

    def compared(self, first: Answer) -> Iterator[str]:
        """Yield the commits of a comparison, whose first page this is, or raise where they are too few."""
        met: set[str] = set()
        for answer in (first, *self._source.following(first)):
            yield from _new(answer.body["commits"], met)
        if len(met) < first.body["total_commits"]:
            reason = f"A comparison came with {len(met)} of {first.body['total_commits']} commits"
            raise RepositoryError(first.status, reason, first.url)

    def beyond(self, old: str, new: str) -> frozenset[str] | None:
        """Return the commits that NEW has and OLD has not; None where they have nothing in common."""
        first = self.comparison(old, new)
        return None if first is None else frozenset(self.compared(first))

    def listed(self, head: str, since: datetime | None, until: datetime | None = None) -> Iterator[str]:
        """Yield the commits that a head reaches, newest first; where there are bounds, those between."""
        bounds = {"since": since, "until": until}
        params = {name: times.write(moment) for name, moment in bounds.items() if moment}
        met: set[str] = set()
        for page in self._source.pages("/commits", {"sha": head, **params}):
            yield from _new(page, met)
        if not params and head not in met:
            reason = f"A list of commits came without the commit that it begins with, {head}"
            raise RepositoryError(0, reason, self._source.path("/commits"))

    def lineage(self, head: str) -> list[str] | None:
        """Return all commits that a head reaches, newest first; None where GitHub knows it no more."""
        if head not in self._lineages:
            self._lineages[head] = self._lineage(head)
        return self._lineages[head]

    def _lineage(self, head: str) -> list[str] | None:
        try:
            return list(self.listed(head, None))
        except RepositoryError as error:
            if error.status not in NO_COMMIT_STATUSES:
                raise
            return None


def _new(commits: list[Json], met: set[str]) -> list[str]:
    """Return the SHAs that were not met before, and add them: a page that comes twice is no more commits."""
    found = [sha for sha in dict.fromkeys(commit["sha"] for commit in commits) if sha not in met]
    met.update(found)
    return found
