"""What belongs to a pull request and does not stand in the list: its detail, reviews and commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tap_github_custom.prefetch import ordered
from tap_github_custom.rows.pull_request import Detail
from tap_github_custom.rows.pull_request_commit import MAX_COMMITS, PullCommit
from tap_github_custom.stream_names import PULL_REQUEST, PULL_REQUEST_COMMIT, PULL_REQUEST_REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.reading.source import Source
    from tap_github_custom.reading.unread import Unread
    from tap_github_custom.repository import Json


@dataclass(frozen=True)
class Children:
    """Each is None where it was not asked for; reviews have the shape of the REST API."""

    detail: Detail | None = None
    reviews: list[Json] | None = None
    commits: list[PullCommit] | None = None

    @property
    def has_all_commits(self) -> bool:
        """Tell whether no fewer commits came than the pull request counts, as far as both are known."""
        expected = self.detail.commits if self.detail else None
        return self.commits is None or expected is None or len(self.commits) >= min(expected, MAX_COMMITS)

    @property
    def has_all_reviews(self) -> bool:
        """Tell the same of reviews: there is one to each comment on the code."""
        return self.reviews is None or bool(self.reviews) or not (self.detail and self.detail.review_comments)


CommitsOf = Callable[[list["Json"]], dict[int, list[PullCommit]]]
"""Returns the commits of pull requests by number, as far as it knows them."""


class ChildSource(Protocol):
    """A way to get the children of a page of pull requests."""

    def of(self, pulls: list[Json]) -> Iterator[tuple[Json, Children]]:
        """Yield each pull request with its children, in the order of the list."""
        ...


class RestChildren:
    """Asks for each pull request on its own: one request for each kind of child."""

    def __init__(self, source: Source, wanted: frozenset[str], unread: Unread) -> None:
        """Take where to read from; WANTED leaves out streams that come from elsewhere."""
        self._source = source
        self._wanted = wanted
        self._unread = unread

    def of(self, pulls: list[Json]) -> Iterator[tuple[Json, Children]]:
        """Yield each pull request with its children."""
        source = self._source
        found = ordered(source.pool, self.one, pulls, ahead=source.ahead)
        return zip(pulls, found, strict=True)

    def one(self, pull: Json) -> Children:
        """Return the children of one pull request; none where GitHub does not give them."""
        return self._unread.spare(pull, self._all)

    def _all(self, pull: Json) -> Children:
        found = Children(
            detail=self.detail(pull) if PULL_REQUEST in self._wanted else None,
            reviews=self.reviews(pull) if PULL_REQUEST_REVIEW in self._wanted else None,
            commits=self.commits(pull) if PULL_REQUEST_COMMIT in self._wanted else None,
        )
        # A second time: a server that lags behind has answered.
        return found if found.has_all_commits else replace(found, commits=self.commits(pull))

    def detail(self, pull: Json) -> Detail:
        """Return what only the pull request's own answer has."""
        return Detail.from_rest(self._source.get(f"/pulls/{pull['number']}").body)

    def reviews(self, pull: Json) -> list[Json]:
        """Return all reviews of a pull request."""
        pages = self._source.pages(f"/pulls/{pull['number']}/reviews")
        return [review for page in pages for review in page]

    def commits(self, pull: Json) -> list[PullCommit]:
        """Return the commits of a pull request, oldest first."""
        pages = self._source.pages(f"/pulls/{pull['number']}/commits")
        return [PullCommit.from_rest(commit) for page in pages for commit in page]


class GitCommitChildren:
    """Takes the commits from a clone, all else from another source."""

    def __init__(self, others: ChildSource, lacking: ChildSource, commits_of: CommitsOf) -> None:
        """Take the sources; LACKING brings the commits that the clone does not have."""
        self._others = others
        self._lacking = lacking
        self._commits_of = commits_of

    def of(self, pulls: list[Json]) -> Iterator[tuple[Json, Children]]:
        """Yield each pull request with its children."""
        commits = self._commits_of(pulls)
        found = list(self._others.of(pulls))
        lacking = [pull for pull, children in found if not _is_whole(commits.get(pull["number"]), children)]
        if lacking:
            for pull, each in self._lacking.of(lacking):
                commits.pop(pull["number"], None)
                if each.commits is not None:
                    commits[pull["number"]] = each.commits
        for pull, children in found:
            yield pull, replace(children, commits=commits.get(pull["number"]))


def _is_whole(commits: list[PullCommit] | None, children: Children) -> bool:
    """Tell whether a clone has told as many commits as GitHub counts."""
    expected = children.detail.commits if children.detail else None
    return commits is not None and (expected is None or len(commits) == min(expected, MAX_COMMITS))
