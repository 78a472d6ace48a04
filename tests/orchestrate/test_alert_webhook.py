"""A webhook gets the text, or the alert says why not, without the URL's secret."""

from __future__ import annotations

import json

import pytest

from orchestrate.alert.webhook import WebhookError, post
from tests.tap.answering import Told as Answer
from tests.tap.answering import answering

from .test_alert import SECRET


def test_the_webhook_is_tried_again_and_its_url_kept() -> None:
    """After answers of 5xx and 429, whose Retry-After counts; mentions in names are text."""
    answers = iter([Answer(503), Answer(429, headers={"retry-after": "7"}), Answer(200)])
    waits: list[float] = []
    with answering(lambda _: next(answers)) as hook:
        post(hook.url + SECRET, "<!channel> & co", waits.append)
    assert waits == [1.0, 7.0]
    assert [json.loads(asked.body) for asked in hook.asked] == [{"text": "&lt;!channel&gt; &amp; co"}] * 3
    assert {asked.path for asked in hook.asked} == {SECRET}


@pytest.mark.parametrize(("status", "asked"), [(404, 1), (302, 1), (500, 4)])
def test_a_webhook_that_does_not_take_it(status: int, asked: int) -> None:
    """It is no use to ask again where the URL is wrong; nothing is sent where a redirect leads."""
    elsewhere = {"location": "http://127.0.0.1:9"}
    with (
        answering(lambda _: Answer(status, headers=elsewhere)) as hook,
        pytest.raises(WebhookError, match=str(status)) as failed,
    ):
        post(hook.url + SECRET, "text", lambda _: None)
    assert len(hook.asked) == asked
    assert SECRET not in str(failed.value)


def test_a_webhook_that_is_not_there() -> None:
    """The reason holds no URL."""
    with pytest.raises(WebhookError) as failed:
        post(f"http://127.0.0.1:9{SECRET}", "text", lambda _: None)
    assert "does not answer" in str(failed.value)
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "hooks.slack.com",
            "ftp://hooks.slack.com",
            "https://",
            "https:///x",
            "https://hooks.slack.com:https",
        ),
        *("https://[hooks.slack.com", "https://hooks..slack.com", f"https://{'long' * 16}.slack.com"),
        "https://hooks\ud800:x@slack.com",
    ],
)
def test_a_webhook_that_is_no_url(url: str) -> None:
    """It is refused before anything is sent, by the name of the setting."""
    waits: list[float] = []
    with pytest.raises(WebhookError) as failed:
        post(url + SECRET, "text", waits.append)
    assert str(failed.value) == "ALERT_WEBHOOK_URL is no URL that begins with https:// and names a host."
    assert not waits
