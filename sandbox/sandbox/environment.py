"""The variables by which the tap, the target, dbt and Meltano find the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.servers import BUCKET, TOKEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sandbox.state import State

DATABASE = "GITHUB_PIPELINES"
SCHEMA = "RAW_TABLES"
PASSWORD = "sandbox"  # noqa: S105 - a secret of nobody: it opens the sandbox

# Meltano reads .env below the process's environment: what the file holds for a real account must not
# reach a command of the sandbox, so these are set to nothing.
_REAL_ACCOUNT = (
    "SNOWFLAKE_PRIVATE_KEY_PATH",
    "SNOWFLAKE_PRIVATE_KEY",
    "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
    "SNOWFLAKE_AUTHENTICATOR",
    "SNOWFLAKE_RAW_SCHEMA",
    "SNOWFLAKE_TRANSFORM_ROLE",
    "SNOWFLAKE_DASHBOARD_ROLE",
    "SNOWFLAKE_STORAGE_INTEGRATION",
    "GOOGLE_APPLICATION_CREDENTIALS",
)
# Meltano reads these as JSON, and takes an empty text for a mistake.
_REAL_TAP = {
    **dict.fromkeys(
        (
            "TAP_GITHUB_CUSTOM_APP_ID",
            "TAP_GITHUB_CUSTOM_PERSONAL_DATA_KEY",
            "TAP_GITHUB_CUSTOM_PRIVATE_KEY",
            "TAP_GITHUB_CUSTOM_PRIVATE_KEY_PATH",
            "TAP_GITHUB_CUSTOM_SECRET_MANAGER_ENDPOINT",
            "TAP_GITHUB_CUSTOM_SHARD",
            "TAP_GITHUB_CUSTOM_END_DATE",
            "TAP_GITHUB_CUSTOM_START_DATE",
            "TAP_GITHUB_CUSTOM_USER_MAPPING_FILE",
        ),
        "",
    ),
    "TAP_GITHUB_CUSTOM_PERSONAL_DATA": "keep",
    "TAP_GITHUB_CUSTOM_AUTH_TOKENS": "[]",
    "TAP_GITHUB_CUSTOM_REPOSITORIES": "[]",
    "TAP_GITHUB_CUSTOM_EXCLUDE_REPOSITORIES": "[]",
    "TAP_GITHUB_CUSTOM_ORGANIZATION_CREDENTIALS": "{}",
}
_LOADER = (
    *("ACCOUNT", "USER", "PASSWORD", "ROLE", "WAREHOUSE"),
    *("DATABASE", "SCHEMA", "HOST", "PORT", "PROTOCOL"),
)


def organizations(data: Path) -> list[str]:
    """Return the organisations of a data folder."""
    return sorted(path.parent.name for path in data.glob("*/organization.json"))


@dataclass(frozen=True)
class Urls:
    """Where the three servers answer."""

    github: str
    gcs: str
    snowflake: str


def of_the_sandbox(state: State, data: Path, urls: Urls, environ: Mapping[str, str]) -> dict[str, str]:
    """Return every variable that the sandbox exports.

    A user's own TAP_* and TARGET_* variables, environment and webhook win, so that a single setting can be
    tried out; all others are the sandbox's.
    """
    connection = _connection(urls.snowflake)
    fixed = {
        **dict.fromkeys(_REAL_ACCOUNT, ""),
        **{f"SNOWFLAKE_{name}": value for name, value in connection.items()},
        "GCS_BUCKET": BUCKET,
        "STORAGE_EMULATOR_HOST": urls.gcs,
        "GOOGLE_CLOUD_PROJECT": "sandbox",
        "MELTANO_STATE_BACKEND_URI": state.meltano_state.resolve().as_uri(),
        "MELTANO_DATABASE_URI": f"sqlite:///{state.meltano_database.resolve()}",
        "SANDBOX_DIR": str(state.folder.resolve()),
        "SANDBOX_GITHUB_URL": urls.github,
        "SANDBOX_GCS_URL": urls.gcs,
        "SANDBOX_SNOWFLAKE_URL": urls.snowflake,
    }
    defaults = {
        **_REAL_TAP,
        **_tap(data, urls.github),
        "TAP_GITHUB_CUSTOM_CACHE_DIR": str(state.clones.resolve()),
        **{f"TARGET_GCS_SNOWFLAKE_MERGE_{name}": connection[name] for name in _LOADER},
        "TARGET_GCS_SNOWFLAKE_MERGE_BUCKET": BUCKET,
        "MELTANO_ENVIRONMENT": "sandbox",
        "ALERT_WEBHOOK_URL": "",
    }
    return {**{name: environ.get(name, value) for name, value in defaults.items()}, **fixed}


def _connection(url: str) -> dict[str, str]:
    protocol, host_and_port = url.split("://")
    host, port = host_and_port.split(":")
    return {
        "ACCOUNT": "sandbox",
        "USER": "sandbox",
        "PASSWORD": PASSWORD,
        "ROLE": "SANDBOX",
        "WAREHOUSE": "SANDBOX",
        "DATABASE": DATABASE,
        "SCHEMA": SCHEMA,
        "HOST": host,
        "PORT": port,
        "PROTOCOL": protocol,
    }


def _tap(data: Path, github: str) -> dict[str, str]:
    settings = {
        "TAP_GITHUB_CUSTOM_API_URL": github,
        "TAP_GITHUB_CUSTOM_AUTH_TOKEN": TOKEN,
        "TAP_GITHUB_CUSTOM_ORGANIZATIONS": json.dumps(organizations(data)),
    }
    mapping = data / "user_mapping.csv"
    if mapping.exists():
        settings["TAP_GITHUB_CUSTOM_USER_MAPPING_FILE"] = str(mapping.resolve())
    return settings
