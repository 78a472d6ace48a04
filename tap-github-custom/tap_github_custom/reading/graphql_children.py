"""Asks GraphQL for the children of many pull requests at once; REST fills in what it cannot say."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from tap_github_custom.client import next_cursor
from tap_github_custom.documents import document
from tap_github_custom.errors import UNFORESEEN, GraphQLError, GraphQLTooLargeError
from tap_github_custom.prefetch import ordered
from tap_github_custom.reading.bots import MERGE, REVIEW
from tap_github_custom.reading.children import Children
from tap_github_custom.reading.query_size import QuerySize
from tap_github_custom.rows.pull_request import Detail
from tap_github_custom.rows.pull_request_commit import MAX_COMMITS, PullCommit
from tap_github_custom.rows.pull_request_review import review_from_graphql
from tap_github_custom.stream_names import PULL_REQUEST, PULL_REQUEST_COMMIT, PULL_REQUEST_REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.reading.bots import Bots
    from tap_github_custom.reading.children import RestChildren
    from tap_github_custom.reading.deployment_statuses import StatusProof
    from tap_github_custom.reading.review_comments import ReviewComments
    from tap_github_custom.reading.source import Source
    from tap_github_custom.reading.unread import Unread
    from tap_github_custom.repository import Json

logger = logging.getLogger("tap-github-custom")

LIST_SIZE = 100
PULLS_PER_QUERY = 50
DEPLOYMENTS_PER_QUERY = 100


@dataclass(frozen=True)
class Learnt:
    """What readings find out about this GitHub's GraphQL, for all that follow."""

    review_comments: ReviewComments
    bots: Bots
    status_proof: StatusProof
    query_size: QuerySize = field(default_factory=lambda: QuerySize(PULLS_PER_QUERY))
    status_query_size: QuerySize = field(default_factory=lambda: QuerySize(DEPLOYMENTS_PER_QUERY))


