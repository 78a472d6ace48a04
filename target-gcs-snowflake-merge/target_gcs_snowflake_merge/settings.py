"""The settings of the target: their schema for `--about`, their values checked and frozen."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from target_gcs_snowflake_merge.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

UPSERT = "upsert"
APPEND_ONLY = "append-only"
OVERWRITE = "overwrite"
APPEND, MERGE = "append", "merge"
FAIL, QUARANTINE = "fail", "quarantine"
SECRETS = frozenset({"password", "private_key", "private_key_passphrase"})
REQUIRED = ("bucket", "account", "user")
MEBIBYTE = 1024 * 1024
KEY_PAIR = "SNOWFLAKE_JWT"
LEAST = {
    "batch_size_rows": 1,
    "batch_size_mb": 1,
    "batch_age_seconds": 1,
    "retry_seconds": 0,
    "max_bad_records": 0,
    "sweep_after_hours": 0,
}

# An orchestrator's own name for the run, where there is one: the rows then say which run loaded them.
RUN_ID_VARIABLES = ("MELTANO_RUN_ID", "AIRFLOW_CTX_DAG_RUN_ID", "PREFECT__FLOW_RUN_ID", "PREFECT_FLOW_RUN_ID")

CONFIG_SCHEMA = th.PropertiesList(
    th.Property("bucket", th.StringType, required=True, title="Bucket", description="Bucket of the lake."),
    th.Property(
        "prefix",
        th.StringType,
        default="github",
        title="Prefix",
        description="Folder of the bucket that the objects go to.",
    ),
    th.Property(
        "stage",
        th.StringType,
        default="_LAKE",
        title="Stage",
        description="External stage over the prefix, or over a folder above it, in the schema of the "
        "tables; made where the role may.",
    ),
    th.Property(
        "storage_integration",
        th.StringType,
        title="Storage integration",
        description="Storage integration that the stage uses; made where the role may.",
    ),
    th.Property(
        "account",
        th.StringType,
        required=True,
        title="Account",
        description="Snowflake account identifier, as ORGANISATION-ACCOUNT.",
    ),
    th.Property("user", th.StringType, required=True, title="User", description="Snowflake user."),
    th.Property(
        "password",
        th.StringType,
        secret=True,
        title="Password",
        description="Password of the user; prefer a key pair.",
    ),
    th.Property(
        "private_key_path",
        th.StringType,
        title="Private key file",
        description="Path of the user's private key (PEM); it counts where private_key is set, too.",
    ),
    th.Property(
        "private_key",
        th.StringType,
        secret=True,
        title="Private key",
        description="The private key itself (PEM).",
    ),
    th.Property(
        "private_key_passphrase",
        th.StringType,
        secret=True,
        title="Passphrase",
        description="Passphrase of the private key.",
    ),
    th.Property(
        "authenticator",
        th.StringType,
        title="Authenticator",
        description="Authenticator of the Snowflake connector, where it is not the default.",
    ),
    th.Property("role", th.StringType, title="Role", description="Role that loads."),
    th.Property("warehouse", th.StringType, title="Warehouse", description="Warehouse that loads."),
    th.Property(
        "database",
        th.StringType,
        default="GITHUB_PIPELINES",
        title="Database",
        description="Database of the tables; made where the role may, else the error holds the statement to "
        "run.",
    ),
    th.Property(
        "schema",
        th.StringType,
        default="RAW_TABLES",
        title="Schema",
        description="Schema of the tables; made where the role may.",
    ),
    th.Property(
        "host",
        th.StringType,
        title="Host",
        description="Host of Snowflake, where it does not follow from the account.",
    ),
    th.Property("port", th.IntegerType, title="Port", description="Port of Snowflake, where it is not 443."),
    th.Property(
        "protocol",
        th.StringType,
        allowed_values=["https", "http"],
        title="Protocol",
        description="Protocol of Snowflake, where it is not https.",
    ),
    th.Property(
        "batch_size_rows",
        th.IntegerType,
        default=500_000,
        title="Rows of a batch",
        description="Rows of a stream after which they are loaded.",
    ),
    th.Property(
        "batch_size_mb",
        th.IntegerType,
        default=150,
        title="Size of a batch",
        description="Megabytes of Parquet of a stream after which they are loaded.",
    ),
    th.Property(
        "batch_age_seconds",
        th.IntegerType,
        default=900,
        title="Age of a batch",
        description="Seconds after which the rows of a stream are loaded, however few they are.",
    ),
    th.Property(
        "retry_seconds",
        th.IntegerType,
        default=300,
        title="Patience",
        description="Seconds for which locks, throttling and lost connections are tried again.",
    ),
    th.Property(
        "load_method",
        th.StringType,
        default=UPSERT,
        allowed_values=[UPSERT, APPEND_ONLY, OVERWRITE],
        title="Load method",
        description="upsert merges on the keys, append-only appends, overwrite swaps a complete new table "
        "in at the end of the stream.",
    ),
    th.Property(
        "keyless_method",
        th.StringType,
        default=APPEND,
        allowed_values=[APPEND, MERGE],
        title="Streams without a key",
        description="append appends every record, merge merges on a hash of the row, so that equal records "
        "are one row.",
    ),
    th.Property(
        "hard_delete",
        th.BooleanType,
        default=False,
        title="Delete for good",
        description="Delete rows that the tap reports as deleted, instead of setting _DELETED_AT.",
    ),
    th.Property(
        "on_bad_record",
        th.StringType,
        default=FAIL,
        allowed_values=[FAIL, QUARANTINE],
        title="Bad records",
        description="What a record that cannot be loaded does: end the run (fail), or go into "
        "_REJECTED_RECORD.",
    ),
    th.Property(
        "max_bad_records",
        th.IntegerType,
        default=100,
        title="Limit of bad records",
        description="Bad records of one run after which it ends nevertheless.",
    ),
    th.Property(
        "sweep_after_hours",
        th.IntegerType,
        default=24,
        title="Age of leftovers",
        description="Hours after which the staging tables of runs that died are dropped.",
    ),
).to_dict()

NO_ADDRESS = {
    "bucket": (re.compile("/"), "the name alone, such as github-pipelines; a folder goes into prefix"),
    "account": (
        re.compile(r"/|\.snowflakecomputing\.", re.IGNORECASE),
        "the identifier alone, such as myorg-myaccount",
    ),
}
"""What users copy from a browser in place of a name, and what is wanted."""


@dataclass(frozen=True)
class Settings:
    """The settings of a run; an empty string means that a setting is not set."""

    bucket: str
    account: str
    user: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    private_key_passphrase: str | None = field(default=None, repr=False)
    private_key_path: str | None = None
    prefix: str = "github"
    stage: str = "_LAKE"
    storage_integration: str | None = None
    authenticator: str | None = None
    role: str | None = None
    warehouse: str | None = None
    database: str = "GITHUB_PIPELINES"
    schema: str = "RAW_TABLES"
    host: str | None = None
    port: int | None = None
    protocol: str | None = None
    batch_size_rows: int = 500_000
    batch_size_mb: int = 150
    batch_age_seconds: int = 900
    retry_seconds: int = 300
    load_method: str = UPSERT
    keyless_method: str = APPEND
    hard_delete: bool = False
    on_bad_record: str = FAIL
    max_bad_records: int = 100
    sweep_after_hours: int = 24

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Check what a user has configured, or raise `SettingsError`."""
        given = {name: value for name, value in config.items() if name in cls.__dataclass_fields__}
        missing = [name for name in REQUIRED if not given.get(name)]
        if missing:
            variables = ", ".join(f"TARGET_GCS_SNOWFLAKE_MERGE_{name.upper()}" for name in missing)
            message = f"Settings are missing: {', '.join(missing)}. Configure them, or set {variables}."
            raise SettingsError(message)
        settings = cls(**given)
        for name, (address, wanted) in NO_ADDRESS.items():
            if address.search(getattr(settings, name)):
                message = f"The setting {name} is {getattr(settings, name)!r}, but must be {wanted}."
                raise SettingsError(message)
        if not (
            settings.password or settings.private_key or settings.private_key_path or settings.authenticator
        ):
            message = "Nothing to log in to Snowflake with: set password, private_key_path or private_key."
            raise SettingsError(message)
        if settings.wants_key and not (settings.private_key or settings.private_key_path):
            message = f"The authenticator {settings.authenticator} needs private_key_path or private_key."
            raise SettingsError(message)
        for name, least in LEAST.items():
            if getattr(settings, name) < least:
                message = f"The setting {name} is {getattr(settings, name)}, but must be {least} or more."
                raise SettingsError(message)
        return settings

    @property
    def wants_key(self) -> bool:
        """Tell whether the login is by key pair, whatever else is set."""
        return (self.authenticator or "").upper() == KEY_PAIR

    @property
    def lake_url(self) -> str:
        """Return the folder of the lake as Snowflake names it."""
        return f"gcs://{self.bucket}/{self.folder}"

    @property
    def folder(self) -> str:
        """Return the folder of the lake inside its bucket: empty, or with a slash at its end."""
        stripped = self.prefix.strip("/")
        return f"{stripped}/" if stripped else ""


def without_empty(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration less the settings that are empty: Meltano passes unset ones so.

    Secrets become text, whatever they look like, so that no error needs to show one of the wrong type.
    """
    return {
        name: str(value) if name in SECRETS else value
        for name, value in config.items()
        if value is not None and value != ""
    }


def orchestrator_run_id() -> str | None:
    """Return the orchestrator's name for this run, if there is an orchestrator."""
    return next((value for name in RUN_ID_VARIABLES if (value := os.environ.get(name))), None)


def identifier(name: str) -> str:
    """Return the object a setting names: upper case, as Snowflake reads a bare name, unless it is quoted."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        return name[1:-1].replace('""', '"')
    return name.upper()
