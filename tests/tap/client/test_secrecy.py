"""A credential is in no log line and no error, whatever happens to the request."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import GitHubError

from tests.tap.answering import Told, answering

TOKEN = "ghp_verySecretTokenOfTheTest"  # noqa: S105 - opens nothing

ANSWERS = {
    "refused": Told(401, {"message": "Bad credentials"}),
    "forbidden": Told(403, {"message": "Resource not accessible by personal access token"}),
    "missing": Told(404, {"message": "Not Found"}),
    "unwell": Told(503),
    "not JSON": Told(200, b"<html>"),
    "limited": Told(429),
    "moved away": Told(301, {}, {"location": f"https://elsewhere.example/?t={TOKEN}"}),
    "linked away": Told(200, [], {"link": f'<https://{TOKEN}@elsewhere.example/>; rel="next"'}),
    "expiring": Told(200, [], {"github-authentication-token-expiration": "2020-01-01 00:00:00 UTC"}),
}


@pytest.mark.parametrize("told", ANSWERS.values(), ids=ANSWERS)
def test_no_text_shows_the_token(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    """At the lowest level of every logger, with the whole stack trace."""
    texts: list[Any] = []
    with answering(lambda _: told) as server, caplog.at_level(logging.DEBUG):
        settings = ClientSettings(api_url=server.url, retry_seconds=0.1, secondary_wait_seconds=0)
        client = Client(settings, TokenCredentials([Secret(TOKEN)]))
        try:
            list(client.pages("/x", organization="o"))
        except GitHubError as error:
            texts = [str(error), repr(error), "".join(traceback.format_exception(error))]
        assert server.asked[0].token == TOKEN
    for text in (caplog.text, repr(client.usage.spending()), *texts):
        assert TOKEN not in text
