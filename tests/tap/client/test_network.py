"""The network between: proxies, certificates, logins that lie about, hosts that are not there."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.client import USER_AGENT, Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import ConfigurationError, RepositoryError, UnreachableError

from tests.tap.answering import Told, answering
from tests.tap.certificate import self_signed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "token-of-the-test"  # noqa: S105 - opens nothing


def client(url: str, **settings: Any) -> Client:
    """Return a client that gives up soon."""
    options = {"retry_seconds": 0.3, **settings}
    return Client(ClientSettings(api_url=url, **options), TokenCredentials([Secret(TOKEN)]))


def test_every_request_says_who_asks_for_what() -> None:
    """Media type, version of the API, name and version of the tap, the token."""
    with answering(lambda _: Told(body={})) as server:
        client(server.url).get("/x", organization="o")
    headers = server.asked[0].headers
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"] == USER_AGENT
    assert USER_AGENT.startswith("tap-github-custom/")
    assert headers["authorization"] == f"Bearer {TOKEN}"


def test_a_login_in_netrc_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in ~/.netrc for the host does not replace the credential."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with answering(lambda _: Told(body={})) as server:
        client(server.url).get("/x", organization="o")
    assert server.asked[0].token == TOKEN


def test_cookies_are_not_kept() -> None:
    """A session of the web site is none of the API's business."""
    with answering(lambda _: Told(body={}, headers={"set-cookie": "a=b; Path=/"})) as server:
        asking = client(server.url)
        for _ in range(2):
            asking.get("/x", organization="o")
    assert "cookie" not in server.asked[1].headers


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY, and NO_PROXY for what needs none."""
    with answering(lambda _: Told(body={})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        client("http://github.example").get("/x", organization="o")
        assert [asked.path for asked in proxy.asked] == ["http://github.example/x"]
        with answering(lambda _: Told(body={})) as direct:
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            client(direct.url).get("/x", organization="o")
            assert [asked.path for asked in direct.asked] == ["/x"]


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that names it."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(UnreachableError, match="HTTPS_PROXY"):
        client("http://github.example").get("/x", organization="o")


@contextmanager
def https(folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve JSON over TLS with a certificate that nobody knows; return the URL and the certificate."""
    path, key_path = self_signed(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key_path)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that hangs up is expected
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}", path
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_custom_authority_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without REQUESTS_CA_BUNDLE the certificate is not trusted, and the sentence names the variable."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with https(tmp_path) as (url, certificate):
        with pytest.raises(UnreachableError, match=r"certificate is not trusted .*REQUESTS_CA_BUNDLE"):
            client(url).get("/x", organization="o")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert client(url).get("/x", organization="o").body == {}


def test_a_host_without_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS with a host that only speaks HTTP is no matter of certificates."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with answering(lambda _: Told(body={})) as server:
        url = server.url.replace("http://", "https://")
        with pytest.raises(UnreachableError, match=r"no secure connection \(\w+\); check api_url"):
            client(url).get("/x", organization="o")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9", r"http://127\.0\.0\.1:9 does not answer: Connection refused"),
        ("http://github.invalid", "http://github.invalid does not answer: .*(not known|resolution)"),
    ],
)
def test_a_host_that_is_not_there_is_told_soon(url: str, words: str) -> None:
    """Three attempts, not minutes of them: it never answered, so it is rather the setting that is wrong."""
    asking = client(url, retry_seconds=600)
    with pytest.raises(UnreachableError, match=words) as caught:
        asking.get("/x", organization="o")
    assert "check api_url" in str(caught.value)
    assert asking.usage.requests == 3


def test_a_host_that_went_away_is_waited_for() -> None:
    """Once it has answered, a closed port is a bad moment like others."""
    with answering(lambda _: Told(body={}, headers={"connection": "close"})) as server:
        asking = client(server.url, retry_seconds=4)
        asking.get("/x", organization="o")
    with pytest.raises(RepositoryError, match="does not answer: Connection refused"):
        asking.get("/x", organization="o")
    assert asking.usage.requests > 4


def test_a_long_outage_ends_the_run() -> None:
    """Where nothing is answered any more, repository after repository must not be tried and skipped."""
    with answering(lambda _: Told(503)) as server:
        asking = client(server.url, outage_seconds=0)
        with pytest.raises(UnreachableError, match=r"no good answer .*answered 503"):
            asking.get("/x", organization="o")


def test_silence_ends() -> None:
    """A host that takes the connection and says nothing costs the time-out, and is tried again."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        asking = client(url, timeout_seconds=0.1)
        with pytest.raises(UnreachableError, match="nothing came within the time-out"):
            asking.get("/x", organization="o")
    assert asking.usage.requests > 1


def test_a_web_site_is_no_api() -> None:
    """HTML instead of JSON from the first answer on is a wrong api_url."""
    page = Told(200, b"<html>Welcome</html>", {"content-type": "text/html"})
    with answering(lambda _: page) as server, pytest.raises(ConfigurationError, match="ends in /api/v3"):
        client(server.url).get("/x", organization="o")


def test_html_in_between_is_a_bad_moment() -> None:
    """Once there was JSON, it is an API, and the page concerns one repository."""
    page = Told(200, b"<html>Unicorn!</html>", {"content-type": "text/html"})
    with answering(lambda asked: page if asked.path == "/bad" else Told(body={})) as server:
        asking = client(server.url)
        asking.get("/good", organization="o")
        with pytest.raises(RepositoryError, match=r"not JSON \(text/html\)"):
            asking.get("/bad", organization="o")
