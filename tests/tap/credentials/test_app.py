"""An App's tokens: one for each organisation, always a living one."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials.settings import credentials_from
from tap_github_custom.errors import AuthenticationError, RepositoryError
from tap_github_custom.probe import Probe
from tap_github_custom.repository import Repository

from tests.tap.answering import Asked, Told, answering

if TYPE_CHECKING:
    from sandbox.servers import Server

    from tests.tap.answering import AnsweringServer

APP_ID = 4711
WORKS, LABS = "lantern-works", "lantern-labs"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def pem_of(key: rsa.RSAPrivateKey) -> str:
    """Return a private key as GitHub hands it out."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def app_server(github: Server) -> Server:
    """Return the server with the App installed everywhere."""
    github.register_app(APP_ID, PUBLIC_PEM)
    github.clear_requests()
    return github


def client(server: Server, *, retry_seconds: float = 5, **config: Any) -> Client:
    """Return a client that is the App."""
    credentials = credentials_from({"app_id": APP_ID, "private_key": pem_of(KEY), **config})
    return Client(ClientSettings(api_url=server.url, retry_seconds=retry_seconds), credentials)


def paths(server: Server) -> list[str]:
    """Return the paths that were asked for."""
    return [entry["path"] for entry in server.requests()]


def test_each_organisation_has_its_own_token(app_server: Server) -> None:
    """Two organisations, two tokens; each is got once for all requests."""
    app = client(app_server)
    for organization in (WORKS, LABS, WORKS, LABS.upper()):
        assert app.get(f"/orgs/{organization}/repos", organization=organization).body
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 2
    assert app.token(WORKS) != app.token(LABS)


def test_many_threads_get_one_token(app_server: Server) -> None:
    """The token is asked for once, however many begin at once."""
    app = client(app_server)
    begin = threading.Barrier(8)

    def ask(_: int) -> int:
        begin.wait()
        return app.get(f"/orgs/{WORKS}/repos", organization=WORKS).status

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [200] * 8
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 1


def test_tokens_are_renewed_before_they_end(app_server: Server) -> None:
    """A token whose time is over is never shown: one of 12 seconds is renewed after eleven."""
    app_server.register_app(APP_ID, PUBLIC_PEM, token_seconds=12)
    app = client(app_server)
    paused = threading.Event()
    for _ in range(26):
        app.get(f"/orgs/{WORKS}/repos", organization=WORKS)
        paused.wait(0.5)
    assert 401 not in [entry["status"] for entry in app_server.requests()]
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 2


