"""The change probe: which questions it asks, and what it makes of answers that are not whole."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import OrganizationCredentials, Secret, TokenCredentials
from tap_github_custom.probe import SMALLEST_QUERY, Probe, Sight
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.credentials import Credentials

Json = dict[str, Any]

TOKEN = TokenCredentials([Secret("none")])
WANTED = frozenset(("pull_request",))
NO_PULLS = {"totalCount": 0, "nodes": []}


def of(owner: str, count: int) -> list[Repository]:
    """Return the repositories `0`, `1`, ... of an owner."""
    return [
        Repository(number, f"{owner}/{number}", f"{owner}/{number}", owner, owner, "main")
        for number in range(count)
    ]


@dataclass
class Asking:
    """A probe, and the questions that it has asked: the name of the query and of whom."""

    credentials: Credentials = TOKEN
    refused: dict[str, Json] = field(default_factory=dict)
    """Errors by full name; their node is null."""
    silent: set[str] = field(default_factory=set)
    """Full names of which the node is null without an error."""
    whole: Json | None = None
    """What is answered instead."""
    has_organizations: bool = True
    down: str = ""
    """The organisation for which GraphQL is unwell."""
    large: str = ""
    """The full name of the repository that no query may be about."""
    bad_moments: int = 0
    """How often it answers 502 first."""
    retry_seconds: float = 0.1
    url: str = ""
    asked: list[tuple[str, Any]] = field(default_factory=list)
    everything: list[Repository] = field(default_factory=list)

    def sights(self, *repositories: Repository, whole: tuple[str, ...] = ()) -> dict[Repository, Sight]:
        """Return what is seen of some repositories."""
        client = Client(ClientSettings(api_url=self.url, retry_seconds=self.retry_seconds), self.credentials)
        return Probe(client, WANTED).sights(list(repositories), frozenset(whole))

    def tell(self, asked: Asked) -> Told:
        """Answer as GraphQL does."""
        body = json.loads(asked.body)
        variables = body["variables"]
        login = variables.get("login")
        self.asked.append((body["query"].split("(")[0].split()[1], login or len(variables["ids"])))
        first = int(variables.get("after") or 0)
        own = [each.full_name for each in self.everything if each.organization == login]
        end = first + variables.get("first", 0)
        is_too_large = self.large in variables.get("ids", own[first:end])
        if is_too_large or len(self.asked) <= self.bad_moments:
            return Told(502, b"<html></html>")
        if login and login == self.down:
            return Told(503)
        if self.whole is not None:
            return Told(body=self.whole)
        if login is None:
            nodes, errors = self._nodes(variables["ids"], ["nodes"])
            return Told(body={"data": {"nodes": nodes}, "errors": errors})
        if not self.has_organizations:
            return Told(body={"data": {"organization": None}, "errors": [{"type": "NOT_FOUND"}]})
        nodes, errors = self._nodes(own[first:end], ["organization", "repositories", "nodes"])
        page = {"pageInfo": {"hasNextPage": end < len(own), "endCursor": str(end)}, "nodes": nodes}
        return Told(body={"data": {"organization": {"repositories": page}}, "errors": errors})

    def _nodes(self, names: list[str], path: list[str]) -> tuple[list[Json | None], list[Json]]:
        refused = [(index, self.refused[name]) for index, name in enumerate(names) if name in self.refused]
        errors = [
            {"message": "No", "path": [*path, index, "pullRequests"], **each} for index, each in refused
        ]
        hidden = self.refused.keys() | self.silent
        return [None if name in hidden else node(name) for name in names], errors


def node(name: str) -> Json:
    """Return an empty repository."""
    return {"nameWithOwner": name, "pushedAt": None, "defaultBranchRef": None, "pullRequests": NO_PULLS}


@contextmanager
def asking(*repositories: Repository, **options: Any) -> Iterator[Asking]:
    """Return a probe on a server that has some repositories."""
    found = Asking(everything=list(repositories), **options)
    with answering(found.tell) as server:
        found.url = server.url
        yield found


def test_an_organisation_is_asked_for_as_a_whole() -> None:
    """A query per hundred repositories."""
    repositories = of("a", 150)
    with asking(*repositories) as probe:
        assert probe.sights(*repositories, whole=("a",)).keys() == set(repositories)
        assert probe.asked == [("ProbeOrganization", "a")] * 2


def test_organisations_share_queries_where_that_is_cheaper() -> None:
    """One query for three small ones, by ids."""
    repositories = [*of("a", 5), *of("b", 5), *of("c", 5)]
    with asking(*repositories) as probe:
        assert probe.sights(*repositories, whole=("a", "b", "c")).keys() == set(repositories)
        assert probe.asked == [("ProbeRepositories", 15)]


def test_organisations_with_other_credentials_share_none() -> None:
    """A token of one may not see the other."""
    own = TokenCredentials([Secret("own")], setting="own")
    repositories = [*of("a", 5), *of("b", 5)]
    with asking(*repositories, credentials=OrganizationCredentials({"b": own}, TOKEN)) as probe:
        assert probe.sights(*repositories, whole=("a", "b")).keys() == set(repositories)
        assert sorted(probe.asked) == [("ProbeOrganization", "a"), ("ProbeOrganization", "b")]


@pytest.mark.parametrize("whole", [(), ("a",)], ids=["by ids", "whole"])
def test_what_is_refused_is_seen_as_that(whole: tuple[str, ...]) -> None:
    """It costs no second question; another reason is another sight, that of others stays."""
    repositories = of("a", 4)
    with asking(*repositories, refused={"a/1": {"type": "FORBIDDEN"}, "a/3": {"type": "FORBIDDEN"}}) as probe:
        before = probe.sights(*repositories, whole=whole)
        assert len(probe.asked) == 1
        assert [before[each].glimpse is None for each in repositories] == [False, True, False, True]
        assert [before[each].is_refused for each in repositories] == [False, True, False, True]
        assert probe.sights(*repositories, whole=whole) == before
        probe.refused["a/3"] = {"type": "NOT_FOUND"}
        after = probe.sights(*repositories, whole=whole)
        assert after[repositories[3]] != before[repositories[3]]
        assert after[repositories[0]] == before[repositories[0]]


@pytest.mark.parametrize("whole", [(), ("a",)], ids=["by ids", "whole"])
def test_what_is_null_without_a_word_is_not_refused(whole: tuple[str, ...]) -> None:
    """Nobody knows why: whether it may be read is for REST to say, each time."""
    repositories = of("a", 4)
    with asking(*repositories, silent={"a/1", "a/3"}) as probe:
        found = probe.sights(*repositories, whole=whole)
        assert [found[each].glimpse is None for each in repositories] == [False, True, False, True]
        assert not any(sight.is_refused for sight in found.values())


def test_who_is_missing_without_a_word_is_asked_for_by_id() -> None:
    """The list has not got one of them, for it was renamed meanwhile or is too new; one is refused."""
    repositories = of("a", 4)
    with asking(*repositories[:3], refused={"a/1": {"type": "FORBIDDEN"}}) as probe:
        found = probe.sights(*repositories, whole=("a",))
        assert probe.asked == [("ProbeOrganization", "a"), ("ProbeRepositories", 2)]
        assert [found[each].glimpse is None for each in repositories] == [False, True, False, False]


def test_an_organisation_that_may_not_be_seen_is_asked_for_by_ids() -> None:
    """As that of a user."""
    repositories = of("a", 4)
    with asking(*repositories, has_organizations=False) as probe:
        assert probe.sights(*repositories, whole=("a",)).keys() == set(repositories)
        assert probe.asked == [("ProbeOrganization", "a"), ("ProbeRepositories", 4)]


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"nodes": [None, None, None]}},
        {"data": {"nodes": [{"nameWithOwner": "a/0"}] * 2}},
        {"data": {"nodes": [1, 2]}},
        {"data": {"nodes": [node("a/0"), node("a/1")]}, "errors": [{"type": "FORBIDDEN", "message": "No"}]},
        {"data": {"nodes": None}},
        {"errors": [{"message": "Field 'pushedAt' doesn't exist on type 'Repository'"}]},
    ],
    ids=["too many", "half", "no objects", "an error about all", "null", "not understood"],
)
def test_answers_that_are_not_whole_tell_nothing(answer: Json) -> None:
    """Then everything is read; the run goes on."""
    with asking(whole=answer) as probe:
        assert probe.sights(*of("a", 2)) == {}


def test_a_failure_with_one_credential_leaves_the_others_alone() -> None:
    """What is unwell for one organisation may be well for the next."""
    own = TokenCredentials([Secret("own")], setting="own")
    repositories = [*of("a", 2), *of("b", 2)]
    with asking(*repositories, credentials=OrganizationCredentials({"a": own}, TOKEN), down="a") as probe:
        assert probe.sights(*repositories, whole=("a", "b")).keys() == set(repositories[2:])


def test_a_bad_moment_is_waited_for() -> None:
    """So few repositories are not too large a question: else all would be read for nothing."""
    repositories = of("a", 3)
    with asking(*repositories, bad_moments=3, retry_seconds=10) as probe:
        assert probe.sights(*repositories).keys() == set(repositories)


@pytest.mark.parametrize("whole", [(), ("a",)], ids=["by ids", "whole"])
@pytest.mark.parametrize("place", [5, 40])
def test_one_repository_that_is_too_large_costs_few_others(whole: tuple[str, ...], place: int) -> None:
    """Only those that are asked for with it, a query's least, are read without the probe."""
    repositories = of("a", 120)
    with asking(*repositories, large=f"a/{place}", retry_seconds=0) as probe:
        found = probe.sights(*repositories, whole=whole)
    assert repositories[place] not in found
    assert len(found) >= len(repositories) - SMALLEST_QUERY


def test_where_all_is_too_large_little_is_tried() -> None:
    """GraphQL is unwell: each question waits as long as a request may be tried again."""
    repositories = of("a", 120)
    with answering(lambda _: Told(502, b"<html></html>")) as server:
        client = Client(ClientSettings(api_url=server.url, retry_seconds=0), TOKEN)
        assert Probe(client, WANTED).sights(repositories, frozenset("a")) == {}
        sizes = [asked.body.count(b"a/") or None for asked in server.asked]
    assert sizes[-2:] == [None, SMALLEST_QUERY]


@pytest.mark.parametrize("status", [403, 404])
def test_where_there_is_no_graphql(status: int) -> None:
    """Who reads an organisation that was turned away should know that nothing else will be answered."""
    with answering(lambda _: Told(status, {"message": "No"})) as server:
        client = Client(ClientSettings(api_url=server.url), TOKEN)
        assert Probe(client, WANTED).sights(of("a", 2), frozenset()) == {}
    assert not client.has_graphql("A")
    assert client.has_graphql("b")
