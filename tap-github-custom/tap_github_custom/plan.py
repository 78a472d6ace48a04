"""What one run has in common for all repositories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.config_schema import ALWAYS, NEVER
from tap_github_custom.reading.listed import LISTED
from tap_github_custom.stream_names import COMMITS, GROUPS, PULL_REQUESTS, REPOSITORY

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tap_github_custom.bookmarks import Bookmark, Refusal
    from tap_github_custom.client import Client
    from tap_github_custom.probe import Glimpse, Sight
    from tap_github_custom.reading.accounts import Accounts
    from tap_github_custom.reading.graphql_children import Learnt
    from tap_github_custom.repository import Repository
    from tap_github_custom.settings import Settings

RECONCILE_AFTER = timedelta(days=7)
ASK_AGAIN_AFTER = timedelta(days=1)  # somebody may have mended what the probe cannot see
FRESH = timedelta(hours=3)  # what was just reconciled can wait, whatever the moment
ODD_CLOCK = timedelta(days=1)  # other machines' clocks may be a little ahead
SETTLED_AFTER = timedelta(seconds=2)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GOLDEN_RATIO = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Plan:
    """One run: with what it reads, what is wanted, since when it runs."""

    client: Client
    pool: Executor
    """Threads for single requests; work in it never waits for other work in it."""
    settings: Settings
    wanted: frozenset[str]
    began: datetime
    learnt: Learnt
    accounts: Accounts

    def is_reconciliation_due(self, bookmark: Bookmark, repository: Repository) -> bool:
        """Tell whether all pull requests are to be read again.

        Each repository has a moment of the week of its own, so that no run has to read all of them. Where a
        budget did not suffice, what has changed since comes first, for a week.
        """
        if self.settings.reconcile in {ALWAYS, NEVER}:
            return self.settings.reconcile == ALWAYS
        if bookmark.reconciled is None or bookmark.reconciled > self.began:  # a clock was wrong
            return True
        if self.settings.client.max_requests and _is_recent(bookmark.tried, self.began):
            return False
        since_its_moment = (self.began - EPOCH - RECONCILE_AFTER * _share(repository.id)) % RECONCILE_AFTER
        age = self.began - bookmark.reconciled
        return age > since_its_moment and age >= FRESH

    def is_reconciliation_put_off(self, bookmark: Bookmark, repository: Repository) -> bool:
        """Tell whether it would be due, had no run tried in vain."""
        untried = replace(bookmark, tried=None)
        is_due = self.is_reconciliation_due(bookmark, repository)
        return not is_due and self.is_reconciliation_due(untried, repository)

    def is_still_refused(self, refusal: Refusal, sight: Sight | None) -> bool:
        """Tell whether nothing speaks for asking for a repository that GitHub has refused."""
        is_as_it_was = sight is not None and sight.digest == refusal.sight
        return is_as_it_was and timedelta() <= self.began - refusal.at < ASK_AGAIN_AFTER

    def changed(self, bookmark: Bookmark, repository: Repository, glimpse: Glimpse | None) -> frozenset[str]:
        """Return the wanted streams that have to be read: of a group all or none."""
        wanted = self.wanted if repository.has_pulls else self.wanted - PULL_REQUESTS
        if glimpse is None or self.is_reconciliation_due(bookmark, repository):
            return wanted - {REPOSITORY}
        groups = {name: streams & wanted for name, streams in GROUPS.items()}
        found = [
            streams
            for name, streams in groups.items()
            if bookmark.seen.get(name) != glimpse.digests.get(name, "")
        ]
        changed = frozenset().union(*found, wanted & COMMITS if bookmark.head != glimpse.sha else ())
        listed = wanted & LISTED.keys()
        return changed | listed if changed or listed - bookmark.streams else changed

    def seen(self, repository: Repository, glimpse: Glimpse | None) -> dict[str, str]:
        """Return what the next run may take as read, by group: no pull requests that are switched off."""
        settled = glimpse.settled(self.began - SETTLED_AFTER) if glimpse else {}
        return {name: seen for name, seen in settled.items() if name != "pulls" or repository.has_pulls}

    def since(self, bookmark: datetime | None) -> datetime | None:
        """Return from when to read again what has been read up to a bookmark, which is not yet to come."""
        if bookmark is None or bookmark > self.began + ODD_CLOCK:
            return self.settings.start
        return times.latest(self.settings.start, times.days_before(bookmark, self.settings.lookback_days))

    def capped(self, *moments: datetime | None) -> datetime | None:
        """Return the latest moment, but none after the run began: what happened since may be incomplete."""
        latest = times.latest(*moments)
        return min(latest, self.began) if latest else None


def _is_recent(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and abs(now - moment) < RECONCILE_AFTER  # a clock may have been wrong


def _share(number: int) -> float:
    """Return a number from 0 to 1 for an id; those of neighbours lie far apart, those of many evenly."""
    return number * GOLDEN_RATIO % 1
