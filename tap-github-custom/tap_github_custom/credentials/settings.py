"""The settings that say who the tap is to GitHub: their schema, and what a user has made of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from singer_sdk import typing as th

from tap_github_custom.credentials.by_organization import OrganizationCredentials
from tap_github_custom.credentials.secret import Secret
from tap_github_custom.credentials.secret_manager import SecretManager
from tap_github_custom.credentials.tokens import TokenCredentials
from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_github_custom.credentials.credential import Credentials

OR_REFERENCE = "May be projects/P/secrets/S/versions/V in Google Secret Manager."

_OWN_PROPERTIES = (
    th.Property(
        "auth_token",
        th.StringType,
        secret=True,
        title="Token",
        description="GitHub token; read-only on contents, deployments, metadata, pull requests and members. "
        + OR_REFERENCE,
    ),
    th.Property(
        "auth_tokens",
        th.ArrayType(th.StringType),
        secret=True,
        title="Tokens",
        description="Several tokens that share the work; the one with most left of its limit is used. "
        + OR_REFERENCE,
    ),
    th.Property(
        "app_id",
        th.CustomType({"type": ["string", "integer"]}),
        title="App",
        description="Id (or client id) of a GitHub App; its installation is found for each organisation.",
    ),
    th.Property(
        "private_key",
        th.StringType,
        secret=True,
        title="Private key",
        description=f"Private key of the App (PEM). {OR_REFERENCE}",
    ),
    th.Property(
        "private_key_path",
        th.StringType,
        title="Private key file",
        description="Path of the private key of the App (PEM).",
    ),
)
CREDENTIAL_PROPERTIES = (
    *_OWN_PROPERTIES,
    th.Property(
        "organization_credentials",
        th.ObjectType(additional_properties=th.ObjectType(*_OWN_PROPERTIES)),
        secret=True,
        title="Credentials by organisation",
        description="Organisation -> credential (auth_token, or app_id and private_key, ...), where it "
        "differs from that of all others.",
    ),
    th.Property(
        "secret_manager_endpoint",
        th.StringType,
        title="Secret Manager",
        description="Where Google Secret Manager answers, if not at its usual place.",
    ),
)
_OWN_NAMES = tuple(each.name for each in _OWN_PROPERTIES)


_SECRETS = frozenset({each.name for each in CREDENTIAL_PROPERTIES if each.secret} | {"personal_data_key"})
_PLACE = re.compile(r" in config((?:\['[^']*'\])+)$")
_TYPES = re.compile(r".* is not of type (.+)$", re.DOTALL)


def without_secrets(complaint: str) -> str:
    """Return what a JSON schema validator says of a configuration, less the value where it is a secret.

    The validator begins with the value: `'ghp_...' is not of type 'array' in config['auth_tokens']`.
    """
    place = _PLACE.search(complaint)
    names = re.findall(r"'([^']*)'", place[1]) if place else []
    if not names or names[0] not in _SECRETS:
        return complaint
    types = _TYPES.match(complaint[: place.start()] if place else "")
    expected = f"not of type {types[1]}" if types else "not valid"
    return f"the value of {'.'.join(names)} is {expected}"


def credentials_from(config: Mapping[str, Any]) -> Credentials:
    """Return what a user has configured, secrets read from where they lie; or raise `ConfigurationError`."""
    manager = SecretManager(config.get("secret_manager_endpoint") or None)
    by_organization = {
        name: _Given(entry, f"organization_credentials.{name}.", manager).credentials()
        for name, entry in _entries(config.get("organization_credentials")).items()
    }
    own = _Given(config, "", manager)
    if not by_organization or own.is_any:
        others = own.credentials()
        return OrganizationCredentials(by_organization, others) if by_organization else others
    return OrganizationCredentials(by_organization, None)


class _Given:
    """The credential settings at one place of the configuration; PREFIX names the place."""

    def __init__(self, config: Mapping[str, Any], prefix: str, manager: SecretManager) -> None:
        self._config = {name: config[name] for name in _OWN_NAMES if config.get(name)}
        self._prefix = prefix
        self._manager = manager

    @property
    def is_any(self) -> bool:
        """Tell whether anything is set."""
        return bool(self._config)

    def credentials(self) -> Credentials:
        """Return a token's or an App's credentials."""
        has_token = any(self._config.get(name) for name in ("auth_token", "auth_tokens"))
        has_app = any(self._config.get(name) for name in ("app_id", "private_key", "private_key_path"))
        if has_token and has_app:
            self._fail("There are both a token and an App", "keep one of auth_token and app_id")
        if has_app:
            return self._app()
        if not has_token:
            self._fail("There is no credential for GitHub", "set auth_token, or app_id and private_key_path")
        return TokenCredentials(self._tokens(), setting=f"{self._prefix}auth_token")

    def _tokens(self) -> list[Secret]:
        given = self._config.get("auth_tokens") or []
        if isinstance(given, str):
            given = (
                _json(given, f"{self._prefix}auth_tokens")
                if given.lstrip().startswith("[")
                else given.split(",")
            )
        values = [self._config.get("auth_token"), *given]
        setting = f"{self._prefix}auth_token"
        tokens = [self._manager.secret(str(value).strip(), setting) for value in values if value]
        for token in tokens:
            text = token.reveal()
            if not text.isascii() or not text.isprintable() or " " in text:
                self._fail("A token has a character that no token has", "copy it again", at="auth_token")
        if not tokens:
            self._fail("There is no credential for GitHub", "set auth_token", at="auth_token")
        return list(dict.fromkeys(tokens))

    def _app(self) -> Credentials:
        app_id = str(self._config.get("app_id") or "").strip()
        if not app_id:
            self._fail("The private key is of no App", "set app_id")
        if "private_key" in self._config and "private_key_path" in self._config:
            self._fail("The App has two private keys", "keep one of private_key and private_key_path")
        from tap_github_custom.credentials.app import (  # noqa: PLC0415 - cryptography takes its time to load
            AppCredentials,
            private_key_from,
        )

        if "private_key" in self._config:
            setting = f"{self._prefix}private_key"
            pem = self._manager.secret(str(self._config["private_key"]), setting)
            return AppCredentials(app_id, private_key_from(pem, f"The setting {setting}"))
        path = self._config.get("private_key_path")
        if not path:
            self._fail(f"The App {app_id} has no private key", "set private_key_path or private_key")
        source = f"The file {path} ({self._prefix}private_key_path)"
        return AppCredentials(app_id, private_key_from(_read(str(path), source), source))

    def _fail(self, what: str, way_out: str, at: str = "") -> NoReturn:
        place = (self._prefix + at).rstrip(".")
        message = f"{what}{f' ({place})' if place else ''}: {way_out}."
        raise ConfigurationError(message)


def _entries(given: Any) -> dict[str, Mapping[str, Any]]:  # noqa: ANN401 - as configured
    """Return `organization_credentials`, which an environment variable holds as JSON text."""
    name = "organization_credentials"
    entries = _json(given, name) if isinstance(given, str) and given.strip() else given or {}
    if not isinstance(entries, dict):
        message = f"The setting {name} must be an object: organisation -> credential."
        raise ConfigurationError(message)
    for organization, entry in entries.items():
        if not isinstance(entry, dict):
            message = f"The setting {name}.{organization} must be an object such as auth_token: ..."
            raise ConfigurationError(message)
        unknown = sorted(entry.keys() - set(_OWN_NAMES))
        if unknown:
            message = f"The setting {name}.{organization} has unknown members: {', '.join(unknown)}."
            raise ConfigurationError(message)
    return entries


def _json(text: str, setting: str) -> Any:  # noqa: ANN401 - decoded JSON
    try:
        return json.loads(text)
    except ValueError:
        message = f"The setting {setting} is not valid JSON."
        raise ConfigurationError(message) from None


def _read(path: str, source: str) -> Secret:
    try:
        return Secret(Path(path).expanduser().read_text())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        message = f"{source} cannot be read: {reason}."
        raise ConfigurationError(message) from None
