"""Whose an address is: some say it themselves, about all others GitHub is asked."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.git import GitCommit
from tap_github_custom.git.commit import Signature
from tap_github_custom.reading.accounts import Accounts
from tap_github_custom.reading.source import Source
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]

NOREPLY = "users.noreply.github.com"
ONE = Repository(1, "R_1", "made/one", "made", "made", "main", "")


def commit(sha: str, email: str) -> GitCommit:
    """Return a commit by somebody with an address."""
    somebody = Signature("Somebody", email, "2026-03-01T12:00:00Z")
    return GitCommit(sha * 40, "", (), somebody, somebody, "A commit", ())


@dataclass
class Learning:
    """The addresses of some commits, learnt from a GitHub whose GraphQL and REST know the given accounts."""

    by_graphql: dict[str, Json] = field(default_factory=dict)
    by_rest: dict[str, Json] = field(default_factory=dict)
    has_graphql: bool = True
    asked: list[Asked] = field(default_factory=list)

    def of(self, *emails: str) -> list[Json | None]:
        """Return the accounts of addresses."""
        commits = [commit(f"{index:x}", email) for index, email in enumerate(emails)]
        accounts = Accounts()
        with answering(lambda asked: self._tell(asked, commits)) as server, ThreadPoolExecutor(1) as pool:
            client = Client(
                ClientSettings(api_url=server.url, retry_seconds=0), TokenCredentials([Secret("t")])
            )
            accounts.learn(Source(client, pool, 1, ONE, frozenset(), None), commits)
            self.asked = server.asked
        return [accounts.of(email) for email in emails]

    def _tell(self, asked: Asked, commits: Sequence[GitCommit]) -> Told:
        emails = {each.sha: each.author.email for each in commits}
        if asked.method == "GET":
            account = self.by_rest.get(emails[asked.path.rpartition("/")[2]])
            return Told(body={"author": account, "committer": account})
        if not self.has_graphql:
            return Told(404, {"message": "Not Found"})
        repository = {}
        for name, sha in json.loads(asked.body)["variables"].items():
            if name.startswith("oid"):
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
    learning = Learning(by_rest={emails[0]: ada, emails[2]: linus}, has_graphql=False)
    assert learning.of(*emails) == [ada, None, linus, None]
