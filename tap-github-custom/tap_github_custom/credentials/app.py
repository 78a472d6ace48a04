"""A GitHub App: signs for itself, and gets a token for each organisation that it is installed at."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tap_github_custom.credentials.credential import Credential
from tap_github_custom.credentials.secret import Secret
from tap_github_custom.errors import UNAUTHORIZED, AuthenticationError, ConfigurationError, RepositoryError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.credentials.credential import Ask

CLOCK_SKEW_SECONDS = 60
SIGNATURE_SECONDS = 480  # GitHub takes at most 600, by its own clock
RENEWAL_SECONDS = 300.0  # how long before its end a token is renewed; short-lived ones later
# GitHub replicates new tokens lazily, and advises to try again after 3, 10 and 30 seconds.
SETTLING_SECONDS = 60.0
FAILING_SECONDS = 300.0  # after all retries have failed, for so long nothing is tried again
MAX_REJECTIONS = 3
PAGE_SIZE = 100
NOT_FOUND, UNPROCESSABLE = 404, 422

logger = logging.getLogger("tap-github-custom")


@dataclass(frozen=True)
class _InstallationToken:
    credential: Credential
    renew_at: float  # epoch seconds
    ends_at: float


class AppCredentials:
    """The installation tokens of one App, renewed before they end."""

    def __init__(self, app_id: str, private_key: RSAPrivateKey) -> None:
        """Ask for nothing yet."""
        self._app_id = app_id
        self._private_key = private_key
        self._tokens: dict[str, _InstallationToken] = {}
        self._installations: dict[str, int] = {}
        self._failures: dict[str, tuple[float, RepositoryError]] = {}
        """With the monotonic time up to which whoever asked meets the same."""
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:
        """Return the organisation's token, a new one where it ends soon and GitHub gives one.

        Raises `RepositoryError` where GitHub fails, or refuses, to give one: other organisations are read all
        the same. `AuthenticationError`: GitHub does not accept the App at all.
        """
        key = organization.casefold()
        with self._lock:
            renewing = self._locks[key]
        with renewing:  # one thread renews, the others wait for what it gets
            token = self._tokens.get(key)
            if token is None or time.time() >= token.renew_at:
                try:
                    self._check_failure(key)
                    token = self._tokens[key] = self._new_token(organization, ask)
                except RepositoryError as error:
                    if token is None or time.time() >= token.ends_at:
                        raise
                    logger.debug("The token of %s is used to its end: %s", token.credential.name, error)
            return (token.credential,)

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
        """Forget a token, so that the next request gets a new one.

        Raises `RepositoryError` where that does not help.
        """
        key = organization.casefold()
        with self._lock:
            token = self._tokens.get(key)
            if token is not None and token.credential == credential:
                del self._tokens[key]
        if times >= MAX_REJECTIONS:
            message = f"GitHub does not accept the tokens that it gives to {credential.name} ({reason})"
            raise self._noted(key, inf, RepositoryError(UNAUTHORIZED, message))
        logger.info(
            "The token of %s is no longer accepted (%s); asking for a new one.", credential.name, reason
        )

    def _check_failure(self, key: str) -> None:
        """Raise what was met a moment ago: else each repository would wait for all retries of its own."""
        until, error = self._failures.get(key, (0.0, None))
        if error and time.monotonic() < until:
            raise RepositoryError(error.status, error.reason, error.url)

    def _new_token(self, organization: str, ask: Ask) -> _InstallationToken:
        key = organization.casefold()
        try:
            if key not in self._installations:
                self._installations[key] = self._installation_id(organization, ask)
            path = f"/app/installations/{self._installations[key]}/access_tokens"
            body = ask("POST", path, self._signature)
        except AuthenticationError as error:
            message = (
                f"GitHub does not accept the App {self._app_id} ({error}): check app_id, its private key and "
                "this machine's clock."
            )
            raise AuthenticationError(message) from None
        except RepositoryError as error:
            raise self._no_token(organization, error) from error
        return self._token_of(body, organization)

    def _no_token(self, organization: str, error: RepositoryError) -> RepositoryError:
        """Return what it means that GitHub gives no token; what it has decided holds for the whole run."""
        message = f"The App {self._app_id} gets no token for {organization}: {error.reason}"
        is_decided = error.is_decided or error.status == UNPROCESSABLE
        failure = RepositoryError(UNAUTHORIZED if is_decided else error.status, message, error.url)
        until = inf if is_decided else time.monotonic() + FAILING_SECONDS
        return self._noted(organization.casefold(), until, failure)

    def _noted(self, key: str, until: float, failure: RepositoryError) -> RepositoryError:
        self._failures[key] = until, failure
        return failure

    def _token_of(self, body: Any, organization: str) -> _InstallationToken:  # noqa: ANN401 - decoded JSON
        try:
            token = Secret(str(body["token"]))
            ends_at = datetime.fromisoformat(body["expires_at"]).timestamp()
        except (KeyError, TypeError, ValueError):
            message = f"GitHub answered no token for the App {self._app_id} at {organization}"
            raise RepositoryError(0, message) from None
        lifetime_seconds = max(ends_at - time.time(), 0.0)
        renew_at = ends_at - min(RENEWAL_SECONDS, lifetime_seconds / 10)
        name = f"the App {self._app_id} at {organization}"
        credential = Credential(name, token, time.monotonic() + SETTLING_SECONDS)
        return _InstallationToken(credential, renew_at, ends_at)

    def _installation_id(self, organization: str, ask: Ask) -> int:
        """Return the installation at an organisation, or at a user's account."""
        try:
            return _checked(ask("GET", f"/orgs/{organization}/installation", self._signature), organization)
        except RepositoryError as error:
            if error.status != NOT_FOUND:
                raise
        elsewhere = self._installed_at(ask)
        for installation in elsewhere:
            if _login(installation).casefold() == organization.casefold():
                return _checked(installation, organization)
        places = ", ".join(sorted(filter(None, map(_login, elsewhere)))) or "nowhere"
        message = (
            f"it is not installed there (but at: {places}); install it, or give the organisation another "
            "credential in organization_credentials"
        )
        raise RepositoryError(NOT_FOUND, message)

    def _installed_at(self, ask: Ask) -> list[Any]:
        found: list[Any] = []
        page: Any = None
        while page is None or len(page) == PAGE_SIZE:
            number = len(found) // PAGE_SIZE + 1
            path = f"/app/installations?per_page={PAGE_SIZE}&page={number}"
            page = ask("GET", path, self._signature)
            found += page if isinstance(page, list) else []
        return found

    def _signature(self) -> Credential:
        """Return a token by which the App speaks for itself; it begins a little earlier, for slow clocks."""
        now = int(time.time())
        claims = {
            "iat": now - CLOCK_SKEW_SECONDS,
            "exp": now + SIGNATURE_SECONDS,
            "iss": self._app_id,
        }
        token = jwt.encode(claims, self._private_key, algorithm="RS256")
        return Credential(f"the App {self._app_id}", Secret(token))


def private_key_from(pem: Secret, source: str) -> RSAPrivateKey:
    """Return the key of a PEM text, or raise `ConfigurationError` with no word of its content."""
    text = pem.reveal().replace("\\n", "\n").strip()
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey):
        message = f"{source} is no unencrypted RSA private key in PEM form, as GitHub makes it for an App."
        raise ConfigurationError(message)
    return key


def _login(installation: Any) -> str:  # noqa: ANN401 - decoded JSON
    account = installation.get("account") if isinstance(installation, dict) else None
    return str(account.get("login") or "") if isinstance(account, dict) else ""


def _checked(installation: Any, organization: str) -> int:  # noqa: ANN401 - decoded JSON
    number = installation.get("id") if isinstance(installation, dict) else None
    if not isinstance(number, int):
        raise RepositoryError(0, f"GitHub answered no installation at {organization}")
    if installation.get("suspended_at"):
        raise RepositoryError(NOT_FOUND, f"its installation at {organization} is suspended; resume it")
    return number
