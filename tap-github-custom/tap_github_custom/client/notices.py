"""What GitHub says by the way: tokens that expire soon, answers that hide an organisation."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.credentials import Credential

EXPIRATION_HEADER = "github-authentication-token-expiration"
SCOPES_HEADER = "x-oauth-scopes"
SSO_HEADER = "x-github-sso"
WARN_BEFORE = timedelta(days=7)

logger = logging.getLogger("tap-github-custom")


class Notices:
    """Warns once for each credential and matter. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin without having seen anything."""
        self._expirations: dict[str, datetime] = {}
        self._said: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def read(self, credential: Credential, headers: Mapping[str, str], now: datetime | None = None) -> None:
        """Take note of the headers of an answer."""
        expires_at = expiration_of(headers)
        if expires_at is not None:
            self._expirations[credential.name] = expires_at
            if expires_at - (now or datetime.now(UTC)) < WARN_BEFORE:
                text = f"{credential.name} expires at {expires_at:%Y-%m-%d %H:%M} UTC: renew it."
                self._warn(credential.name, "expiration", text)
        if headers.get(SSO_HEADER, "").startswith("partial-results"):
            text = (
                f"GitHub leaves organisations with SAML single sign-on out of what {credential.name} sees: "
                "authorise it for them."
            )
            self._warn(credential.name, "sso", text)

    def why_rejected(self, credential: Credential, reason: str, now: datetime | None = None) -> str:
        """Return GitHub's words for a 401, or that the credential has expired, where that is known."""
        expires_at = self._expirations.get(credential.name)
        if expires_at is None or expires_at > (now or datetime.now(UTC)):
            return reason
        return f"it expired at {expires_at:%Y-%m-%d %H:%M} UTC"

    def _warn(self, name: str, matter: str, text: str) -> None:
        with self._lock:
            if (name, matter) in self._said:
                return
            self._said.add((name, matter))
        logger.warning("%s", text)


def scopes_of(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Return the scopes of a classic token; None where it is another credential."""
    scopes = headers.get(SCOPES_HEADER)
    return None if scopes is None else frozenset(scope.strip() for scope in scopes.split(","))


def expiration_of(headers: Mapping[str, str]) -> datetime | None:
    """Return when the token expires, such as `2026-01-31 10:54:55 UTC`; None where GitHub does not say."""
    text = headers.get(EXPIRATION_HEADER, "").removesuffix("UTC").strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
