"""Redirects and links are followed on the configured host, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError

from tests.tap.answering import Asked, Told, answering

TOKEN = "token-of-the-test"  # noqa: S105 - opens nothing


def client(url: str) -> Client:
    """Return a client that gives up soon."""
    return Client(ClientSettings(api_url=url, retry_seconds=0.2), TokenCredentials([Secret(TOKEN)]))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_repository_is_followed(status: int) -> None:
    """By id, with the credential, the parameters as the location has them; the answer says whence it came."""

    def tell(asked: Asked) -> Told:
        if asked.path.startswith("/repos/old"):
            return Told(status, {}, {"location": "/repositories/1/pulls?state=all"})
        return Told(body=[])

    with answering(tell) as server:
        answer = client(server.url).get("/repos/old/name/pulls", organization="o", params={"state": "all"})
    assert answer.url == f"{server.url}/repositories/1/pulls?state=all"
    assert [asked.token for asked in server.asked] == [TOKEN, TOKEN]


def test_a_redirect_does_not_lead_the_token_to_another_host() -> None:
    """It is an error that names both; the other host hears nothing at all."""

    def tell(_: Asked) -> Told:
        return Told(302, {}, {"location": f"{elsewhere.url}/x"})

    with answering(lambda _: Told(body=[])) as elsewhere, answering(tell) as server:
        with pytest.raises(RepositoryError, match="not where api_url leads") as caught:
            list(client(server.url).pages("/x", organization="o"))
        assert elsewhere.url in str(caught.value)
    assert elsewhere.asked == []


def test_a_link_does_not_lead_the_token_to_another_host() -> None:
    """GitHub behind a proxy may give itself another address: its pages are read where api_url leads."""

    def tell(asked: Asked) -> Told:
        if "page" in asked.path:
            return Told(body=[{"id": 2}])
        return Told(body=[{"id": 1}], headers={"link": f'<{elsewhere.url}/x?page=2>; rel="next"'})

    with answering(lambda _: Told(body=[])) as elsewhere, answering(tell) as server:
        assert list(client(server.url).pages("/x", organization="o")) == [[{"id": 1}], [{"id": 2}]]
        assert [asked.path for asked in server.asked] == ["/x", "/x?page=2"]
    assert elsewhere.asked == []


def test_a_link_that_leads_nowhere_is_an_error() -> None:
    """A list never ends early without a word."""

    def tell(asked: Asked) -> Told:
        if "page" in asked.path:
            return Told(404, {"message": "Not Found"})
        return Told(body=[{"id": 1}], headers={"link": '<https://elsewhere.example/y?page=2>; rel="next"'})

    with answering(tell) as server, pytest.raises(RepositoryError, match="Not Found"):
        list(client(server.url).pages("/x", organization="o"))


def test_a_circle_of_redirects_ends() -> None:
    """After five."""
    with answering(lambda _: Told(301, {}, {"location": "/again"})) as server:
        with pytest.raises(RepositoryError, match="redirects in a row"):
            client(server.url).get("/x", organization="o")
        assert len(server.asked) == 6


def test_a_circle_of_pages_ends() -> None:
    """A page whose next one has been read already would never end."""
    link = {"link": '</x?page=2>; rel="next"'}
    with answering(lambda asked: Told(body=[{"id": asked.path}], headers=link)) as server:
        with pytest.raises(RepositoryError, match="lead back to one another"):
            list(client(server.url).pages("/x", organization="o"))
        assert len(server.asked) == 2


def test_links_are_followed_to_the_letter() -> None:
    """Whatever they look like: encoded, by cursor, without the parameters of the first page."""
    paths = [
        "/x?state=all&per_page=2",
        "/repositories/1/x?after=Y%3D%3D&per_page=2",
        "/repositories/1/x?after=%C3%A9",
    ]

    def tell(asked: Asked) -> Told:
        number = paths.index(asked.path)
        more = paths[number + 1 :]
        headers = {"link": f'<{more[0]}>; rel="next", </x?page=9>; rel="last"'} if more else {}
        return Told(body=[{"id": number}], headers=headers)

    with answering(tell) as server:
        params: dict[str, Any] = {"state": "all", "per_page": 2}
        pages = list(client(server.url).pages("/x", organization="o", params=params))
    assert pages == [[{"id": 0}], [{"id": 1}], [{"id": 2}]]
    assert [asked.path for asked in server.asked] == paths


def test_what_is_no_list_is_an_error() -> None:
    """As of a proxy that answers whatever it is asked."""
    with (
        answering(lambda _: Told(body={"message": "Welcome"})) as server,
        pytest.raises(RepositoryError, match="something else than a list"),
    ):
        list(client(server.url).pages("/x", organization="o"))
