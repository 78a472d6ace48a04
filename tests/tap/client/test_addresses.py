"""Where REST and GraphQL are, and which addresses never see the credential."""

from __future__ import annotations

import pytest
from tap_github_custom.client.addresses import Addresses
from tap_github_custom.client.pages import next_url
from tap_github_custom.errors import ConfigurationError, RepositoryError


@pytest.mark.parametrize(
    ("api_url", "rest", "graphql"),
    [
        ("https://api.github.com", "https://api.github.com/x", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/x", "https://api.github.com/graphql"),
        ("https://ghe.example/api/v3", "https://ghe.example/api/v3/x", "https://ghe.example/api/graphql"),
        (" https://ghe.example/api/v3/ ", "https://ghe.example/api/v3/x", "https://ghe.example/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/x", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/graphql"),
        ("http://h:1/api/v3", "http://h:1/api/v3/x", "http://h:1/api/graphql"),
    ],
)
def test_addresses_follow_from_the_api_url(api_url: str, rest: str, graphql: str) -> None:
    """GitHub.com, GitHub Enterprise Server, data residency, a server on this machine."""
    addresses = Addresses.of(api_url)
    assert (addresses.url("/x"), addresses.graphql) == (rest, graphql)
    assert addresses.url("x") == rest


@pytest.mark.parametrize(
    "api_url",
    [
        *("", "api.github.com", "ftp://api.github.com", "https://", "https://h:port", "https://h:99999"),
        *("https://h/?token=very-secret", "https://user:very-secret@h"),
    ],
)
def test_what_is_no_address_is_told(api_url: str) -> None:
    """By the name of the setting; what it holds may be a secret."""
    with pytest.raises(ConfigurationError, match="api_url") as caught:
        Addresses.of(api_url)
    assert "very-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("api_url", "url", "is_own"),
    [
        ("https://api.github.com", "https://api.github.com/repositories/1?page=2", True),
        ("https://api.github.com", "https://api.github.com:443/repos/o/r", True),
        ("https://api.github.com", "https://API.GitHub.com/x", True),
        ("https://api.github.com", "http://api.github.com/x", False),
        ("https://api.github.com", "https://api.github.com:8443/x", False),
        ("https://api.github.com", "https://github.com/x", False),
        ("https://api.github.com", "https://api.github.com.evil.example/x", False),
        ("https://api.github.com", "https://api.github.com@evil.example/x", False),
        ("https://api.github.com", "https://evil.example/?https://api.github.com/", False),
        ("https://api.github.com", "https://[broken/x", False),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/x", False),
        ("http://127.0.0.1:1", "http://localhost:1/x", False),
    ],
)
def test_only_the_configured_host_sees_the_credential(api_url: str, url: str, is_own: bool) -> None:  # noqa: FBT001
    """Same protocol, host and port; the error names both hosts, and nothing of the rest."""
    addresses = Addresses.of(api_url)
    if is_own:
        assert addresses.check(url, "links to") == url
        return
    with pytest.raises(RepositoryError, match="the credential is not sent there") as caught:
        addresses.check(url, "links to")
    assert "page=" not in str(caught.value)


@pytest.mark.parametrize(
    ("api_url", "link", "page"),
    [
        ("https://h/api/v3", "https://h/api/v3/x?page=2", "https://h/api/v3/x?page=2"),
        ("https://h/api/v3", "https://ghe.internal/api/v3/x?page=2", "https://h/api/v3/x?page=2"),
        ("https://h/api/v3", "https://api.github.com/x?after=a%3D&b", "https://h/api/v3/x?after=a%3D&b"),
        ("https://h", "http://h/x?page=2", "https://h/x?page=2"),
        ("https://h", "https://h@evil.example/x?page=2", "https://h/x?page=2"),
        ("https://h", "//evil.example/x?page=2", "https://h/x?page=2"),
        ("https://h", "?page=2", "https://h/first?page=2"),
        ("https://h", "/x?page=2", "https://h/x?page=2"),
    ],
)
def test_pages_are_on_the_configured_host(api_url: str, link: str, page: str) -> None:
    """Whatever host a link names."""
    assert Addresses.of(api_url).page(f"{api_url}/first", link) == page


def test_a_link_that_is_none_is_told() -> None:
    """It is no end of the list."""
    with pytest.raises(RepositoryError):
        Addresses.of("https://h").page("https://h/x", "https://[broken/x")


def test_a_location_may_be_relative() -> None:
    """As HTTP allows."""
    addresses = Addresses.of("https://ghe.example/api/v3")
    target = addresses.target("https://ghe.example/api/v3/repos/a/b", "/api/v3/repositories/1")
    assert target == "https://ghe.example/api/v3/repositories/1"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("", None),
        ('<https://h/x?page=2>; rel="next", <https://h/x?page=9>; rel="last"', "https://h/x?page=2"),
        ('<https://h/x?page=1>; rel="prev", <https://h/x?page=1>; rel="first"', None),
        ('<https://h/x?after=a,b;c>; rel="next"', "https://h/x?after=a,b;c"),
        ("<https://h/x>; rel=next", "https://h/x"),
        ("<https://h/x>; rel='next'", "https://h/x"),
        ('<https://h/x>; Rel = "Next"', "https://h/x"),
        ('<https://h/x>; rel="last next"', "https://h/x"),
        ('<https://h/x>; title="<y>, rel=last;"; rel="next"', "https://h/x"),
        ('<https://h/x>; title="a; rel=next"; rel="last"', None),
        ('<https://h/x>; rel="nextish"', None),
        ("<https://h/x>", None),
        ("nonsense", None),
    ],
)
def test_links(link: str, url: str | None) -> None:
    """The target of `next`, to the letter, in all spellings that RFC 8288 allows."""
    assert next_url(link) == url
