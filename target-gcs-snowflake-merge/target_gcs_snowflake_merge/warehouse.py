"""The warehouse: sessions with Snowflake, whose errors are translated here."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import snowflake.connector
from snowflake.connector import errors as driver

from target_gcs_snowflake_merge.errors import (
    FatalLoadError,
    LoaderError,
    MissingObjectError,
    MissingPrivilegeError,
    RetryableLoadError,
    SessionLostError,
    SettingsError,
)
from target_gcs_snowflake_merge.giving_up import retry_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from snowflake.connector import SnowflakeConnection

MISSING_OBJECT = frozenset({2003, 2043})
MISSING_PRIVILEGE = frozenset({3001, 3003, 3540})
NO_WAREHOUSE = 606
LOCKED = frozenset({625})
SESSION_GONE = frozenset({250002, 390104, 390111, 390112, 390113, 390114, 390115, 390195})
REFUSED_LOGIN = re.compile(
    r"incorrect username or password|jwt|authenticat|not allowed|locked|role '", re.IGNORECASE
)
LOCK_WORDS = re.compile(r"\block|conflict|too many|concurren", re.IGNORECASE)
TRANSIENT = (
    driver.OperationalError,
    driver.InterfaceError,
    driver.InternalServerError,
    driver.ServiceUnavailableError,
    driver.GatewayTimeoutError,
    driver.RequestTimeoutError,
    driver.BadGatewayError,
    driver.TooManyRequests,
    driver.OtherHTTPRetryableError,
    driver.RequestExceedMaxRetryError,
)
NOBODY_THERE = (socket.gaierror, ConnectionRefusedError)
# Of places that differ by the version of the connector, and by what else is installed.
NOBODY_THERE_BY_NAME = frozenset({"JSONDecodeError", "NonRetryableTlsError"})
QUOTED = re.compile(r"(?<!\w)'[^']*'|\"[^\"]*\"")  # names and values: a column may be called LOCKED
CUT_CHARACTERS = 300


@dataclass(frozen=True)
class Answer:
    """What a statement came back with."""

    statement_id: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows by the names of their columns, in lower case."""
        names = [name.lower() for name in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


class Session:
    """One session; it connects when it is first used, and again after its connection was lost."""

    def __init__(self, options: dict[str, Any], is_proven: threading.Event) -> None:
        """Remember how to connect; IS_PROVEN is set once some session could."""
        self._options = options
        self._is_proven = is_proven
        self._connection: SnowflakeConnection | None = None

    def execute(self, statement: str, bound: Sequence[str] = ()) -> Answer:
        """Run a statement, or raise a `LoaderError` that says what to do next; BOUND stands for its `?`."""
        connection = self._connection or self._connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, bound or None)
                columns = tuple(column.name for column in cursor.description or ())
                rows: list[tuple[Any, ...]] = list(map(tuple, cursor.fetchall()))
                return Answer(str(cursor.sfqid), columns, rows)
        except (driver.Error, requests.RequestException, OSError, KeyError) as error:
            translated = translate(error)
            if isinstance(translated, SessionLostError):
                self.close()
            raise translated from error

    def close(self) -> None:
        """End the session; what it has not committed is rolled back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it may be gone already, which is what we want
                connection.close(retry=False)

    def _connect(self) -> SnowflakeConnection:
        try:
            self._connection = snowflake.connector.connect(**self._options)
        except (driver.Error, requests.RequestException, OSError, KeyError, ValueError) as error:
            translated = translate_login(error, self._options)
            if self._is_proven.is_set() and not is_refused(error):
                raise RetryableLoadError(str(translated)) from error
            raise translated from error
        self._is_proven.set()
        return self._connection


class Warehouse:
    """Gives each thread a session of its own: the connector's are not to be shared."""

    def __init__(self, options: dict[str, Any], stopping: threading.Event | None = None) -> None:
        """Remember how to connect; nothing connects yet. Once STOPPING is set no request is sent again."""
        silence_driver()
        self._options = {**options, **retry_options(stopping or threading.Event())}
        self._is_proven = threading.Event()
        self._of_thread = threading.local()
        self._sessions: list[Session] = []
        self._lock = threading.Lock()

    @property
    def session(self) -> Session:
        """Return the session of the thread that asks."""
        session: Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = Session(self._options, self._is_proven)
            self._of_thread.session = session
            with self._lock:
                self._sessions.append(session)
        return session

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            for session in self._sessions:
                session.close()


def silence_driver() -> None:
    """Keep the connector's own words off standard error: every error of it is translated."""
    for name in ("snowflake.connector", "botocore", "boto3", "urllib3", "google"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def translate_login(error: Exception, options: dict[str, Any]) -> LoaderError:
    """Return what a failed login means for the user."""
    host = options.get("host") or f"{options['account']}.snowflakecomputing.com"
    place = f"{host}:{options['port']}" if "port" in options else host
    if is_refused(error):
        return SettingsError(
            f"Snowflake at {place} refused the login of user {options['user']!r}: check user, password,"
            f" private key, authenticator, role and account. It said: {_last_sentence(_text(error))}"
        )
    sentence = (
        f"Snowflake cannot be reached at {place}: check account, host, port and protocol, and the network."
    )
    return RetryableLoadError(sentence) if may_pass(error) else SettingsError(sentence)


def may_pass(error: BaseException) -> bool:
    """Tell whether somebody is there who takes no login now: no answer, 429, 5xx. A wrong host is nobody.

    Nor is one that answers with a page. Of a 400 or 405 the connector does not say that it was none of 5xx.
    """
    if not isinstance(error, (*TRANSIENT, requests.RequestException)):
        return False
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, NOBODY_THERE) or type(cause).__name__ in NOBODY_THERE_BY_NAME:
            return False
        cause = cause.__cause__ or cause.__context__
    return True


def is_refused(error: Exception) -> bool:
    """Tell whether Snowflake answered a login, and said no."""
    return isinstance(error, driver.ForbiddenError) or REFUSED_LOGIN.search(_text(error)) is not None


def translate(error: Exception) -> LoaderError:
    """Return what an error of a statement means for the caller."""
    number = getattr(error, "errno", None) or 0
    if number in SESSION_GONE or isinstance(error, TRANSIENT) or not isinstance(error, driver.Error):
        return SessionLostError(f"The connection to Snowflake was lost ({number or type(error).__name__}).")
    text = _text(error)
    if number in MISSING_OBJECT:
        return MissingObjectError(f"Snowflake does not find an object, or the role may not see it: {text}")
    if number in MISSING_PRIVILEGE:
        return MissingPrivilegeError(f"The role lacks a privilege: {text}")
    if number == NO_WAREHOUSE:
        return SettingsError("No warehouse is in use: set warehouse to one that the role may use.")
    if number in LOCKED or LOCK_WORDS.search(QUOTED.sub("", text)):
        return RetryableLoadError(f"Snowflake is busy ({number:06d}): {text}")
    return FatalLoadError(f"Snowflake refused a statement ({number:06d}): {text}")


def _text(error: Exception) -> str:
    text = " ".join(str(getattr(error, "raw_msg", None) or error).split())
    return text if len(text) <= CUT_CHARACTERS else f"{text[:CUT_CHARACTERS]}..."


def _last_sentence(text: str) -> str:
    return text.rsplit(": ", 1)[-1]
