"""One run: which repositories are read, in which order, and what becomes of those that cannot be."""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from tap_github_custom import git, times
from tap_github_custom.crawl import side_by_side
from tap_github_custom.emission import SETS_AT_ONCE, CompleteSets, Rows
from tap_github_custom.errors import BudgetSpentError, RepositoryError
from tap_github_custom.listing import Listing, find_repositories
from tap_github_custom.plan import Plan
from tap_github_custom.probe import Probe
from tap_github_custom.reading.accounts import Accounts
from tap_github_custom.reading.bots import Bots
from tap_github_custom.reading.deployment_statuses import StatusProof
from tap_github_custom.reading.graphql_children import Learnt
from tap_github_custom.reading.repository_reading import RepositoryReading
from tap_github_custom.reading.review_comments import ReviewComments
from tap_github_custom.stream_names import PATCH, REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import datetime

    from tap_github_custom.bookmark_store import BookmarkStore
    from tap_github_custom.client import Client
    from tap_github_custom.crawl import UnderWay
    from tap_github_custom.emission import Emission
    from tap_github_custom.probe import Sight
    from tap_github_custom.repository import Repository
    from tap_github_custom.settings import Settings
    from tap_github_custom.summary import Summary

logger = logging.getLogger("tap-github-custom")


class Run:
    """Reads the repositories of the settings, with everything that belongs to them."""

    def __init__(
        self,
        client: Client,
        settings: Settings,
        store: BookmarkStore,
        summary: Summary,
        emit: Callable[[Emission], bool],
    ) -> None:
        """Take what it works with; EMIT writes rows, and tells whether it could."""
        self._client = client
        self._settings = settings
        self._store = store
        self._summary = summary
        self._emit = emit
        self.organizations: list[str] = []
        """Whose repositories these are; empty before."""
        self._listing = Listing()

    def find(self) -> None:
        """Find out which repositories there are."""
        listing = self._listing = find_repositories(self._client, self._settings, self._store.spelt)
        self._skip_missing(listing)
        named = {login.lower(): login for login in self._settings.organizations}
        self.organizations = sorted((named | listing.owners).values())
        self._summary.others = 0 if listing.repositories else len(listing.owners)

    def repositories(
        self, wanted: frozenset[str], began: datetime, check: Callable[[], None]
    ) -> Generator[str, None, None]:
        """Read what was found, one after the other; yield the name of each that is done or skipped.

        CHECK is called again and again, and may raise to end the run. Whoever wants no more has to close it.
        """
        listing = self._listing
        self._emit(Rows(REPOSITORY, listing.rows))
        if wanted == {REPOSITORY}:
            self._summary.read = len(listing.repositories)
            return
        pool = ThreadPoolExecutor(self._settings.client.concurrency, "request")
        try:
            self._tell_moved(listing, wanted)  # what runs have read that then ended early
            plan, sights = self._plan(pool, listing, wanted, began)
            readings = deque(self._readings(plan, listing, sights))
            count = len(readings)
            with closing(side_by_side(_taken(readings), workers=self._workers)) as ahead:
                for number, under_way in enumerate(ahead, start=1):
                    self._take(under_way, f"{number}/{count}", check)
                    self._store.review_comments = plan.learnt.review_comments.settled
                    self._store.bots = plan.learnt.bots.known
                    self._store.deployment_statuses = plan.learnt.status_proof.settled
                    yield under_way.reading.repository.full_name
            self._tell_moved(listing, wanted)
        except BaseException:
            git.end_all()  # what other repositories fetch at the moment would keep the process alive
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    @property
    def _workers(self) -> int:
        """Return how many repositories are read at once.

        Of a budget that does not suffice for all, whole repositories are worth more than many halves.
        """
        return 1 if self._settings.client.max_requests else self._settings.client.concurrency

    def _plan(
        self, pool: ThreadPoolExecutor, listing: Listing, wanted: frozenset[str], began: datetime
    ) -> tuple[Plan, dict[Repository, Sight]]:
        sights = self._sights(listing, wanted)
        plan = Plan(
            client=self._client,
            pool=pool,
            settings=self._settings,
            wanted=wanted,
            began=began - self._client.clock_ahead,  # what is read is dated by GitHub's clock
            learnt=Learnt(
                ReviewComments(self._store.review_comments),
                Bots(self._store.bots),
                StatusProof(self._store.deployment_statuses),
            ),
            accounts=Accounts(use_graphql=self._settings.use_graphql),
        )
        return plan, sights

    def _skip_missing(self, listing: Listing) -> None:
        for name, error in listing.errors.items():
            self._skip(name, str(error))

    def _sights(self, listing: Listing, wanted: frozenset[str]) -> dict[Repository, Sight]:
        if not self._settings.use_graphql:
            return {}
        # A worker that reads a share of the repositories asks for these only.
        whole = listing.whole_organizations if self._settings.shard.count == 1 else ()
        return Probe(self._client, wanted).sights(listing.repositories, frozenset(whole))

    def _readings(
        self, plan: Plan, listing: Listing, sights: dict[Repository, Sight]
    ) -> Iterator[RepositoryReading]:
        """Yield what is to be read; what was not read for the longest time comes first."""
        bookmarks = {
            each: self._store.of(each).covering(plan.wanted, self._settings.start, self._settings.end)
            for each in listing.repositories
        }
        for repository in sorted(bookmarks, key=lambda each: bookmarks[each].turn):
            bookmark, sight = bookmarks[repository], sights.get(repository)
            if bookmark.refused and plan.is_still_refused(bookmark.refused, sight):
                since = f"not asked again since {times.write(bookmark.refused.at)}"
                self._skip(repository.full_name, f"{bookmark.refused.reason}; {since}")
                continue
            reading = RepositoryReading(plan, repository, bookmark, sight)
            if reading.is_needed:
                yield reading
            else:
                self._summary.unchanged += 1

    def _take(self, under_way: UnderWay, position: str, check: Callable[[], None]) -> None:
        """Emit all rows of one repository, then move its bookmark; or skip it, and leave the bookmark."""
        repository = under_way.reading.repository
        name = repository.full_name
        started = time.monotonic()
        rows: Counter[str] = Counter()
        try:
            for emission in under_way.emissions(check):
                self._emit(emission)
                if isinstance(emission, Rows):
                    rows[emission.stream] += len(emission.rows)
        except RepositoryError as error:
            self._skip(name, str(error))
            self._tried(under_way.reading, error)
            return
        except BudgetSpentError:
            self._tried(under_way.reading)
            raise
        self._store.put(repository, under_way.reading.bookmark)
        self._summary.read += 1
        for number, reason in sorted(under_way.reading.unread.reasons.items()):
            logger.warning("%s#%d is skipped, the next run asks for it again: %s", name, number, reason)
            self._summary.skipped[f"{name}#{number}"] = reason
        counts = ", ".join(f"{count:,} {stream}" for stream, count in sorted(rows.items()))
        logger.info("%s %s: %s (%.1f s)", position, name, counts or "nothing", time.monotonic() - started)

    def _tried(self, reading: RepositoryReading, error: RepositoryError | None = None) -> None:
        """Let the others have their turn first: one that fails, or is too large, would take it for ever."""
        before = self._store.of(reading.repository)
        refused = reading.refusal(error) if error else before.refused
        self._store.put(reading.repository, replace(before, tried=reading.bookmark.read, refused=refused))

    def _tell_moved(self, listing: Listing, wanted: frozenset[str]) -> None:
        """Tell rows of a repository under a former owner as gone: they came again under the present one.

        The owner is part of each key, and changes by a transfer or with the name of an organisation.
        """
        if self._settings.end:
            return  # this run has read no more than a window
        moved = list(self._store.moved(listing.repositories, wanted - {PATCH}))
        told: dict[str, set[str]] = {former.key: set() for former in moved}
        for stream in sorted(wanted - {PATCH}):
            column = "id" if stream == REPOSITORY else "repository_id"
            read = [former for former in moved if stream in former.streams]
            for first in range(0, len(read), SETS_AT_ONCE):
                some = read[first : first + SETS_AT_ONCE]
                parents = [{"_source_org": former.owner, column: former.present.id} for former in some]
                if self._emit(CompleteSets(stream, parents)):
                    for former in some:
                        told[former.key].add(stream)
        for former in moved:
            if streams := told[former.key]:
                self._store.told(former, frozenset(streams | {PATCH}))
                older = (
                    "; those from before start_date a backfill brings again" if self._settings.start else ""
                )
                text = "%s belonged to %s: its rows of then are told as gone (%s)%s"
                names = ", ".join(sorted(streams))
                logger.warning(text, former.present.full_name, former.owner, names, older)

    def _skip(self, name: str, reason: str) -> None:
        logger.warning("%s is skipped, its bookmark stays: %s", name, reason)
        self._summary.skipped[name] = reason


def _taken(readings: deque[RepositoryReading]) -> Iterator[RepositoryReading]:
    """Yield readings and let go of them: one that is done still holds whole comparisons."""
    while readings:
        yield readings.popleft()
