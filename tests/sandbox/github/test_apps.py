"""An App is who signs as such; its tokens open one organisation, for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from githubkit_schemas.v2022_11_28 import models
from pydantic import TypeAdapter
from sandbox.servers import Server, serve_github

from .conftest import GraphQL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP_ID = 4711
LOGIN = "lantern-works"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(scope="module")
def running(data: Path) -> Iterator[Server]:
    """Return a server of this module's own."""
    with serve_github(data) as server:
        yield server


@pytest.fixture
def app_server(running: Server) -> Server:
    """Return a server that knows one App, installed everywhere."""
    running.register_app(APP_ID, PUBLIC_KEY)
    return running


def signature(**claims: Any) -> str:
    """Return a signature of the App, valid unless the claims say otherwise."""
    now = int(time.time())
    return jwt.encode({"iat": now - 60, "exp": now + 500, "iss": str(APP_ID), **claims}, KEY, "RS256")


def ask(server: Server, path: str, credential: str, method: str = "GET") -> requests.Response:
    """Ask once with a credential."""
    headers = {"Authorization": f"Bearer {credential}"}
    return requests.request(method, server.url + path, headers=headers, timeout=10)


def token(server: Server) -> str:
    """Return a token for the organisation, as an App gets it."""
    installation = ask(server, f"/orgs/{LOGIN}/installation", signature()).json()
    answer = ask(server, f"/app/installations/{installation['id']}/access_tokens", signature(), "POST")
    assert answer.status_code == 201
    return str(answer.json()["token"])


def test_answers_are_those_of_the_published_description(app_server: Server) -> None:
    """Installations and tokens have the fields that GitHub's OpenAPI demands."""
    listed = ask(app_server, "/app/installations", signature()).json()
    TypeAdapter(list[models.Installation]).validate_python(listed)
    path = f"/app/installations/{listed[0]['id']}/access_tokens"
    TypeAdapter(models.InstallationToken).validate_python(ask(app_server, path, signature(), "POST").json())


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "1"}, "could not be decoded"),
        ({"exp": int(time.time()) - 1}, "'Expiration time' claim"),
        ({"exp": int(time.time()) + 3600}, "too far in the future"),
        ({"iat": int(time.time()) + 3600}, "'Issued at' claim"),
    ],
)
def test_a_bad_signature_is_refused(app_server: Server, claims: dict[str, Any], words: str) -> None:
    """401 says what is wrong with it."""
    answer = ask(app_server, "/app", signature(**claims))
    assert answer.status_code == 401
    assert words in answer.json()["message"]


def test_a_token_opens_its_organisation_until_it_is_revoked(app_server: Server) -> None:
    """Before: 200; elsewhere: 404; after: 401."""
    credential = token(app_server)
    assert ask(app_server, f"/orgs/{LOGIN}/repos", credential).status_code == 200
    assert ask(app_server, "/orgs/elsewhere/repos", credential).status_code == 404
    foreign = ask(app_server, "/repos/lantern-labs/experiments", "sandbox-token").json()["id"]
    assert ask(app_server, f"/repositories/{foreign}", credential).status_code == 404
    app_server.revoke_app_tokens()
    assert ask(app_server, f"/orgs/{LOGIN}/repos", credential).status_code == 401


def test_a_token_lists_what_it_opens(app_server: Server) -> None:
    """The repositories of its organisation; other tokens are refused."""
    listed = ask(app_server, "/installation/repositories?per_page=100", token(app_server)).json()
    assert listed["total_count"] == len(listed["repositories"]) > 5
    assert {repository["owner"]["login"] for repository in listed["repositories"]} == {LOGIN}
    TypeAdapter(list[models.Repository]).validate_python(listed["repositories"])
    assert ask(app_server, "/installation/repositories", "sandbox-token").status_code == 403


def test_graphql_and_git_open_its_organisation_only(app_server: Server) -> None:
    """Elsewhere nothing exists."""
    graphql = GraphQL(app_server.url, token(app_server))
    query = """query($login: String!, $name: String!) { organization(login: $login) { login }
      repository(owner: $login, name: $name) { name } }"""
    assert graphql.data(query, login=LOGIN, name="cli")["repository"] == {"name": "cli"}
    errors = graphql.errors(query, login="lantern-labs", name="experiments")
    assert [error["type"] for error in errors] == ["NOT_FOUND", "NOT_FOUND"]
    for name, status in (("lantern-works/cli", 200), ("lantern-labs/experiments", 401)):
        path = f"/{name}.git/info/refs?service=git-upload-pack"
        assert ask(app_server, path, token(app_server)).status_code == status


def test_a_token_ends_by_itself(app_server: Server) -> None:
    """A token whose time is over is refused."""
    app_server.register_app(APP_ID, PUBLIC_KEY, token_seconds=0)
    assert ask(app_server, f"/orgs/{LOGIN}/repos", token(app_server)).status_code == 401


def test_tokens_of_one_installation_share_its_points(app_server: Server) -> None:
    """What one token has spent, the next one lacks."""
    first = ask(app_server, f"/orgs/{LOGIN}", token(app_server)).headers["x-ratelimit-remaining"]
    second = ask(app_server, f"/orgs/{LOGIN}", token(app_server)).headers["x-ratelimit-remaining"]
    assert int(second) == int(first) - 1


def test_an_app_is_not_installed_everywhere(app_server: Server) -> None:
    """Where it is not, there is no installation to be found."""
    app_server.register_app(APP_ID, PUBLIC_KEY, not_installed=[LOGIN])
    assert ask(app_server, f"/orgs/{LOGIN}/installation", signature()).status_code == 404
    listed = ask(app_server, "/app/installations", signature()).json()
    assert LOGIN not in [installation["account"]["login"] for installation in listed]


def test_only_signatures_open_what_is_for_apps(app_server: Server) -> None:
    """A token of the App is none of its signatures."""
    assert ask(app_server, "/app/installations", token(app_server)).status_code == 401
    assert ask(app_server, f"/orgs/{LOGIN}/repos", signature()).status_code == 401
