"""What GitHub says by the way reaches the user, once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.client.notices import EXPIRATION_HEADER, Notices, expiration_of
from tap_github_custom.credentials import Credential, Secret, TokenCredentials
from tap_github_custom.errors import AuthenticationError

from tests.tap.answering import Asked, Told, answering

TOKEN = Credential("auth_token", Secret("t"))
NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31 10:54:55 UTC", datetime(2026, 1, 31, 10, 54, 55, tzinfo=UTC)),
        ("2026-01-31 10:54:55 +0200", datetime(2026, 1, 31, 8, 54, 55, tzinfo=UTC)),
        ("2026-01-31 10:54:55 -0800", datetime(2026, 1, 31, 18, 54, 55, tzinfo=UTC)),
        ("never", None),
        ("", None),
    ],
)
def test_expirations_are_read(text: str, moment: datetime | None) -> None:
    """In UTC, or with an offset; what is no moment says nothing."""
    assert expiration_of({EXPIRATION_HEADER: text}) == moment


@pytest.mark.parametrize(("day", "warnings"), [("18", 0), ("16", 1), ("09", 1)])
def test_a_token_that_ends_soon_is_told_once(
    day: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A week before."""
    notices = Notices()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            notices.read(TOKEN, {EXPIRATION_HEADER: f"2026-01-{day} 00:00:00 UTC"}, NOW)
    assert caplog.text.count("renew it") == warnings


def test_what_single_sign_on_hides_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """A list that lacks organisations looks complete otherwise."""
    notices = Notices()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            notices.read(TOKEN, {"x-github-sso": "partial-results; organizations=21955855"}, NOW)
    assert caplog.text.count("single sign-on") == 1


def test_an_expired_token_has_its_own_sentence() -> None:
    """GitHub says "Bad credentials" to it as to a wrong one; that it has expired is known from before."""

    def tell(_: Asked) -> Told:
        if len(server.asked) == 1:
            return Told(body={}, headers={EXPIRATION_HEADER: "2026-01-02 03:04:05 UTC"})
        return Told(401, {"message": "Bad credentials"})

    with answering(tell) as server:
        asking = Client(ClientSettings(api_url=server.url), TokenCredentials([TOKEN.token]))
        asking.get("/x", organization="o")
        with pytest.raises(AuthenticationError, match=r"\(it expired at 2026-01-02 03:04 UTC\)"):
            asking.get("/x", organization="o")
