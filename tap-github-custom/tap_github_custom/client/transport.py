"""One HTTP exchange: sends a request once, and translates what `requests` raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import msgspec
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import NewConnectionError

from tap_github_custom.client.answer import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.client.settings import ClientSettings
    from tap_github_custom.credentials import Secret

CONNECT_SECONDS = 10.0
HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
}


@dataclass(frozen=True)
class Request:
    """What is asked, of whichever credential it will be asked with."""

    method: str
    url: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None


class LostError(Exception):
    """No answer came, or only a part of one."""

    def __init__(self, reason: str, *, is_unreachable: bool = False, is_timeout: bool = False) -> None:
        """Say why, in a few words; `is_unreachable`: there was not even a connection."""
        super().__init__(reason)
        self.reason = reason
        self.is_unreachable = is_unreachable
        self.is_timeout = is_timeout


class _Bearer(AuthBase):
    """Sets the header itself: else `requests` would take a login from ~/.netrc instead."""

    def __init__(self, token: Secret | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class Transport:
    """A pool of connections that any thread may use; proxies and CAs come from the environment."""

    def __init__(self, settings: ClientSettings) -> None:
        """Open nothing yet."""
        self._timeout = (min(CONNECT_SECONDS, settings.timeout_seconds), settings.timeout_seconds)
        self._session = requests.Session()
        self._session.headers.update({**HEADERS, "User-Agent": settings.user_agent})
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=settings.concurrency)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def send(self, request: Request, token: Secret | None) -> Reply:
        """Return the answer, whatever its status, or raise `LostError`; redirects are not followed.

        Without a token the client is anonymous.
        """
        body = None if request.json is None else msgspec.json.encode(request.json)
        try:
            response = self._session.request(
                request.method,
                request.url,
                params=dict(request.params),
                data=body,
                headers={"Content-Type": "application/json"} if body else None,
                auth=_Bearer(token),
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _translated(error) from None  # its text and its request may show more than they should
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, headers, response.content, response.url)

    def close(self) -> None:
        """Close every connection."""
        self._session.close()


_NO_PROXY = "the proxy (HTTPS_PROXY, HTTP_PROXY) cannot be reached or refuses"
_NOT_TRUSTED = "its certificate is not trusted (a custom authority goes into REQUESTS_CA_BUNDLE)"
_SYSTEM_ERROR = re.compile(r"\[Errno -?\d+\] ([^()]+)")
_SSL_REASON = re.compile(r"\[SSL: (\w+)\]|(EOF) occurred")


def _translated(error: requests.RequestException) -> LostError:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    text = _without_connection(error, reason)
    if text:
        return LostError(text, is_unreachable=True)
    if isinstance(error, requests.Timeout):
        return LostError("nothing came within the time-out", is_timeout=True)
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return LostError("the connection broke")
    return LostError(f"the answer cannot be read ({type(error).__name__})")


def _without_connection(error: requests.RequestException, reason: object) -> str:
    """Return why there is no connection; an empty text where there was one."""
    if isinstance(error, requests.exceptions.ProxyError):
        return _NO_PROXY
    if isinstance(error, requests.exceptions.SSLError):
        known = _SSL_REASON.search(str(error))
        words = next(filter(None, known.groups()), "") if known else ""
        return _NOT_TRUSTED if "CERTIFICATE" in words else f"no secure connection ({words or 'SSL error'})"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection within the time-out"
    return _cause(reason) if isinstance(reason, NewConnectionError) else ""


def _cause(error: NewConnectionError) -> str:
    """Return the system's own words, such as `Connection refused`."""
    known = _SYSTEM_ERROR.search(str(error))
    return known[1].strip() if known else "no connection"
