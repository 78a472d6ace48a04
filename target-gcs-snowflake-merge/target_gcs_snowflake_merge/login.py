"""What the Snowflake connector needs to know in order to log in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.settings import identifier

if TYPE_CHECKING:
    from target_gcs_snowflake_merge.settings import Settings

LOGIN_TIMEOUT_SECONDS = 10
REFERENCE = re.compile(r"projects/[^/\s]+/secrets/[^/\s]+/versions/[^/\s]+")
APPLICATION = "target_gcs_snowflake_merge"

SESSION_PARAMETERS = {
    "TIMEZONE": "UTC",
    "TIMESTAMP_INPUT_FORMAT": "AUTO",  # what TO_TIMESTAMP_NTZ reads our literals by
    "ABORT_DETACHED_QUERY": True,  # a statement whose client died must not commit minutes later
    "ERROR_ON_NONDETERMINISTIC_MERGE": True,
    "ROWS_PER_RESULTSET": 0,  # all: of a ledger cut short the sweep took committed objects for orphans
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,  # the bookmark of a MERGE is beside any BOOKMARK
    # As long as the warehouse lets a statement run (2_warehouse.sql): workers share tables, and the MERGE of
    # a first load on a small warehouse may hold the lock for most of that. The lock of a client that died
    # goes after at most 10 minutes: 5 until its statement is aborted, 5 more until its idle transaction is.
    "LOCK_TIMEOUT": 3600,
}


def connection_options(settings: Settings, run_id: str) -> dict[str, Any]:
    """Return the arguments of `snowflake.connector.connect`."""
    options: dict[str, Any] = {
        "account": settings.account,
        "user": settings.user,
        "authenticator": settings.authenticator,
        "role": settings.role,
        "database": identifier(settings.database),
        "schema": identifier(settings.schema),
        "warehouse": settings.warehouse,
        "host": settings.host,
        "port": settings.port,
        "protocol": settings.protocol,
        "private_key": private_key(settings),
        "application": APPLICATION,
        "session_parameters": {**SESSION_PARAMETERS, "QUERY_TAG": f"{APPLICATION} {run_id}"},
        # No network_timeout: the connector cancels a statement that runs for longer. See `giving_up`.
        "login_timeout": LOGIN_TIMEOUT_SECONDS,
        # Else the connector asks the cloud's metadata address where it runs, and waits for the answer.
        "platform_detection_timeout_seconds": 0,
        "client_session_keep_alive": True,
        "paramstyle": "qmark",  # what is bound is no part of the statement, whose text is limited
        "autocommit": True,
    }
    if options["private_key"] is None:
        options["password"] = settings.password
    return {name: value for name, value in options.items() if value is not None}


def private_key(settings: Settings) -> bytes | None:
    """Return the private key as DER, or raise `SettingsError` with no word of its content."""
    if settings.private_key_path:
        source = f"The private key file {settings.private_key_path} (private_key_path)"
        try:
            pem = Path(settings.private_key_path).expanduser().read_bytes()
        except OSError as error:
            message = f"{source} cannot be read: {error.strerror}."
            raise SettingsError(message) from None
    elif settings.private_key:
        source = "The setting private_key"
        if REFERENCE.fullmatch(settings.private_key.strip()):
            message = (
                f"{source} names a secret of Google Secret Manager instead of holding its value: begin the"
                " command with `.venv/bin/python -m orchestrate.with_secrets`."
            )
            raise SettingsError(message)
        pem = settings.private_key.replace("\\n", "\n").encode()
    else:
        return None
    passphrase = settings.private_key_passphrase.encode() if settings.private_key_passphrase else None
    try:
        key = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        message = f"{source} is no private key in PEM form, or private_key_passphrase does not open it."
        raise SettingsError(message) from None
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
