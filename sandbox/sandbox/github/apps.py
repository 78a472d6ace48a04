"""GitHub Apps: who they are by their signature, where they are installed, which tokens they got."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt

from sandbox.github.answers import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_SIGNATURE_SECONDS = 600
TOKEN_SECONDS = 3600
SIGNATURE_DOTS = 2


@dataclass
class App:
    """One App; it is installed at every organisation that is not left out."""

    id: int
    public_key: str
    token_seconds: int = TOKEN_SECONDS
    not_installed: Sequence[str] = ()
    suspended: Sequence[str] = ()


@dataclass
class InstallationToken:
    """A token that was handed out for one organisation."""

    login: str
    ends_at: float
    is_revoked: bool = False


@dataclass
class Apps:
    """Every App that was registered, and every token that was handed out."""

    by_id: dict[str, App] = field(default_factory=dict)
    tokens: dict[str, InstallationToken] = field(default_factory=dict)

    def register(self, **description: Any) -> None:  # noqa: ANN401 - the fields of App
        """Add an App, or describe it anew."""
        app = App(**description)
        self.by_id[str(app.id)] = app

    def app_of(self, signature: str) -> App:
        """Return the App that signed a JSON web token, or raise 401 as GitHub words it."""
        try:
            claimed = jwt.decode(signature, options={"verify_signature": False})
            app = self.by_id[str(claimed["iss"])]
            claims = jwt.decode(
                signature, app.public_key, algorithms=["RS256"], options={"require": ["exp", "iat"]}
            )
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
            name = (
                "Expiration time' claim ('exp"
                if isinstance(error, jwt.ExpiredSignatureError)
                else ("Issued at' claim ('iat")
            )
            raise ApiError(401, f"'{name}') must be a numeric value representing the moment of it") from error
        except (jwt.InvalidTokenError, KeyError) as error:
            raise ApiError(401, "A JSON web token could not be decoded") from error
        if claims["exp"] - time.time() > LONGEST_SIGNATURE_SECONDS:
            raise ApiError(401, "'Expiration time' claim ('exp') is too far in the future")
        return app

    def issue(self, app: App, login: str) -> tuple[str, float]:
        """Return a new token for an organisation, and the moment (epoch seconds) at which it ends."""
        token = f"ghs_{secrets.token_hex(18)}"
        ends_at = float(int(time.time()) + app.token_seconds)
        self.tokens[token] = InstallationToken(login.lower(), ends_at)
        return token, ends_at

    def organization_of(self, credential: str) -> str | None:
        """Return the organisation (lower case) that a living token is for; None: it is no such token."""
        token = self.tokens.get(credential)
        if token is None or token.is_revoked or time.time() >= token.ends_at:
            return None
        return token.login

    def revoke_all(self) -> None:
        """End every token that was handed out."""
        for token in self.tokens.values():
            token.is_revoked = True


def is_signature(credential: str) -> bool:
    """Tell whether a credential looks like a JSON web token."""
    return credential.count(".") == SIGNATURE_DOTS


def is_for_apps(path: str) -> bool:
    """Tell whether a path answers to an App's signature, not to a token."""
    return path == "/app" or path.startswith("/app/") or path.endswith("/installation")
