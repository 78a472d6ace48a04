"""Answers that api.github.com really gave, served again: each is taken for what it was."""

from __future__ import annotations

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.client.answer import Reply
from tap_github_custom.client.pages import next_url
from tap_github_custom.client.verdict import Failed, Limited, Moved, Refused, Rejected, judge
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError

from tests.tap.answering import Asked, Told, answering

RECORDED = Path(__file__).resolve().parents[3].parent / "shared" / "corpus" / "recorded_http"
API = "https://api.github.com"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="the recorded answers are not here (../shared/corpus/recorded_http)"
)


def recorded(name: str) -> list[dict[str, Any]]:
    """Return the exchanges of a file."""
    path = RECORDED / f"{name}.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def headers_of(exchange: dict[str, Any]) -> dict[str, str]:
    """Return the headers as the client sees them, less those that are about the bytes on the wire."""
    wire = {
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "status",
        "date",
        "server",
    }
    given = {name.lower(): str(value) for name, value in exchange["headers"].items()}
    return {name: value for name, value in given.items() if name not in wire}


def body_of(exchange: dict[str, Any]) -> bytes:
    """Return the body as it was: JSON, or the text of a page."""
    body = exchange["body"]
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def expected(exchange: dict[str, Any]) -> type:
    """Return what an exchange was, told from its status and from GitHub's words."""
    status, text = exchange["status"], str(exchange["body"]).lower()
    if status in {301, 302, 307, 308}:
        return Moved
    if status == 401 or "login attempt" in text:
        return Rejected
    if status >= 500:
        return Failed
    return Limited if "abuse detection" in text or "rate limit" in text else Refused


def test_every_error_is_taken_for_what_it_was() -> None:
    """Moves, limits, refusals and bad days; and there are some of each kind."""
    kinds = set()
    for exchange in recorded("errors_and_redirects"):
        url = exchange["request"]["url"]
        verdict = judge(Reply(exchange["status"], headers_of(exchange), body_of(exchange), url))
        assert type(verdict) is expected(exchange), f"{exchange['status']} {url}: {verdict}"
        kinds.add(type(verdict))
    assert kinds == {Moved, Limited, Refused, Failed, Rejected}


def client(url: str) -> Client:
    """Return a client that gives up at once."""
    return Client(ClientSettings(api_url=url, retry_seconds=0), TokenCredentials([Secret("t")]))


def always(told: Told, _: Asked) -> Told:
    """Answer the same, whatever is asked."""
    return told


def test_every_refusal_is_a_sentence() -> None:
    """What cannot be read raises its status and reason; no page of HTML reaches the user."""
    exchanges = [each for each in recorded("errors_and_redirects") if expected(each) in {Refused, Failed}]
    for exchange in exchanges:
        told = Told(exchange["status"], body_of(exchange), headers_of(exchange))
        with answering(partial(always, told)) as server, pytest.raises(RepositoryError) as caught:
            client(server.url).get("/x", organization="o")
        assert caught.value.status == exchange["status"]
        assert "<" not in str(caught.value)
        assert len(str(caught.value)) < 500
    assert len(exchanges) > 20


def test_every_move_is_followed_or_refused() -> None:
    """By id on the same host; elsewhere (github.com) the credential does not go."""
    moves = [each for each in recorded("errors_and_redirects") if expected(each) is Moved]
    assert moves
    for exchange in moves:
        location = headers_of(exchange)["location"].replace(":443", "")
        assert follow(location) is location.startswith(API)


def follow(location: str) -> bool:
    """Serve a move; tell whether the client arrived."""

    def tell(asked: Asked) -> Told:
        if asked.path == "/old":
            return Told(301, {}, {"location": location.replace(API, f"http://{asked.headers['host']}")})
        return Told(body={"arrived": asked.path})

    with answering(tell) as server:
        try:
            answer = client(server.url).get("/old", organization="o")
        except RepositoryError:
            return False
        return bool(answer.body["arrived"] == location.removeprefix(API))


def test_links_lead_to_the_next_page() -> None:
    """Every recorded page but the last has a next one, by id, on the same host."""
    pages = recorded("paginated_link")
    links = [headers_of(each).get("link", "") for each in pages]
    followed = [url for link in links if (url := next_url(link))]
    assert all(url.startswith(f"{API}/") for url in followed)
    assert len(followed) == sum('rel="next"' in link for link in links) > 10


def test_limits_are_read() -> None:
    """Every recorded answer that states a limit is understood."""
    exchanges = [each for each in recorded("rate_limit_endpoint") if "x-ratelimit-reset" in headers_of(each)]
    assert exchanges
    for exchange in exchanges:
        told = Told(200, {}, headers_of(exchange))
        with answering(partial(always, told)) as server:
            asking = client(server.url)
            asking.get("/rate_limit", organization="o")
        spent = asking.usage.spending()["o"]["core"]
        assert spent["remaining"] == int(headers_of(exchange)["x-ratelimit-remaining"])
