"""Gap: who may log in, tokens that are renewed and expire; and what connector 5 wants to be told at login.

Any user may come with any password or key, but for the user `sandbox`, who needs the right password, so
that a wrong one can be tried, and for users who were given a public key (`user_keys`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fakesnow.expr import normalise_ident

from sandbox.environment import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.snowflake.session import Session
    from sandbox.snowflake.user_keys import UserKeys

USER = "SANDBOX"
VALIDITY_SECONDS = 36_000
SERVER_VERSION = "9.0.0"
BAD_PASSWORD = "390100"  # noqa: S105 - an error number
BAD_KEY = "390144"
SESSION_EXPIRED = "390112"
LOGIN_EXPIRED = "390114"
NO_SESSION = "390104"
MESSAGES = {
    BAD_PASSWORD: "Incorrect username or password was specified.",
    BAD_KEY: "JWT token is invalid.",
    SESSION_EXPIRED: "Your session has expired. Please login again.",
    LOGIN_EXPIRED: "Authentication token has expired. The user must authenticate again.",
    NO_SESSION: "User must login again to access the service.",
}


class AccessError(Exception):
    """A request that nobody is allowed to make; its text is the number of Snowflake's error."""


def application_of(data: dict[str, Any]) -> str:
    """Return how a client calls itself at login; empty where it does not."""
    return str((data.get("CLIENT_ENVIRONMENT") or {}).get("APPLICATION") or "")


@dataclass
class Login:
    """A session with its tokens; the one for statements can expire and be renewed by the other."""

    session: Session
    user: str
    application: str
    master: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    has_expired: bool = False


class Logins:
    """Everybody who is logged in."""

    def __init__(self, connect: Callable[..., Session], user_keys: UserKeys) -> None:
        """Open sessions by CONNECT, for who has a key by USER_KEYS."""
        self._connect = connect
        self._user_keys = user_keys
        self._logins: list[Login] = []
        self._gone: set[str] = set()

    def open(self, data: dict[str, Any], query: dict[str, str]) -> dict[str, Any]:
        """Log a client in; return what it is told."""
        user = str(data.get("LOGIN_NAME", ""))
        has_key = bool(data.get("TOKEN"))
        if user.upper() == USER and not has_key and data.get("PASSWORD") != PASSWORD:
            raise AccessError(BAD_PASSWORD)
        if has_key and not self._user_keys.let_in(user, str(data["TOKEN"])):
            raise AccessError(BAD_KEY)
        names = {name: query.get(f"{name}Name") for name in ("database", "schema", "warehouse")}
        names["role"] = query.get("roleName")
        parameters = data.get("SESSION_PARAMETERS") or {}
        autocommit = str(parameters.get("AUTOCOMMIT", True)).lower() != "false"
        session = self._connect(
            *(names[name] and normalise_ident(names[name] or "") for name in ("database", "schema")),
            autocommit=autocommit,
        )
        session.week_start.day = int(parameters.get("WEEK_START", session.week_start.day))
        login = Login(session, user, application_of(data))
        self._logins.append(login)
        return _welcome(login, names, autocommit=autocommit)

    def of(self, token: str) -> Login:
        """Return who shows this token."""
        for login in self._logins:
            if login.token == token:
                if login.has_expired:
                    raise AccessError(SESSION_EXPIRED)
                return login
        raise AccessError(LOGIN_EXPIRED if token in self._gone else NO_SESSION)

    def renew(self, master: str) -> dict[str, Any]:
        """Give who shows a master token a new token for statements."""
        for login in self._logins:
            if login.master == master:
                login.token = secrets.token_urlsafe(24)
                login.has_expired = False
                return {
                    "sessionToken": login.token,
                    "masterToken": login.master,
                    "validityInSecondsST": VALIDITY_SECONDS,
                    "validityInSecondsMT": VALIDITY_SECONDS,
                }
        raise AccessError(LOGIN_EXPIRED)

    def close(self, login: Login) -> None:
        """Log a client out."""
        self._logins.remove(login)
        self._gone.update((login.token, login.master))
        login.session.end()

    def expire(self, *, can_be_renewed: bool) -> None:
        """Let every session expire, as after hours of idleness."""
        for login in list(self._logins):
            if can_be_renewed:
                login.has_expired = True
            else:
                self.close(login)


def _welcome(login: Login, names: dict[str, str | None], *, autocommit: bool) -> dict[str, Any]:
    return {
        "token": login.token,
        "masterToken": login.master,
        "validityInSeconds": VALIDITY_SECONDS,
        "masterValidityInSeconds": VALIDITY_SECONDS,
        "displayUserName": login.user,
        "serverVersion": SERVER_VERSION,
        "sessionId": id(login),
        "parameters": [
            {"name": "AUTOCOMMIT", "value": autocommit},
            {"name": "TIMEZONE", "value": "Etc/UTC"},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
        ],
        "sessionInfo": {
            "databaseName": login.session.database if login.session.database_set else None,
            "schemaName": login.session.schema if login.session.schema_set else None,
            "warehouseName": names["warehouse"] or "SANDBOX",
            "roleName": names["role"] or "SANDBOX",
        },
    }
