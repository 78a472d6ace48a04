"""The client reads through bad weather: against the sandbox's server, with faults on the wire."""

from __future__ import annotations

import pytest
from sandbox.servers import TOKEN, Server
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import AuthenticationError, BudgetSpentError, RepositoryError

ORGANIZATION = "lantern-works"
REPOS = f"/orgs/{ORGANIZATION}/repos"


def client(server: Server, *, token: str = TOKEN, **settings: float) -> Client:
    """Return a client that shows a token."""
    options = {"retry_seconds": 5.0, "secondary_wait_seconds": 0.2, **settings}
    return Client(
        ClientSettings(api_url=server.url, **options),  # type: ignore[arg-type]
        TokenCredentials([Secret(token)]),
    )


def test_pages_follow_links_without_repeating_parameters(github: Server) -> None:
    """Every repository comes once; page 2 is asked for by the link, verbatim."""
    pages = list(client(github).pages(REPOS, organization=ORGANIZATION, params={"per_page": 2}))
    ids = [repository["id"] for page in pages for repository in page]
    assert len(ids) == len(set(ids)) > 2
    assert all(entry["query"].count("per_page") == 1 for entry in github.requests())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "body": "<html>Bad gateway</html>"},
        {"status": 500, "body": '{"message": "Server Error"}'},
        {"drop": True},
        {"truncate_bytes": 20},
        {"status": 200, "body": '[{"id": 1, "na'},
        {"status": 403, "headers": {"retry-after": "1"}, "body": '{"message": "slow down"}'},
        {"status": 429, "headers": {"retry-after": "0"}},
        {"status": 403, "body": '{"message": "You have exceeded a secondary rate limit."}'},
    ],
)
def test_a_bad_moment_passes(github: Server, fault: dict[str, object]) -> None:
    """A spoilt answer is asked for again, and the caller sees nothing of it."""
    github.add_fault(path="/repos$", **fault)
    assert client(github).get(REPOS, organization=ORGANIZATION).body
    assert len(github.requests()) == 2


def test_lasting_trouble_is_about_one_repository(github: Server) -> None:
    """When the time for retries is over, the error says what kept happening."""
    github.add_fault(path="/repos$", status=503, times=None)
    with pytest.raises(RepositoryError, match="answered 503") as caught:
        client(github, retry_seconds=0.5).get(REPOS, organization=ORGANIZATION)
    assert caught.value.status == 503


def test_a_refused_token_ends_the_run_and_stays_hidden(github: Server) -> None:
    """401 is an error of its own; the token is in no text of it."""
    with pytest.raises(AuthenticationError) as caught:
        client(github, token="wrong-and-secret").get(REPOS, organization=ORGANIZATION)  # noqa: S106
    assert "wrong-and-secret" not in repr(caught.value)


def test_the_budget_is_hard(github: Server) -> None:
    """No request beyond `max_requests` is sent."""
    limited = client(github, max_requests=2)
    with pytest.raises(BudgetSpentError):
        list(limited.pages(REPOS, organization=ORGANIZATION, params={"per_page": 1}))
    assert len(github.requests()) == 2
