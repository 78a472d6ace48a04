"""Whose repositories are listed: an organisation's or a user's, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import ConfigurationError
from tap_github_custom.listing import find_repositories
from tap_github_custom.settings import Settings
from tap_github_custom.tap import TapGitHubCustom

from .answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.listing import Listing

NOT_FOUND = Told(404, {"message": "Not Found"})
BAD_MOMENT = Told(502, b"<html></html>", {"content-type": "text/html"})


def repository(number: int) -> dict[str, Any]:
    """Return a repository as GitHub lists it."""
    name = f"ada/{number}"
    page = f"https://github.com/{name}"
    return {
        "id": number,
        "node_id": f"R_{number}",
        "full_name": name,
        "owner": {"login": "ada"},
        "html_url": page,
    }


def listed(answers: Mapping[str, Told], *, tokens: int = 1) -> tuple[Listing, list[str]]:
    """Return what is listed of the login ada, and the paths that were asked for."""

    def tell(asked: Asked) -> Told:
        told = answers.get(asked.path.partition("?")[0], NOT_FOUND)
        return answers["second"] if "&page=2" in asked.path else told

    tap = TapGitHubCustom(config={"organizations": ["ada"]}, validate_config=False)
    with answering(tell) as server:
        credentials = TokenCredentials([Secret("t")] * tokens)
        client = Client(ClientSettings(api_url=server.url, retry_seconds=0), credentials)
        found = find_repositories(client, Settings.from_config(tap.config), str)
    return found, [asked.path.partition("?")[0] for asked in server.asked]


def account(kind: str) -> Told:
    """Return an account."""
    return Told(body={"login": "ada", "type": kind})


def test_the_repositories_of_a_user_are_listed_as_such() -> None:
    """For two requests more: there is no organisation of that name, and the token is somebody else's."""
    answers = {"/users/ada": account("User"), "/users/ada/repos": Told(body=[repository(1)])}
    found, paths = listed(answers)
    assert [each.id for each in found.repositories] == [1]
    assert paths == ["/orgs/ada/repos", "/users/ada", "/user", "/users/ada/repos"]
    assert not found.whole_organizations


def test_whose_own_the_token_is_has_the_private_ones_listed_too() -> None:
    """What GitHub lists of a user by name are the public ones; several tokens may be several people's."""
    answers = {
        "/users/ada": account("User"),
        "/user": account("User"),
        "/users/ada/repos": Told(body=[repository(1)]),
        "/user/repos": Told(body=[repository(1), repository(2)]),
    }
    found, paths = listed(answers)
    assert [each.id for each in found.repositories] == [1, 2]
    assert paths == ["/orgs/ada/repos", "/users/ada", "/user", "/user/repos"]
    found, paths = listed(answers, tokens=2)
    assert [each.id for each in found.repositories] == [1]
    assert "/user" not in paths
    found, _ = listed({**answers, "/user": BAD_MOMENT})
    assert list(found.errors) == ["ada/*"]


def test_an_organisation_that_cannot_be_seen_is_no_user() -> None:
    """Its public repositories would be taken for all that there are."""
    answers = {"/users/ada": account("Organization"), "/users/ada/repos": Told(body=[repository(1)])}
    with pytest.raises(ConfigurationError, match="may not see its repositories"):
        listed(answers)


def test_a_login_that_nobody_has_is_named() -> None:
    """One sentence with the way out."""
    with pytest.raises(ConfigurationError, match=r"no organisation or user ada.*setting organizations"):
        listed({"/users/ada/repos": Told(body=[repository(1)])})


def test_a_bad_moment_of_the_account_is_no_answer() -> None:
    """It is skipped today, as where the list itself fails."""
    found, _ = listed({"/users/ada": BAD_MOMENT, "/users/ada/repos": Told(body=[repository(1)])})
    assert list(found.errors) == ["ada/*"]
    assert not found.repositories


@pytest.mark.parametrize("second", [NOT_FOUND, BAD_MOMENT], ids=["404", "502"])
def test_a_list_that_breaks_off_is_not_begun_anew(second: Told) -> None:
    """What has come is read; the organisation is named as skipped, and no user's list is asked for."""
    first = Told(body=[repository(number) for number in range(100)])
    answers = {
        "/orgs/ada/repos": first,
        "/users/ada": account("User"),
        "/users/ada/repos": Told(body=[repository(200)]),
        "second": second,
    }
    found, paths = listed(answers)
    assert [each.id for each in found.repositories] == list(range(100))
    assert list(found.errors) == ["ada/*"]
    assert set(paths) == {"/orgs/ada/repos"}
