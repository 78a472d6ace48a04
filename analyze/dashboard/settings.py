"""Where the warehouse is: the variables of dbt (transform/profiles/profiles.yml), but for the role."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization

from dashboard.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
SAME_NAME = ("account", "user", "password", "authenticator", "warehouse", "host", "protocol")
# The role that reads; where none is named that of dbt, since the loader's may not read what dbt makes.
ROLES = ("SNOWFLAKE_DASHBOARD_ROLE", "SNOWFLAKE_TRANSFORM_ROLE", "SNOWFLAKE_ROLE")
QUERY_SECONDS = 60


def connection_options(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of the Snowflake connector; what is empty counts as not set.

    Raises:
        SettingsError: Account, user or secret are missing, or the private key cannot be read.
    """
    given = {name: environ.get(f"SNOWFLAKE_{name.upper()}", "").strip() for name in SAME_NAME}
    given["role"] = next(filter(None, (environ.get(name, "").strip() for name in ROLES)), "")
    options: dict[str, Any] = {name: value for name, value in given.items() if value}
    if port := environ.get("SNOWFLAKE_PORT", "").strip():
        options["port"] = _number(port)
    if (key := _private_key(environ)) is not None:
        options["private_key"] = key
    for name in ("account", "user"):
        if name not in options:
            message = f"SNOWFLAKE_{name.upper()} is not set; it belongs into .env, as for dbt."
            raise SettingsError(message)
    if not options.keys() & {"password", "private_key", "authenticator"}:
        message = "Nothing to log in to Snowflake with: set SNOWFLAKE_PRIVATE_KEY_PATH, as for dbt."
        raise SettingsError(message)
    return options | {
        "database": environ.get("SNOWFLAKE_DATABASE", "").strip() or "GITHUB_PIPELINES",
        "application": "github_insights_dashboard",
        "paramstyle": "qmark",
        "client_session_keep_alive": True,
        "session_parameters": {
            "QUERY_TAG": "github_insights_dashboard",
            "STATEMENT_TIMEOUT_IN_SECONDS": QUERY_SECONDS,
            "TIMEZONE": "UTC",
        },
    }


def schema_prefix(environ: Mapping[str, str]) -> str:
    """Return what the names of dbt's schemas begin with: nothing, but in dev that of the developer.

    Raises:
        SettingsError: DBT_SCHEMA is no plain identifier.
    """
    if environ.get("DBT_TARGET") != "dev":
        return ""
    schema = environ.get("DBT_SCHEMA", "").strip() or "DEV"
    if not IDENTIFIER.fullmatch(schema):
        message = "DBT_SCHEMA is no plain identifier: letters, digits, _ and $."
        raise SettingsError(message)
    return f"{schema}_"


def _number(port: str) -> int:
    if not port.isdecimal():
        message = "SNOWFLAKE_PORT is no number."
        raise SettingsError(message)
    return int(port)


def _private_key(environ: Mapping[str, str]) -> bytes | None:
    """Return the private key in DER form, as the connector wants it; None where there is none."""
    path, text = (environ.get(f"SNOWFLAKE_PRIVATE_KEY{end}", "").strip() for end in ("_PATH", ""))
    if not path and not text:
        return None
    passphrase = environ.get("SNOWFLAKE_PRIVATE_KEY_PASSPHRASE", "").encode() or None
    try:
        pem = Path(path).expanduser().read_bytes() if path else text.replace("\\n", "\n").encode()
        key = serialization.load_pem_private_key(pem, passphrase)
    except (OSError, TypeError, ValueError) as error:
        name = "SNOWFLAKE_PRIVATE_KEY_PATH" if path else "SNOWFLAKE_PRIVATE_KEY"
        message = f"{name} leads to no private key in PEM form that can be opened."
        raise SettingsError(message) from error
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
