"""The change probe: tells, for about a point per hundred, which repositories have changed at all."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from tap_github_custom import times
from tap_github_custom.client import next_cursor
from tap_github_custom.documents import document
from tap_github_custom.errors import UNFORESEEN, GraphQLError, GraphQLTooLargeError, RepositoryError
from tap_github_custom.head import Head
from tap_github_custom.stream_names import DEPLOYMENTS, RELEASES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tap_github_custom.client import Client, GraphQLProblem
    from tap_github_custom.repository import Json, Repository

logger = logging.getLogger("tap-github-custom")

REPOSITORIES_PER_QUERY = 100
SMALLEST_QUERY = 25  # what fails for so few repositories is not too large
MOST_FAILURES = 2  # so many queries in a row: then it is not that one repository is too large
DIGEST_CHARACTERS = 8
FIELDS = {"pulls": "pullRequests", "deployments": "deployments", "releases": "releases"}


@dataclass(frozen=True)
class Glimpse:
    """What the probe saw of a repository."""

    head: Head | None
    """Of the default branch; None for a repository without commits."""
    digests: Mapping[str, str]
    """By group: changes whenever one of its newest things does."""
    newest: Mapping[str, datetime | None]
    """By group: when its newest thing was touched."""
    empty: frozenset[str] = frozenset()
    """Groups of which there is nothing."""

    @property
    def sha(self) -> str | None:
        """Return the SHA of the default branch."""
        return self.head.sha if self.head else None

    def settled(self, before: datetime) -> dict[str, str]:
        """Return the digests of the groups in which nothing has happened since a moment.

        Times are of whole seconds: of what is still going on, more may happen behind an unchanged digest.
        """
        quiet = (name for name, newest in self.newest.items() if newest is None or newest < before)
        return {name: self.digests[name] for name in quiet}


@dataclass(frozen=True)
class Sight:
    """What the probe was told of a repository, refusals included."""

    digest: str
    """Changes whenever anything of the answer does, or other streams are wanted."""
    glimpse: Glimpse | None
    """None where a part was refused: what is missing would pass for empty."""
    is_refused: bool = False
    """GitHub has said so; what is not there without a word may be anything."""


class Probe:
    """Asks GraphQL for the newest of everything; without GraphQL nothing is known, and all is read."""

    def __init__(self, client: Client, wanted: frozenset[str]) -> None:
        """Look at deployments and releases only where they are WANTED."""
        self._client = client
        self._size = REPOSITORIES_PER_QUERY
        self._wanted = sorted(wanted)
        self._flags = {
            "withDeployments": bool(wanted & DEPLOYMENTS),
            "withReleases": bool(wanted & RELEASES),
        }

    def sights(
        self, repositories: list[Repository], organizations: frozenset[str]
    ) -> dict[Repository, Sight]:
        """Return what was seen of each repository; what could not be asked is not there.

        Of ORGANIZATIONS every repository is among them.
        """
        found: dict[Repository, Sight] = {}
        for chosen in self._by_payer(repositories):
            try:
                for sights in self._seen(chosen, organizations, found):
                    found |= sights
            except (GraphQLError, RepositoryError, *UNFORESEEN) as error:
                logger.warning("The change probe failed (%r): repositories are read without it", error)
        return found

    def _seen(
        self,
        repositories: list[Repository],
        organizations: frozenset[str],
        found: Mapping[Repository, Sight],
    ) -> Iterator[dict[Repository, Sight]]:
        """Yield what is seen, query by query; FOUND has it before the next is asked.

        Where so little is asked for at a time that it cannot be less, one that fails costs no other one.
        """
        failures = 0
        if _is_cheaper_whole(repositories, organizations):
            for login, own in _by_login(repositories).items():
                try:
                    yield from self._of_organization(login, own)
                except GraphQLTooLargeError as error:
                    failures = self._failed_again(failures, own, error)
        # From behind: what an organisation's list has failed at are the first of those that are left.
        waiting = [each for each in reversed(repositories) if each not in found]
        while waiting:
            part = waiting[: self._size]
            try:
                yield self._of(part)
                failures = 0
            except GraphQLTooLargeError as error:
                if len(part) > SMALLEST_QUERY:
                    self._size = max(len(part) // 2, SMALLEST_QUERY)  # the next ones would fail alike
                    continue
                failures = self._failed_again(failures, part, error)
            waiting = waiting[len(part) :]

    def _failed_again(self, failures: int, part: list[Repository], error: GraphQLTooLargeError) -> int:
        """Return how many queries have failed in a row by now; raise where it is not the size of one."""
        if failures + 1 >= MOST_FAILURES:
            raise error
        logger.warning("The change probe failed for some of %d repositories (%s)", len(part), error)
        return failures + 1

    def _by_payer(self, repositories: list[Repository]) -> Iterator[list[Repository]]:
        """Yield what may stand in one query: organisations with the same credentials share one."""
        by_payer: dict[frozenset[str], list[Repository]] = {}
        for login, own in _by_login(repositories).items():
            try:
                by_payer.setdefault(self._client.payers(login), []).extend(own)
            except RepositoryError as error:  # an App gets no token at the moment
                logger.warning("The change probe failed (%s): %s is read without it", error, login)
        yield from by_payer.values()

    def _of_organization(
        self, login: str, repositories: list[Repository]
    ) -> Iterator[dict[Repository, Sight]]:
        """Yield what is seen of an organisation, page by page."""
        missing = {each.full_name.lower(): each for each in repositories}
        refusals: list[list[Any]] = []
        after: str | None = None
        while True:
            variables = {"login": login, "first": self._size, "after": after, **self._flags}
            try:
                answer = self._client.graphql(
                    document("probe_organization"),
                    variables,
                    organization=login,
                    is_divisible=self._size > SMALLEST_QUERY,
                )
            except GraphQLTooLargeError:
                if self._size <= SMALLEST_QUERY:
                    raise
                self._size = max(self._size // 2, SMALLEST_QUERY)
                continue
            problems = answer.problems_of("organization", "repositories", "nodes")
            organization = answer.data.get("organization")
            if not organization or None in problems:
                return  # one that this credential may not see: by ids, then
            page = organization["repositories"]
            for index, node in enumerate(page["nodes"] or ()):
                if node and (repository := missing.pop(node["nameWithOwner"].lower(), None)):
                    yield {repository: self._sight(node, problems.get(index, []))}
                elif not node:
                    refusals.append(_refusals(problems.get(index, [])))
            after = next_cursor(page, after)
            if after is None:
                yield self._unnamed(refusals, list(missing.values()))
                return

    def _unnamed(self, refusals: list[list[Any]], repositories: list[Repository]) -> dict[Repository, Sight]:
        """Return the sights of those that were refused without a name, if they are all that is missing."""
        if len(refusals) != len(repositories):
            return {}
        sight = Sight(_digest([refusals, self._wanted]), None, is_refused=all(refusals))
        return dict.fromkeys(repositories, sight)

    def _of(self, repositories: list[Repository]) -> dict[Repository, Sight]:
        answer = self._client.graphql(
            document("probe_repositories"),
            {"ids": [each.node_id for each in repositories], **self._flags},
            organization=repositories[0].credential,
            is_divisible=len(repositories) > SMALLEST_QUERY,
        )
        nodes = answer.data.get("nodes") or []
        problems = answer.problems_of("nodes")
        if None in problems or len(nodes) != len(repositories):
            return {}
        return {
            repository: self._sight(node, problems.get(index, []))
            for index, (repository, node) in enumerate(zip(repositories, nodes, strict=True))
        }

    def _sight(self, node: Json | None, problems: list[GraphQLProblem]) -> Sight:
        digest = _digest([node, _refusals(problems), self._wanted])
        is_refused = bool(problems)
        return Sight(digest, _glimpse(node) if node and not is_refused else None, is_refused)


def _by_login(repositories: list[Repository]) -> dict[str, list[Repository]]:
    found: dict[str, list[Repository]] = {}
    for each in repositories:
        found.setdefault(each.credential, []).append(each)
    return found


def _is_cheaper_whole(repositories: list[Repository], organizations: frozenset[str]) -> bool:
    """Tell whether asking organisation by organisation takes no more queries than asking by ids."""
    by_login = _by_login(repositories)
    queries = sum(-(-len(own) // REPOSITORIES_PER_QUERY) for own in by_login.values())
    return by_login.keys() <= organizations and queries <= -(-len(repositories) // REPOSITORIES_PER_QUERY)


def _refusals(problems: list[GraphQLProblem]) -> list[Any]:
    """Return what errors are about, less where the list has the node today."""
    return [[problem.type, *(part for part in problem.path if isinstance(part, str))] for problem in problems]


def _glimpse(node: Json) -> Glimpse:
    groups = {name: node[field] for name, field in FIELDS.items() if field in node}
    newest = {
        name: times.latest(*(times.parse(each["updatedAt"]) for each in group["nodes"]))
        for name, group in groups.items()
    }
    # What was pushed can be seen in pull requests: their base, and what is in them.
    pushed = {"pulls": {**groups["pulls"], "pushedAt": node["pushedAt"]}}
    digests = {name: _digest(group) for name, group in (groups | pushed).items()}
    empty = frozenset(name for name, group in groups.items() if not group["totalCount"])
    return Glimpse(Head.of_graphql(node), digests, newest, empty)


def _digest(content: object) -> str:
    text = msgspec.json.encode(content, order="deterministic")
    return hashlib.sha256(text).hexdigest()[:DIGEST_CHARACTERS]