def test_a_token_that_github_does_not_know_yet_is_shown_again(
    app_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """GitHub replicates new tokens lazily: the same one is shown more often than an old one would be."""
    app_server.add_fault(path="/repos$", status=401, body='{"message": "Bad credentials"}', times=3)
    app = client(app_server, retry_seconds=60)
    with caplog.at_level(logging.INFO):
        assert app.get(f"/orgs/{WORKS}/repos", organization=WORKS).body
    asked = paths(app_server)
    assert asked.count(f"/orgs/{WORKS}/repos") == 4
    assert sum(path.endswith("/access_tokens") for path in asked) == 1
    assert app.usage.spending()[WORKS]["core"]["retries"] == 3
    assert "does not know the new token" in caplog.text
    assert "ghs_" not in caplog.text


def test_an_old_token_that_is_refused_is_replaced_at_once(
    app_server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 401 in the middle of a run costs one more token, not the run."""
    monkeypatch.setattr("tap_github_custom.credentials.app.SETTLING_SECONDS", 0.0)  # every token is old
    app = client(app_server)
    with caplog.at_level(logging.INFO):
        app.get(f"/orgs/{WORKS}/repos", organization=WORKS)
        app_server.revoke_app_tokens()
        assert app.get(f"/orgs/{WORKS}/repos", organization=WORKS).body
    asked = paths(app_server)
    assert asked.count(f"/orgs/{WORKS}/repos") == 3
    assert sum(path.endswith("/access_tokens") for path in asked) == 2
    assert "asking for a new one" in caplog.text
    assert "ghs_" not in caplog.text


def test_a_new_token_that_is_revoked_is_replaced(app_server: Server) -> None:
    """When the time for retries is over, a new token is refused like an old one."""
    app = client(app_server, retry_seconds=0.2)
    app.get(f"/orgs/{WORKS}/repos", organization=WORKS)
    app_server.revoke_app_tokens()
    assert app.get(f"/orgs/{WORKS}/repos", organization=WORKS).body
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 2


def test_tokens_that_never_work_are_given_up(app_server: Server) -> None:
    """GitHub refuses every token that it gives: no endless loop, and one time of waiting for all of them."""
    app_server.add_fault(path="/repos$", status=401, body='{"message": "Bad credentials"}', times=None)
    app = client(app_server, retry_seconds=0.2)
    for _ in range(2):
        with pytest.raises(RepositoryError, match="does not accept the tokens that it gives"):
            app.get(f"/orgs/{WORKS}/repos", organization=WORKS)
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 3


def test_a_bad_moment_while_a_token_is_got_passes(app_server: Server) -> None:
    """What concerns the App's own requests is retried like all others."""
    app_server.add_fault(path="/installation$", status=502, body="<html></html>")
    app_server.add_fault(path="/access_tokens$", drop=True)
    assert client(app_server).get(f"/orgs/{WORKS}/repos", organization=WORKS).body


@pytest.mark.parametrize(
    "bad_moment",
    [
        Told(403, {"message": "slow down"}, {"retry-after": "1"}),
        Told(503, {"message": "unwell"}, {"retry-after": "1"}),
    ],
    ids=["limit", "retry"],
)
def test_each_attempt_to_get_a_token_is_signed_anew(bad_moment: Told) -> None:
    """A limit may last for an hour, a signature for ten minutes: one of before the wait would have ended."""
    given = {"token": "ghs_given", "expires_at": "2999-01-01T00:00:00Z"}

    def tell(asked: Asked) -> Told:
        if asked.path.endswith("/installation"):
            return Told(body={"id": 1})
        if asked.path.endswith("/access_tokens"):
            is_first = sum(each.path == asked.path for each in server.asked) == 1
            return bad_moment if is_first else Told(201, given)
        return Told(body={})

    with answering(tell) as server:
        credentials = credentials_from({"app_id": APP_ID, "private_key": pem_of(KEY)})
        Client(ClientSettings(api_url=server.url), credentials).get("/x", organization="o")
    signatures = [asked.token for asked in server.asked if asked.path.endswith("/access_tokens")]
    first, second = (jwt.decode(each, PUBLIC_PEM, algorithms=["RS256"])["exp"] for each in signatures)
    assert second > first


@pytest.mark.parametrize(
    ("registered", "config", "words"),
    [
        ({"not_installed": [WORKS]}, {}, f"it is not installed there \\(but at: {LABS}\\)"),
        ({"not_installed": [WORKS, LABS]}, {}, r"it is not installed there \(but at: nowhere\)"),
        ({"suspended": [WORKS]}, {}, f"its installation at {WORKS} is suspended"),
        ({}, {"private_key": pem_of(OTHER_KEY)}, "check app_id, its private key and this machine's clock"),
        ({}, {"app_id": "1"}, "does not accept the App 1"),
    ],
)
def test_an_app_that_gets_no_token_is_told_why(
    app_server: Server, registered: dict[str, Any], config: dict[str, Any], words: str
) -> None:
    """One sentence, with the way out; where the App itself is accepted, other organisations may be read."""
    app_server.register_app(APP_ID, PUBLIC_PEM, **registered)
    with pytest.raises(AuthenticationError if config else RepositoryError, match=words) as caught:
        client(app_server, **config).get(f"/orgs/{WORKS}/repos", organization=WORKS)
    assert "eyJ" not in str(caught.value), "the signature is a secret as well"


GIVEN = {"token": "ghs_given", "expires_at": "2999-01-01T00:00:00Z"}
ANSWERS = {"installation": Told(body={"id": 1}), "access_tokens": Told(201, GIVEN)}


def asked_of(server: AnsweringServer) -> Client:
    """Return a client that is the App, and asks once."""
    credentials = credentials_from({"app_id": APP_ID, "private_key": pem_of(KEY)})
    return Client(ClientSettings(api_url=server.url, retry_seconds=0), credentials)


@pytest.mark.parametrize("place", ["installation", "access_tokens"])
@pytest.mark.parametrize(
    ("told", "status"),
    [(Told(502, {}), 502), (Told(400, {"message": "no"}), 400), (Told(body={"other": "form"}), 0)],
    ids=["502", "400", "another form"],
)
def test_a_bad_moment_of_an_app_is_one_of_an_organisation(
    monkeypatch: pytest.MonkeyPatch, place: str, told: Told, status: int
) -> None:
    """It ends neither the run of the others nor this organisation's: a later request asks again."""
    monkeypatch.setattr("tap_github_custom.credentials.app.FAILING_SECONDS", 0.0)
    bad = {place: told}

    def tell(asked: Asked) -> Told:
        kind = asked.path.rpartition("/")[2]
        return bad.get(kind) or ANSWERS.get(kind) or Told(body={})

    with answering(tell) as server:
        app = asked_of(server)
        with pytest.raises(RepositoryError) as caught:
            app.get("/x", organization="o")
        bad.clear()
        assert app.get("/x", organization="o").status == 200
    assert caught.value.status == status
    assert not caught.value.is_decided


def test_a_token_that_cannot_be_renewed_is_used_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is renewed before its end so that a bad moment of GitHub costs nothing."""
    began = time.time()
    ends_at = datetime.fromtimestamp(began + 1_000, UTC).isoformat()

    def tell(asked: Asked) -> Told:
        if asked.path.endswith("/access_tokens"):
            is_first = sum(each.path == asked.path for each in server.asked) == 1
            return Told(201, {"token": "ghs_given", "expires_at": ends_at}) if is_first else Told(502, {})
        return Told(body={"id": 1})

    with answering(tell) as server:
        app = asked_of(server)
        for seconds in (0, 950, 951):
            monkeypatch.setattr("time.time", lambda passed=seconds: began + passed)
            assert app.get("/x", organization="o").status == 200
        assert sum(asked.path.endswith("/access_tokens") for asked in server.asked) == 2
        monkeypatch.setattr("time.time", lambda: began + 1_001)
        with pytest.raises(RepositoryError, match="gets no token for o"):
            app.get("/x", organization="o")


def test_who_waits_for_a_token_shares_the_failure_to_get_it() -> None:
    """Eight threads do not try one after the other, each with all retries."""
    begin, paused = threading.Barrier(8), threading.Event()

    def tell(asked: Asked) -> Told:
        if asked.path.endswith("/access_tokens"):
            paused.wait(0.5)  # all others have come by then
            return Told(502, {})
        return Told(body={"id": 1})

    def ask(_: int) -> int:
        begin.wait()
        with pytest.raises(RepositoryError) as caught:
            app.get("/x", organization="o")
        return caught.value.status

    with answering(tell) as server, ThreadPoolExecutor(8) as pool:
        app = asked_of(server)
        assert list(pool.map(ask, range(8))) == [502] * 8
    assert sum(asked.path.endswith("/access_tokens") for asked in server.asked) == 1


def test_what_comes_after_the_failure_to_get_a_token_does_not_wait_for_it_anew() -> None:
    """A thousand repositories, each with all retries, would hold up those of all others for hours."""

    def tell(asked: Asked) -> Told:
        return Told(502, {}) if asked.path.endswith("/access_tokens") else Told(body={"id": 1})

    with answering(tell) as server:
        app = asked_of(server)
        for _ in range(3):
            with pytest.raises(RepositoryError, match="gets no token for o") as caught:
                app.get("/x", organization="o")
            assert caught.value.status == 502
    assert sum(asked.path.endswith("/access_tokens") for asked in server.asked) == 1


def test_the_probe_goes_on_without_an_organisation_whose_app_gets_no_token() -> None:
    """Its repositories are asked for one by one, and skipped where that fails as well."""

    def tell(asked: Asked) -> Told:
        if "/1/" in asked.path:
            return Told(502, {})
        if asked.path == "/graphql":
            return Told(body={"data": {"nodes": [None]}})
        number = 1 if "/bad/" in asked.path else 2
        return ANSWERS["access_tokens"] if asked.method == "POST" else Told(body={"id": number})

    bad, good = (Repository(1, "R", f"{login}/r", login, login, "main") for login in ("bad", "good"))
    with answering(tell) as server:
        assert Probe(asked_of(server), frozenset()).sights([bad, good], frozenset()).keys() <= {good}
    assert [asked.path for asked in server.asked].count("/graphql") == 1


@pytest.mark.parametrize("status", [403, 404, 422])
def test_what_github_refuses_an_app_is_not_asked_for_again(status: int) -> None:
    """Somebody has to mend it; that an App is not installed at all is told by another list."""

    def tell(asked: Asked) -> Told:
        if asked.path.endswith("/access_tokens"):
            return Told(status, {"message": "no!"})
        return Told(body={"id": 1})

    with answering(tell) as server:
        app = asked_of(server)
        for _ in range(2):
            with pytest.raises(RepositoryError, match=r"gets no token for o.*no!"):
                app.get("/x", organization="o")
    assert sum(asked.path.endswith("/access_tokens") for asked in server.asked) == 1


def test_an_app_beside_a_token(app_server: Server) -> None:
    """Each organisation is read with its own kind of credential."""
    entry = {"app_id": APP_ID, "private_key": pem_of(KEY)}
    config = {"auth_token": "sandbox-token", "organization_credentials": {WORKS: entry}}
    both = Client(ClientSettings(api_url=app_server.url), credentials_from(config))
    for organization in (WORKS, LABS):
        assert both.get(f"/orgs/{organization}/repos", organization=organization).body
    assert sum(path.endswith("/access_tokens") for path in paths(app_server)) == 1
