"""Secrets that lie in Google Cloud's Secret Manager: a setting may name one instead of holding it."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from tap_github_custom.credentials.secret import Secret
from tap_github_custom.errors import ConfigurationError

REFERENCE = re.compile(r"projects/[^/\s]+/secrets/[^/\s]+/versions/[^/\s]+")
LOOKS_LIKE_REFERENCE = re.compile(r"projects/\S*secrets/")
ADDRESS = re.compile(r"^[A-Z]+ https?://\S+ ")  # Google's messages begin with the request
TIMEOUT_SECONDS = 30.0


class SecretManager:
    """Resolves references of the form `projects/P/secrets/S/versions/V`; all else is a value itself."""

    def __init__(self, endpoint: str | None = None) -> None:
        """Talk to Google, or to another ENDPOINT: a host, or a URL whose protocol may be http."""
        self._endpoint = endpoint
        self._client: Any = None

    def secret(self, value: str, setting: str) -> Secret:
        """Return the secret that a setting holds or names, or raise `ConfigurationError`."""
        text = value.strip()
        if not LOOKS_LIKE_REFERENCE.match(text):
            return Secret(value)
        if not REFERENCE.fullmatch(text):
            message = (
                f"The setting {setting} names a secret in another form than "
                "projects/PROJECT/secrets/SECRET/versions/VERSION."
            )
            raise ConfigurationError(message)
        return Secret(self._access(text, setting).strip())

    def _access(self, reference: str, setting: str) -> str:
        # Google's modules take half a second to import: only those pay for it who have a secret there.
        core = import_module("google.api_core.exceptions")
        auth = import_module("google.auth.exceptions")
        try:
            self._client = self._client or _client(self._endpoint)
            response = self._client.access_secret_version(name=reference, timeout=TIMEOUT_SECONDS)
            return str(response.payload.data.decode())
        except OSError:
            reason = "Secret Manager does not answer; check secret_manager_endpoint and the network"
        except UnicodeDecodeError:
            reason = "it is not text"
        except (core.GoogleAPIError, auth.GoogleAuthError) as error:
            words = getattr(error, "message", None) or str(error)
            reason = ADDRESS.sub("", " ".join(words.split())).rstrip(".") or type(error).__name__
        message = f"The secret {reference} (setting {setting}) cannot be read: {reason}."
        raise ConfigurationError(message)


def _client(endpoint: str | None) -> Any:  # noqa: ANN401 - Google's modules are not typed as a whole
    manager = import_module("google.cloud.secretmanager_v1")
    transports = import_module(
        "google.cloud.secretmanager_v1.services.secret_manager_service.transports",
    )
    scheme, _, host = (endpoint or "").strip().rstrip("/").rpartition("://")
    options: dict[str, Any] = {"host": host} if host else {}
    if scheme == "http":
        # Without encryption nobody's credential may travel: such an endpoint is a stand-in.
        anonymous = import_module("google.auth.credentials").AnonymousCredentials()
        options |= {"url_scheme": "http", "credentials": anonymous}
    return manager.SecretManagerServiceClient(
        transport=transports.SecretManagerServiceRestTransport(**options),
    )
