"""Several tokens share the work, and a dead one is left out."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Ask, Credential, Secret, TokenCredentials
from tap_github_custom.errors import AuthenticationError

from tests.tap.answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Sequence


def budget(remaining: int) -> dict[str, str]:
    """Return the headers of a limit that lasts for an hour."""
    return {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(time.time()) + 3600),
    }


def client(url: str, *tokens: str, **settings: Any) -> Client:
    """Return a client with several tokens."""
    return Client(
        ClientSettings(api_url=url, **settings), TokenCredentials([Secret(each) for each in tokens])
    )


def test_the_token_with_most_left_is_used() -> None:
    """Once each has said what it has left, the richer one works until both are equal."""
    left = {"poor": 100, "rich": 200}

    def tell(asked: Asked) -> Told:
        left[asked.token] -= 1
        return Told(body={}, headers=budget(left[asked.token]))

    with answering(tell) as server:
        asking = client(server.url, "poor", "rich")
        for _ in range(52):
            asking.get("/x", organization="o")
    used = [asked.token for asked in server.asked]
    assert used[:2] == ["poor", "rich"]
    assert used[2:] == ["rich"] * 50


def test_a_spent_token_gives_way_to_another() -> None:
    """Nobody waits while another token has something left."""

    def tell(asked: Asked) -> Told:
        if asked.token == "spent":  # noqa: S105 - a name
            return Told(403, {"message": "API rate limit exceeded"}, budget(0))
        return Told(body={}, headers=budget(4000))

    with answering(tell) as server:
        asking = client(server.url, "spent", "fresh")
        for _ in range(3):
            assert asking.get("/x", organization="o").status == 200
    assert [asked.token for asked in server.asked] == ["spent", "fresh", "fresh", "fresh"]


def test_a_dead_token_is_dropped_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """The others go on; the warning names the token by its place, never by its value."""

    def tell(asked: Asked) -> Told:
        if asked.token == "dead-secret":  # noqa: S105 - a name
            return Told(401, {"message": "Bad credentials"})
        return Told(body={})

    with answering(tell) as server, caplog.at_level(logging.WARNING):
        asking = client(server.url, "dead-secret", "alive")
        for _ in range(2):
            asking.get("/x", organization="o")
    assert [asked.token for asked in server.asked] == ["dead-secret", "alive", "alive"]
    assert "auth_token 1 (Bad credentials)" in caplog.text
    assert "dead-secret" not in caplog.text


def test_what_a_401_says_of_limits_is_not_the_token_s() -> None:
    """It is that of clients without a credential: that nothing of it is left is nobody's concern."""

    def tell(asked: Asked) -> Told:
        if asked.token == "ended":  # noqa: S105 - a name
            return Told(401, {"message": "Bad credentials"}, budget(0))
        return Told(body={}, headers=budget(14_000))

    class Renewed:
        """Hands out another token under the same name, as a renewed App does."""

        def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:
            del organization, ask
            return (Credential("app", Secret("renewed" if server.asked else "ended")),)

        def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
            """Go on."""

    with answering(tell) as server:
        asking = Client(ClientSettings(api_url=server.url), Renewed())
        for _ in range(2):
            asking.get("/x", organization="o")
    spent = asking.usage.spending()["o"]["core"]
    assert (spent["requests"], spent["waits"], spent["remaining"]) == (3, 0, 14_000)


def test_when_the_last_token_is_dead_the_run_ends() -> None:
    """The sentence says what to do."""
    with (
        answering(lambda _: Told(401, {"message": "Bad credentials"})) as server,
        pytest.raises(AuthenticationError, match="make a new token"),
    ):
        client(server.url, "one", "two").get("/x", organization="o")
    assert len(server.asked) == 2


def nobody(*_: Any, **__: Any) -> NoReturn:
    """Fail: what is at hand needs no request."""
    pytest.fail("GitHub was asked")


def test_a_secret_shows_itself_to_nobody() -> None:
    """Printed, formatted, in a container or in a credential: stars."""
    secret = Secret("hidden-value")
    credentials = TokenCredentials([secret])
    shown = f"{secret} {secret!r} {[secret]} {credentials.usable('o', ask=nobody)} {vars(credentials)}"
    assert "hidden-value" not in shown
