"""Reads one repository: every wanted group of streams, from its bookmark on."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tap_github_custom.bookmarks import Refusal
from tap_github_custom.errors import UNFORESEEN, RepositoryError
from tap_github_custom.git import GitError
from tap_github_custom.reading.children import GitCommitChildren, RestChildren
from tap_github_custom.reading.clone import clone_instead, open_clone
from tap_github_custom.reading.commits import RestCommits, head_of
from tap_github_custom.reading.deployment_statuses import DeploymentStatuses
from tap_github_custom.reading.deployments import Deployments
from tap_github_custom.reading.dropped import told_as_gone
from tap_github_custom.reading.git_commits import GitCommits, pull_commits_of
from tap_github_custom.reading.graphql_children import GraphQLChildren
from tap_github_custom.reading.listed import LISTED, read_listed
from tap_github_custom.reading.pull_requests import PullRequests
from tap_github_custom.reading.releases import Releases
from tap_github_custom.reading.source import Source
from tap_github_custom.reading.unread import Unread
from tap_github_custom.stream_names import (
    COMMITS,
    DEPLOYMENTS,
    PULL_REQUEST_COMMIT,
    PULL_REQUESTS,
    RELEASES,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_github_custom.bookmarks import Bookmark
    from tap_github_custom.emission import Emission
    from tap_github_custom.git import Mirror
    from tap_github_custom.head import Head
    from tap_github_custom.plan import Plan
    from tap_github_custom.probe import Sight
    from tap_github_custom.reading.children import ChildSource
    from tap_github_custom.repository import Repository

logger = logging.getLogger("tap-github-custom")


class RepositoryReading:
    """One reading of one repository; `bookmark` moves group by group, and counts once all are done."""

    def __init__(self, plan: Plan, repository: Repository, bookmark: Bookmark, sight: Sight | None) -> None:
        """Begin at a bookmark that covers what is wanted."""
        self.repository = repository
        self._plan = plan
        self._sight = sight
        self._glimpse = glimpse = sight.glimpse if sight else None
        self._before = bookmark
        self._changed = plan.changed(bookmark, repository, glimpse)
        self._source = Source(
            client=plan.client,
            pool=plan.pool,
            ahead=plan.settings.client.concurrency,
            repository=repository,
            wanted=plan.wanted,
            start=plan.settings.start,
            end=plan.settings.end,
        )
        self._by_rest = RestCommits(self._source, bookmark.last_head)
        self.unread = Unread()
        """Pull requests that could not be read, though the repository could."""
        self._is_reconciled = plan.is_reconciliation_due(bookmark, repository)
        self.bookmark = replace(
            bookmark,
            read=plan.began,
            tried=bookmark.tried if plan.is_reconciliation_put_off(bookmark, repository) else None,
            reconciled=plan.began if self._is_reconciled else bookmark.reconciled,
            start=plan.settings.start,
            end=plan.settings.end,
            seen=plan.seen(repository, glimpse),
            streams=plan.wanted,
            refused=None,
        )

    def emissions(self) -> Iterator[Emission]:
        """Yield what has changed; the bookmark is right when the last of it is taken."""
        try:
            yield from self._groups(self._changed)
        except UNFORESEEN as error:
            # One repository whose answers nobody foresaw must not stand in the way of all others.
            logger.debug("What was not expected of %s:", self.repository.full_name, exc_info=True)
            raise RepositoryError.of_unforeseen(error) from error
        except (GitError, OSError) as error:  # a clone that turns out to be damaged, or a disk to be full
            raise RepositoryError(0, str(error)) from error

    def _groups(self, changed: frozenset[str]) -> Iterator[Emission]:
        head = self._head() if changed & COMMITS else None
        clone = open_clone(
            self._plan, self._source, self._by_rest, self._before.head, head.sha if head else None
        )
        yield from self._owed_pull_requests(clone)
        if changed & PULL_REQUESTS and not self._is_empty("pulls"):
            yield from self._pull_requests(clone)
        if head and head.sha != self._before.head:
            yield from self._commits(head, clone)
        if changed & DEPLOYMENTS and not self._is_empty("deployments"):
            yield from self._deployments()
        if changed & RELEASES and not self._is_empty("releases"):
            yield from self._releases()
        for stream in sorted(changed & LISTED.keys()):
            yield from read_listed(self._source, stream)

    @property
    def is_needed(self) -> bool:
        """Tell whether anything has changed, or could not be read before."""
        return bool(self._changed or self._owed)

    @property
    def _owed(self) -> tuple[int, ...]:
        is_asked = self.repository.has_pulls and self._source.wanted & PULL_REQUESTS
        return self._before.unread if is_asked else ()

    def _is_empty(self, group: str) -> bool:
        """Tell whether the probe has counted nothing, so that REST need not be asked for it."""
        return self._glimpse is not None and group in self._glimpse.empty

    def refusal(self, error: RepositoryError) -> Refusal | None:
        """Return what to remember of an error; None where the next run should ask again in any case.

        Only where the probe was refused, too, will it tell when that is over.
        """
        if self._sight is None or not self._sight.is_refused or not error.is_decided:
            return None
        return Refusal(self._plan.began, str(error), self._sight.digest)

    def _head(self) -> Head | None:
        return self._glimpse.head if self._glimpse else head_of(self._source)

    def _pull_requests(self, clone: Mirror | None) -> Iterator[Emission]:
        reading = self._reading_of_pulls(clone)
        since = None if self._is_reconciled else self._before.pulls
        yield from reading.read(self._plan.since(since))
        self._move(pulls=self._plan.capped(self._before.pulls, reading.newest), unread=self.unread.numbers)
        self._compare("pulls", reading.newest_listed)

    def _owed_pull_requests(self, clone: Mirror | None) -> Iterator[Emission]:
        if self._owed:
            yield from self._reading_of_pulls(clone).read_owed()
            self._move(unread=self.unread.numbers)

    def _reading_of_pulls(self, clone: Mirror | None) -> PullRequests:
        return PullRequests(self._source, self._children(clone), self.unread, self._owed)

    def _children(self, clone: Mirror | None) -> ChildSource:
        wanted = self._source.wanted & PULL_REQUESTS
        if clone is None or PULL_REQUEST_COMMIT not in wanted:
            return self._asked(wanted)
        commits = frozenset((PULL_REQUEST_COMMIT,))
        return GitCommitChildren(
            self._asked(wanted - commits), self._asked(commits), partial(pull_commits_of, clone)
        )

    def _asked(self, wanted: frozenset[str]) -> ChildSource:
        rest = RestChildren(self._source, wanted, self.unread)
        if not wanted or not self._plan.settings.use_graphql:
            return rest
        return GraphQLChildren(self._source, rest, self._plan.learnt, wanted, self.unread)

    def _commits(self, head: Head, clone: Mirror | None) -> Iterator[Emission]:
        old = self._before.head
        if clone is None:
            try:
                yield from self._by_rest.read(old, head.sha, self._plan.since(self._before.head_at))
                dropped = self._by_rest.dropped(head.sha)
            except RepositoryError as error:
                clone = clone_instead(self._plan, self._source, head.sha, error)
                if clone is None:
                    raise
        if clone is not None:
            self._obtain_last_head(clone)
            yield from GitCommits(self._source, clone, self._plan.accounts).read(old, head.sha)
            dropped = self._dropped(head.sha, clone)
        yield from self._told_as_gone(head.sha, dropped)
        self._move(head=head.sha, former_head=None, head_at=head.committed_at)

    def _obtain_last_head(self, clone: Mirror) -> None:
        """Let a clone that was made since, as on a new machine, have what a force-push took away."""
        if self._before.last_head:
            clone.obtain(self._before.last_head)

    def _dropped(self, new: str, clone: Mirror) -> list[str] | None:
        """Return what the branch has lost since the head that was read last; None where nobody knows."""
        old = self._before.last_head
        return clone.dropped(old, new) if old and clone.contains(old) else self._by_rest.dropped(new)

    def _told_as_gone(self, new: str, shas: list[str] | None) -> Iterator[Emission]:
        """Tell what the branch has lost, before the bookmark leaves the head that was read last."""
        if shas:
            self._require_head(new)
        if old := self._before.last_head:
            yield from told_as_gone(self._source, old, shas)

    def _require_head(self, sha: str) -> None:
        """Raise where the branch has another head by now: the probe's may have been one of before."""
        head = head_of(self._source)
        if head is None or head.sha != sha:
            reason = "Its default branch lost commits, and moved meanwhile: the next run reads it again"
            raise RepositoryError(0, reason)

    def _deployments(self) -> Iterator[Emission]:
        use_graphql, learnt = self._plan.settings.use_graphql, self._plan.learnt
        statuses = DeploymentStatuses(self._source, learnt, use_graphql=use_graphql)
        reading = Deployments(self._source, statuses)
        since = None if self._is_reconciled else self._before.deployments
        yield from reading.read(self._plan.since(since))
        self._move(deployments=self._plan.capped(self._before.deployments, reading.newest))
        self._compare("deployments", reading.newest_listed)

    def _releases(self) -> Iterator[Emission]:
        reading = Releases(self._source)
        since = None if self._is_reconciled else self._before.releases
        yield from reading.read(self._plan.since(since))
        self._move(releases=self._plan.capped(self._before.releases, reading.newest))
        if reading.is_empty:  # not every server lists when a release was changed, so no more can be compared
            self._doubt("releases")

    def _compare(self, group: str, newest_listed: datetime | None) -> None:
        """Doubt a list that ends before what the probe has seen: a server that lags behind has told it.

        Of what is there, once: GraphQL may know of what REST hides, such as spam.
        """
        glimpse = self._glimpse
        seen = glimpse.newest.get(group) if glimpse else None
        if newest_listed is None:
            self._doubt(group)
        elif glimpse and seen and newest_listed < seen:
            doubted = f"?{glimpse.digests[group]}"
            if self._before.seen.get(group) != doubted:
                self._move(seen={**self.bookmark.seen, group: doubted})

    def _doubt(self, group: str) -> None:
        """Let the next run ask again for a group of which the probe has seen more than was listed."""
        self._move(seen={name: seen for name, seen in self.bookmark.seen.items() if name != group})

    def _move(self, **changes: object) -> None:
        self.bookmark = replace(self.bookmark, **changes)  # type: ignore[arg-type] # names are its own
