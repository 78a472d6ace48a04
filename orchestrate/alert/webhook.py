"""Posts a text to a webhook that understands Slack's JSON; its URL is a secret."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

TIMEOUT_SECONDS = 10
WAITS_SECONDS = (1.0, 5.0, 20.0)
MOST_WAIT_SECONDS = 60.0
MOST_CHARACTERS = 3_000
TOO_MANY_REQUESTS, SERVER_ERROR, REDIRECT = 429, 500, 300


class WebhookError(Exception):
    """The alert could not be delivered; its text says why, without the URL."""


def post(url: str, text: str, sleep: Callable[[float], None] = time.sleep) -> None:
    """Deliver a text, trying again for half a minute; raise `WebhookError` where that fails."""
    if not _is_url(url):
        message = "ALERT_WEBHOOK_URL is no URL that begins with https:// and names a host."
        raise WebhookError(message)
    body = {"text": escaped(text)[:MOST_CHARACTERS]}
    reason = ""
    for wait_seconds in (*WAITS_SECONDS, None):
        try:
            answer = requests.post(url, json=body, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        except (requests.RequestException, ValueError) as error:  # the latter: a proxy that is no URL
            reason = f"it does not answer ({type(error).__name__})"  # its text holds the URL
            retry_after = 0.0
        else:
            if answer.status_code < REDIRECT:
                return
            reason = f"it answered {answer.status_code}"
            if answer.status_code != TOO_MANY_REQUESTS and answer.status_code < SERVER_ERROR:
                break
            retry_after = _seconds(answer.headers.get("Retry-After", ""))
        if wait_seconds is not None:
            sleep(min(max(wait_seconds, retry_after), MOST_WAIT_SECONDS))
    message = f"The webhook did not take the alert: {reason}."
    raise WebhookError(message)


def _is_url(url: str) -> bool:
    """Tell whether a text is a URL that can be asked; requests lets hosts pass that urllib3 refuses."""
    try:
        requests.Request("POST", url).prepare()
        parts = urlsplit(url.strip())
        (parts.hostname or "").encode("idna")  # an empty label, or one too long
    except ValueError:  # of urlsplit, of idna; those of requests about URLs are some, too
        return False
    return parts.scheme in {"https", "http"}


def escaped(text: str) -> str:
    """Return a text in which nothing is a mention or a link: repositories may be called anything."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0
