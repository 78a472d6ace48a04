"""Whose an address is: some say it themselves, about all others GitHub is asked."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Credential, OrganizationCredentials, Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError
from tap_github_custom.git import GitCommit
from tap_github_custom.git.commit import Signature
from tap_github_custom.reading.accounts import Accounts
from tap_github_custom.reading.source import Source
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.credentials import Ask

Json = dict[str, Any]

NOREPLY = "users.noreply.github.com"
NOT_FOUND = Told(404, {"message": "Not Found"})
ADA = {"id": 901, "login": "ada"}
ONE = Repository(1, "R_1", "made/one", "made", "made", "main")


def commit(sha: str, email: str) -> GitCommit:
    """Return a commit by somebody with an address."""
    somebody = Signature("Somebody", email, "2026-03-01T12:00:00Z")
    return GitCommit(sha * 40, (), somebody, somebody, "A commit", ())


@dataclass
class Learning:
    """The addresses of some commits, learnt from a GitHub whose GraphQL and REST know the given accounts."""

    by_graphql: dict[str, Json] = field(default_factory=dict)
    by_rest: dict[str, Json] = field(default_factory=dict)
    use_graphql: bool = True
    bad_answer: Told | None = None
    """What GraphQL answers instead."""
    gone: frozenset[str] = frozenset()
    """SHAs of commits of which neither says anything."""
    at_a_time: int = 100
    """Commits that are learnt at once."""
    asked: list[Asked] = field(default_factory=list)

    def of(self, *emails: str) -> list[Json | None]:
        """Return the accounts of addresses."""
        commits = [commit(f"{index:x}", email) for index, email in enumerate(emails)]
        accounts = Accounts(use_graphql=self.use_graphql)
        with answering(lambda asked: self._tell(asked, commits)) as server, ThreadPoolExecutor(1) as pool:
            client = Client(
                ClientSettings(api_url=server.url, retry_seconds=0), TokenCredentials([Secret("t")])
            )
            source = Source(client, pool, 1, ONE, frozenset(), None)
            for first in range(0, len(commits), self.at_a_time):
                accounts.learn(source, commits[first : first + self.at_a_time])
            self.asked = server.asked
        return [accounts.of(email) for email in emails]

    def _tell(self, asked: Asked, commits: Sequence[GitCommit]) -> Told:
        emails = {each.sha: each.author.email for each in commits}
        if asked.method == "GET":
            url = urlsplit(asked.path)
            sha = parse_qs(url.query).get("sha", [""])[0]
            if not url.path.endswith("/commits"):
                return Told(500, {"message": "This commit is too large"})
            if sha in self.gone:
                return NOT_FOUND
            account = self.by_rest.get(emails[sha])
            return Told(body=[{"sha": sha, "author": account, "committer": account}])
        if self.bad_answer:
            return self.bad_answer
        repository = {}
        for name, sha in json.loads(asked.body)["variables"].items():
            if name.startswith("oid") and sha not in self.gone:
                actor = {"user": self.by_graphql.get(emails[sha])}
                repository[name.replace("oid", "commit")] = {"author": actor, "committer": actor}
        return Told(body={"data": {"repository": repository}})


@pytest.mark.parametrize(
    ("address", "number", "login"),
    [
        ("49699333+dependabot[bot]", 49_699_333, "dependabot[bot]"),
        ("198982749+Copilot", 198_982_749, "Copilot"),
        ("198982749+copilot-swe-agent[bot]", 198_982_749, "Copilot"),
        ("41898282+github-actions[bot]", 41_898_282, "github-actions[bot]"),
        ("41898282+tidy[bot]", 41_898_282, "github-actions[bot]"),
    ],
)
def test_bots_are_told_by_their_addresses(address: str, number: int, login: str) -> None:
    """As REST calls them, by the number, and without a request."""
    learning = Learning()
    assert learning.of(f"{address}@{NOREPLY}") == [{"id": number, "login": login}]
    assert learning.asked == []


def test_github_is_asked_about_the_addresses_of_people() -> None:
    """Their logins may have changed since, and their accounts may be gone."""
    emails = [f"901+ada@{NOREPLY}", f"902+grace@{NOREPLY}", f"linus@{NOREPLY}", "ken@example.com"]
    ada, linus = {"id": 901, "login": "ada-lovelace"}, {"id": 903, "login": "linus"}
    in_graphql = {
        emails[0]: {"databaseId": 901, "login": "ada-lovelace"},
        emails[2]: {"databaseId": 903, "login": "linus"},
    }
    learning = Learning(by_graphql=in_graphql)
    assert learning.of(*emails) == [ada, None, linus, None]
    assert [asked.path for asked in learning.asked] == ["/graphql"]
    learning = Learning(by_rest={emails[0]: ada, emails[2]: linus}, bad_answer=NOT_FOUND)
    assert learning.of(*emails) == [ada, None, linus, None]


@pytest.mark.parametrize(
    "address", [f"renovate[bot]@{NOREPLY}", "77+renovate[bot]@users.noreply.github.example.com"]
)
def test_rest_is_asked_about_bots_that_graphql_does_not_know(address: str) -> None:
    """GraphQL tells users only; of an Enterprise Server the numbers of bots are not known."""
    bot = {"id": 77, "login": "renovate[bot]"}
    learning = Learning(by_rest={address: bot})
    assert learning.of(address, "ken@example.com") == [bot, None]
    assert [asked.method for asked in learning.asked] == ["POST", "GET"]


@pytest.mark.parametrize("use_graphql", [True, False])
def test_a_commit_that_is_gone_tells_of_nobody(use_graphql: bool) -> None:  # noqa: FBT001 - pytest's
    """The next commit of the same address does."""
    emails = ["ada@example.com", "ada@example.com"]
    learning = Learning(
        {emails[0]: {"databaseId": 901, "login": "ada"}},
        {emails[0]: ADA},
        use_graphql=use_graphql,
        gone=frozenset({"0" * 40}),
        at_a_time=1,
    )
    assert learning.of(*emails) == [ADA, ADA]


def test_a_commit_that_is_too_large_for_github_tells_of_its_author() -> None:
    """A list of commits holds no changes."""
    learning = Learning(by_rest={"ada@example.com": ADA}, use_graphql=False)
    assert learning.of("ada@example.com") == [ADA]
    assert [asked.path for asked in learning.asked] == [f"/repos/made/one/commits?sha={'0' * 40}&per_page=1"]


def test_without_graphql_rest_alone_is_asked() -> None:
    """As the setting `use_graphql` says, or as GitHub has said already."""
    learning = Learning(by_rest={"ada@example.com": ADA}, use_graphql=False)
    assert learning.of("ada@example.com", "ken@example.com") == [ADA, None]
    assert [asked.method for asked in learning.asked] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("bad_answer", "times"),
    [
        (NOT_FOUND, 1),
        (Told(500, {"message": "no"}), 1),
        (Told(body={"errors": [{"message": "What?"}]}), 1),
        (Told(502, {"message": "no"}), 9),
    ],
    ids=["404", "500", "not understood", "502"],
)
def test_graphql_that_has_failed_is_not_asked_again(bad_answer: Told, times: int) -> None:
    """A 502 may be due to the size: questions of 4 and 2 commits are asked three times each.

    The three of single ones that follow have as long as `retry_seconds`, which is none here.
    """
    emails = [f"{number}@example.com" for number in range(12)]
    learning = Learning(by_rest=dict.fromkeys(emails, ADA), bad_answer=bad_answer, at_a_time=4)
    assert learning.of(*emails) == [ADA] * 12
    asked = [each.path for each in learning.asked]
    assert asked.count("/graphql") == times
    assert len(asked) == 12 + times


def test_an_organisation_that_graphql_turns_away_costs_no_other() -> None:
    """With the credential of the next one it answers."""
    actor = {"user": {"databaseId": 901, "login": "ada"}}

    def tell(asked: Asked) -> Told:
        if asked.method == "GET":
            return Told(body=[])
        if asked.token == "own":  # noqa: S105 - a name
            return Told(403, {"message": "No"})
        return Told(body={"data": {"repository": {"commit0": {"author": actor, "committer": actor}}}})

    own, others = (TokenCredentials([Secret(name)], setting=name) for name in ("own", "others"))
    accounts = Accounts(use_graphql=True)
    with answering(tell) as server, ThreadPoolExecutor(1) as pool:
        client = Client(ClientSettings(api_url=server.url), OrganizationCredentials({"made": own}, others))
        for number, login in enumerate(("made", "next")):
            source = Source(client, pool, 1, replace(ONE, credential=login), frozenset(), None)
            accounts.learn(source, [commit(f"{number:x}", f"{login}@example.com")])
    assert [accounts.of(f"{login}@example.com") for login in ("made", "next")] == [None, ADA]


@dataclass
class Ending:
    """The credential of an organisation: shown so many times, then an App fails to renew it."""

    left: int

    def usable(self, organization: str, ask: Ask) -> list[Credential]:
        """Return a token that GitHub does not accept any more, or raise."""
        del ask
        if not self.left:
            raise RepositoryError(502, f"The App gets no token for {organization}")
        self.left -= 1
        return [Credential("the App", Secret("old"))]

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
        """Leave it at that."""


@pytest.mark.parametrize("times", [0, 1], ids=["before the question", "in its middle"])
def test_an_organisation_whose_app_gets_no_token_costs_no_other(times: int) -> None:
    """It is not GraphQL that has failed."""
    actor = {"user": {"databaseId": 901, "login": "ada"}}

    def tell(asked: Asked) -> Told:
        if asked.token == "old":  # noqa: S105 - a name
            return Told(401, {"message": "Bad credentials"})
        return Told(body={"data": {"repository": {"commit0": {"author": actor, "committer": actor}}}})

    others = TokenCredentials([Secret("others")])
    accounts = Accounts(use_graphql=True)
    with answering(tell) as server, ThreadPoolExecutor(1) as pool:
        credentials = OrganizationCredentials({"made": Ending(times)}, others)
        client = Client(ClientSettings(api_url=server.url), credentials)
        made, other = (
            Source(client, pool, 1, replace(ONE, credential=login), frozenset(), None)
            for login in ("made", "next")
        )
        with pytest.raises(RepositoryError, match="gets no token for made"):
            accounts.learn(made, [commit("1", "somebody@example.com")])
        accounts.learn(other, [commit("2", "ada@example.com")])
    assert accounts.of("ada@example.com") == ADA
    assert [asked.path for asked in server.asked if asked.token != "old"] == ["/graphql"]  # noqa: S105


def test_what_graphql_does_not_say_of_one_repository_it_may_say_of_others() -> None:
    """It is asked again."""
    refused = {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "Hidden"}]}
    emails = [f"{number}@example.com" for number in range(4)]
    learning = Learning(bad_answer=Told(body=refused), at_a_time=2)
    assert learning.of(*emails) == [None] * 4
    assert [asked.path for asked in learning.asked].count("/graphql") == 2