class GraphQLChildren:
    """Children by `nodes(ids:)`, from the node ids of a REST page."""

    def __init__(
        self,
        source: Source,
        rest: RestChildren,
        learnt: Learnt,
        wanted: frozenset[str],
        unread: Unread,
    ) -> None:
        """Take where to read from; WANTED may leave out the commits that come from git."""
        self._source = source
        self._unread = unread
        self._rest = rest
        self._review_comments = learnt.review_comments
        self._bots = learnt.bots
        self._size = learnt.query_size
        self._wanted = wanted
        # Reviews are needed for the totals, too.
        self._with_reviews = bool(wanted & {PULL_REQUEST, PULL_REQUEST_REVIEW})
        self._with_commits = PULL_REQUEST_COMMIT in wanted

    def of(self, pulls: list[Json]) -> Iterator[tuple[Json, Children]]:
        """Yield each pull request with its children."""
        size = self._size.value
        if not size or not self._source.has_graphql:
            yield from self._rest.of(pulls)
            return
        parts = [pulls[first : first + size] for first in range(0, len(pulls), size)]
        for part in ordered(self._source.pool, self._part, parts, ahead=self._source.ahead):
            yield from part

    def _part(self, pulls: list[Json]) -> list[tuple[Json, Children]]:
        try:
            nodes = self._nodes(pulls) if self._size.value and self._source.has_graphql else {}
        except GraphQLTooLargeError:
            self._size.halve(len(pulls))
            if len(pulls) == 1 or not self._size.value:
                return [(pull, self._rest.one(pull)) for pull in pulls]
            middle = len(pulls) // 2
            return self._part(pulls[:middle]) + self._part(pulls[middle:])
        except GraphQLError as error:
            self._size.failed(self._source, error, "pull requests")
            nodes = {}
        return [(pull, self._unread.spare(pull, partial(self._children, nodes))) for pull in pulls]

    def _nodes(self, pulls: list[Json]) -> dict[str, Json]:
        """Return the nodes that came without an error, by the id that was asked for."""
        ids = [pull["node_id"] for pull in pulls]
        variables = {
            "ids": ids,
            "reviews": LIST_SIZE,
            "withReviews": self._with_reviews,
            "commits": LIST_SIZE if self._with_commits else 1,
        }
        answer = self._source.graphql(document("pull_requests"), variables, is_divisible=len(ids) > 1)
        self._size.succeeded()
        nodes = answer.data.get("nodes") or []
        spoilt = answer.problems_of("nodes")
        if None in spoilt or len(nodes) != len(ids):
            return {}
        return {
            asked: node
            for index, (asked, node) in enumerate(zip(ids, nodes, strict=True))
            if node and index not in spoilt
        }

    def _children(self, nodes: dict[str, Json], pull: Json) -> Children:
        node = nodes.get(pull["node_id"])
        if node is None:
            return self._rest.one(pull)
        try:
            return self._by_graphql(node, pull)
        except (GraphQLError, *UNFORESEEN):
            logger.debug("Pull request %d is read over REST:", pull["number"], exc_info=True)
            return self._rest.one(pull)

    def _by_graphql(self, node: Json, pull: Json) -> Children:
        reviews = self._all(node, "reviews", "more_reviews") if self._with_reviews else []
        commits = self._all(node, "commits", "more_commits") if self._with_commits else []
        authors = [review.get("author") for review in reviews] if PULL_REQUEST_REVIEW in self._wanted else []
        is_commit_gone = any(not review.get("commit") for review in reviews)  # REST still tells its SHA
        is_unnamed = any(_lacks_an_id(author) for author in authors) or not self._bots.knows(REVIEW, authors)
        if is_commit_gone or is_unnamed:
            return self._by_rest(pull)
        found = [
            review_from_graphql(review, self._bots.account(REVIEW, author))
            for review, author in zip_longest(reviews, authors)
        ]
        return Children(
            detail=self._detail(pull, node, found) if PULL_REQUEST in self._wanted else None,
            reviews=found if PULL_REQUEST_REVIEW in self._wanted else None,
            commits=[PullCommit.from_graphql(commit) for commit in commits] if self._with_commits else None,
        )

    def _by_rest(self, pull: Json) -> Children:
        """Return the children over REST, and learn how it calls the bots among the reviewers."""
        children = self._rest.one(pull)
        self._bots.learn(REVIEW, (review.get("user") for review in children.reviews or ()))
        return children

    def _detail(self, pull: Json, node: Json, reviews: list[Json]) -> Detail:
        asked: list[Detail] = []

        def ask() -> int | None:
            asked.append(self._rest.detail(pull))
            return asked[0].review_comments

        merged_by = node.get("mergedBy")
        if _lacks_an_id(merged_by) or not self._bots.knows(MERGE, [merged_by]):
            detail = self._rest.detail(pull)
            self._bots.learn(MERGE, [detail.merged_by])
            return detail
        count = self._review_comments.count(node, reviews, ask)
        if asked or count is None:
            return asked[0]
        return Detail.from_graphql(node, count, self._bots.account(MERGE, merged_by))

    def _all(self, node: Json, name: str, following: str) -> list[Json]:
        """Return a nested list to its end: the first page came with the pull request."""
        page: Any = node[name]
        items = _items(page, name)
        cursor: str | None = None
        while not (name == "commits" and len(items) >= MAX_COMMITS):
            cursor = next_cursor(page, cursor)
            if cursor is None:
                break
            variables = {"id": node["id"], "first": LIST_SIZE, "after": cursor}
            answer = self._source.graphql(document(following), variables)
            found = answer.data.get("node")
            if answer.errors or not found:
                message = f"The {name} of a pull request came without their last pages."
                raise GraphQLError(message)
            page = found[name]
            items += _items(page, name)
        if not items and node[name].get("totalCount"):
            message = f"The {name} of a pull request came as an empty list."
            raise GraphQLError(message)
        return items


def _items(page: Any, name: str) -> list[Json]:  # noqa: ANN401 - a part of an answer
    """Return what a page holds, or raise `GraphQLError` where GitHub has left something out."""
    nodes = page and page.get("nodes")
    if not isinstance(nodes, list) or None in nodes:
        message = f"The {name} of a pull request came with holes."
        raise GraphQLError(message)
    return list(nodes)


def _lacks_an_id(actor: Json | None) -> bool:
    """Tell whether an account's id is too large for GraphQL, which then leaves it out."""
    return actor is not None and actor.get("databaseId") is None
