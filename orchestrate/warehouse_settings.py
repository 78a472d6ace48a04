"""How the warehouse is reached, with the loader's own account, from the variables that .env has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.settings import Settings, without_empty

from orchestrate.environment import in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OF_ACCOUNT = (
    *("account", "user", "password", "private_key_path", "private_key", "private_key_passphrase"),
    *("authenticator", "role", "warehouse", "database", "host", "port", "protocol"),
)
RAW_SCHEMA = "TARGET_GCS_SNOWFLAKE_MERGE_SCHEMA"


def settings_from(variables: Mapping[str, str], command: Sequence[str] = ()) -> Settings:
    """Return how to reach the warehouse, from the variables that .env has; raise `SettingsError`.

    COMMAND may name the environment of Meltano, which has tables of its own.
    """
    environment = in_force(variables, command)
    given = {name: environment.get(f"SNOWFLAKE_{name.upper()}", "") for name in OF_ACCOUNT}
    missing = [f"SNOWFLAKE_{name.upper()}" for name in ("account", "user") if not given[name]]
    if missing:
        message = f"Settings are missing: set {' and '.join(missing)} in .env."
        raise SettingsError(message)
    schema = environment.get(RAW_SCHEMA) or environment.get("SNOWFLAKE_RAW_SCHEMA", "")
    bucket = environment.get("GCS_BUCKET") or "none"  # nothing is read from it
    return Settings.from_config(without_empty({**given, "schema": schema, "bucket": bucket}))
