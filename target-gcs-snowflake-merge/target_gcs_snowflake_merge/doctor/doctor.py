"""The checks of a configuration: a small load, step by step, that leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import tempfile
import uuid
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.batch import Part
from target_gcs_snowflake_merge.doctor.finding import Check
from target_gcs_snowflake_merge.errors import (
    FatalLoadError,
    LoaderError,
    MissingObjectError,
    MissingPrivilegeError,
    SettingsError,
)
from target_gcs_snowflake_merge.layout import Catalog
from target_gcs_snowflake_merge.login import connection_options, private_key
from target_gcs_snowflake_merge.naming import INGESTED_AT, LEDGER_TABLE
from target_gcs_snowflake_merge.provision import below_stage, ledger_table, stage_name
from target_gcs_snowflake_merge.settings import Settings, identifier
from target_gcs_snowflake_merge.staging import require_loaded, staging_name
from target_gcs_snowflake_merge.storage import Lake
from target_gcs_snowflake_merge.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from target_gcs_snowflake_merge.warehouse import Answer

RUN_ID = "doctor"
PROBE_COLUMN = "PROBE"

SETTINGS, KEY, LOGIN, ROLE, WAREHOUSE = "settings", "key", "login", "role", "warehouse"
DATABASE, SCHEMA, STAGE = "database", "schema", "stage"
BUCKET, WRITE, CREATE = "bucket", "write to the bucket", "create a table"


class Doctor:
    """Looks at one configuration; writes an object and a staging table, and removes both."""

    def __init__(self, validate: Callable[[], Mapping[str, Any]]) -> None:
        """VALIDATE returns the settings checked, or raises."""
        self._validate = validate
        self._stage_rows: list[dict[str, Any]] = []
        self._catalog = Catalog()
        self._user = ""
        self._role = ""
        self._warehouse_name = ""
        self._below_stage = ""
        self._part = Part(Path(), f"_doctor/{uuid.uuid4().hex}.parquet", rows=1)

    def checks(self) -> Iterator[Check]:
        """Yield the checks; the bucket's and the warehouse's do not depend on each other, until COPY."""
        yield Check(SETTINGS, self._look_at_settings)
        yield Check(KEY, self._look_at_key, (SETTINGS,))
        yield Check(BUCKET, self._look_at_bucket, (SETTINGS,))
        yield Check(WRITE, self._write, (BUCKET,))
        yield Check("read from the bucket", self._read, (WRITE,))
        yield Check(LOGIN, self._log_in, (SETTINGS, KEY))
        yield Check(ROLE, self._look_at_role, (LOGIN,))
        yield Check(WAREHOUSE, self._look_at_warehouse, (LOGIN,))
        yield Check(DATABASE, self._look_at_database, (ROLE,))
        yield Check(SCHEMA, self._look_at_schema, (DATABASE,))
        yield Check(STAGE, self._look_at_stage, (SCHEMA,))
        if self._has_integration:
            yield Check("integration", self._look_at_integration, (STAGE,))
        yield Check(CREATE, self._create, (SCHEMA,))
        yield Check("copy from the stage", self._copy, (WRITE, STAGE, WAREHOUSE, CREATE))
        yield Check("own the tables", self._look_at_tables, (SCHEMA,))
        yield Check("delete from the bucket", self._delete, (WRITE,))

    def close(self) -> None:
        """Drop the staging table, end the session; what stays nevertheless is swept by a later run."""
        with suppress(LoaderError):
            if self._is_session_open:
                self._execute(sql.drop_table(self._staging))
        if self._is_session_open:
            self._warehouse.close()

    @cached_property
    def _settings(self) -> Settings:
        return Settings.from_config(self._validate())

    @property
    def _has_integration(self) -> bool:
        try:
            return bool(self._settings.storage_integration)
        except SettingsError:
            return False

    @cached_property
    def _lake(self) -> Lake:
        return Lake(self._settings.bucket, self._settings.folder, RUN_ID)

    @cached_property
    def _warehouse(self) -> Warehouse:
        return Warehouse(connection_options(self._settings, RUN_ID))

    @property
    def _is_session_open(self) -> bool:
        return "_warehouse" in self.__dict__

    @cached_property
    def _ledger(self) -> sql.Table:
        return ledger_table(self._settings)

    @cached_property
    def _staging(self) -> sql.Table:
        return self._ledger.sibling(staging_name(dt.datetime.now(dt.UTC)))

    def _execute(self, statement: str) -> Answer:
        return self._warehouse.session.execute(statement)

    def _look_at_settings(self) -> str:
        settings = self._settings
        return f"{settings.lake_url} and {self._ledger.database}.{self._ledger.schema}"

    def _look_at_key(self) -> str:
        settings = self._settings
        if private_key(settings) is None:
            return f"none, but {'a password' if settings.password else settings.authenticator}"
        return f"{settings.private_key_path or 'the setting private_key'} is a private key"

    def _look_at_bucket(self) -> str:
        self._lake.check()
        return f"{self._settings.bucket} answers"

    def _write(self) -> str:
        with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
            path = Path(folder) / "probe.parquet"
            pq.write_table(pa.table({PROBE_COLUMN: ["well"]}), path)
            self._lake.upload(path, self._part.name)
        return f"wrote {self._settings.folder}{self._part.name}"

    def _read(self) -> str:
        _, rows = self._lake.describe(self._part.name)
        if rows != self._part.rows:
            message = (
                f"The object has {rows} rows, not {self._part.rows}: something else answers for the bucket."
            )
            raise FatalLoadError(message)
        return "it is what was written"

    def _log_in(self) -> str:
        row = self._execute(sql.WHO_AM_I).rows[0]
        self._user, self._role, self._warehouse_name = (str(name or "") for name in row)
        return f"as {self._user}"

    def _look_at_role(self) -> str:
        if not self._role:
            user = sql.quote(self._user)
            message = f"No role is in use: set role, or run: ALTER USER {user} SET DEFAULT_ROLE = <role>"
            raise SettingsError(message)
        return self._role

    def _look_at_warehouse(self) -> str:
        if self._warehouse_name:
            return self._warehouse_name
        wanted = self._settings.warehouse
        if not wanted:
            message = "No warehouse is in use: set warehouse to one that the role may use."
            raise SettingsError(message)
        grant = self._usage("WAREHOUSE", sql.quote(identifier(wanted)))
        message = (
            f"There is no warehouse {wanted}, or the role may not use it: correct warehouse, or run: {grant}"
        )
        raise SettingsError(message)

    def _look_at_database(self) -> str:
        database = self._ledger.database
        try:
            rows = self._execute(sql.list_columns(database, self._ledger.schema)).rows
        except (MissingObjectError, MissingPrivilegeError) as error:
            create, grant = sql.create_database(database), self._usage("DATABASE", sql.quote(database))
            raise _mended(error, create, grant) from None
        self._catalog = Catalog.from_rows(rows)
        return database

    def _look_at_schema(self) -> str:
        database, schema = self._ledger.database, self._ledger.schema
        shown = self._execute(sql.show_schemas(database, schema)).records()
        if schema not in [row["name"] for row in shown]:
            name = f"{sql.quote(database)}.{sql.quote(schema)}"
            grant = self._grant(f"USAGE, CREATE TABLE, CREATE STAGE ON SCHEMA {name}")
            error = MissingObjectError(f"There is no schema {name}, or the role may not see it.")
            raise _mended(error, sql.create_schema(database, schema), grant)
        return f"{schema}, with {len(self._catalog.tables)} tables"

    def _look_at_stage(self) -> str:
        stage = stage_name(self._settings)
        shown = self._execute(sql.show_stages(stage)).records()
        self._stage_rows = [
            row for row in shown if row["name"] == stage.name and row["schema_name"] == stage.schema
        ]
        if not self._stage_rows:
            integration = self._settings.storage_integration
            create = sql.create_stage(
                stage, self._settings.lake_url, identifier(integration) if integration else None
            )
            error = MissingObjectError(f"There is no stage {stage}, or the role may not see it.")
            raise _mended(error, create, self._usage("STAGE", str(stage)))
        url = str(self._stage_rows[0]["url"])
        self._below_stage = below_stage(stage, url, self._settings.lake_url)
        return f"{stage} over {url}"

    def _look_at_integration(self) -> str:
        """Compare only: whether it works, the COPY tells, and it needs no right on the integration."""
        wanted = identifier(self._settings.storage_integration or "")
        used = self._stage_rows[0].get("storage_integration")
        if used != wanted:
            stage = stage_name(self._settings)
            change = f"ALTER STAGE {stage} SET STORAGE_INTEGRATION = {sql.quote(wanted)}"
            error = FatalLoadError(f"The stage uses {used or 'no integration'}, not {wanted}.")
            raise _mended(error, change)
        return str(used)

    def _create(self) -> str:
        try:
            self._execute(sql.create_staging(self._staging, {PROBE_COLUMN: "VARCHAR"}))
        except (MissingObjectError, MissingPrivilegeError) as error:
            schema = f"{sql.quote(self._ledger.database)}.{sql.quote(self._ledger.schema)}"
            raise _mended(error, self._grant(f"CREATE TABLE ON SCHEMA {schema}")) from None
        return "made a staging table"

    def _copy(self) -> str:
        stage = stage_name(self._settings)
        name = self._below_stage + self._part.name
        try:
            answer = self._execute(sql.copy_into(self._staging, stage, [name]))
        except MissingPrivilegeError as error:
            raise _mended(error, self._usage("STAGE", str(stage))) from None
        except FatalLoadError as error:
            message = (
                f"{error} Let the service account that DESC INTEGRATION names as STORAGE_GCP_SERVICE_ACCOUNT "
                f"read the bucket {self._settings.bucket} (roles/storage.objectViewer, legacyBucketReader)."
            )
            raise FatalLoadError(message) from None
        require_loaded(answer, [self._part])
        return "the object came through"

    def _look_at_tables(self) -> str:
        """Find tables of other roles: MERGE may be granted, but only their owner may add a column."""
        ours = {
            name
            for name, columns in self._catalog.tables.items()
            if name == LEDGER_TABLE or INGESTED_AT in columns
        }
        shown = self._execute(sql.show_tables(self._ledger.database, self._ledger.schema)).records()
        owners = {row["name"]: str(row["owner"]) for row in shown if row["name"] in ours}
        roles = sorted(set(owners.values()))
        held = self._execute(sql.are_in_session(roles)).rows[0] if roles else ()
        strangers = {role for role, is_held in zip(roles, held, strict=True) if not is_held}
        foreign = sorted(name for name, owner in owners.items() if owner in strangers)
        if foreign:
            grants = [sql.grant_ownership(self._ledger.sibling(name), self._role) for name in foreign]
            message = f"{', '.join(foreign)} belong to {', '.join(sorted(strangers))}."
            raise _mended(MissingPrivilegeError(message), *grants)
        return f"all {len(owners)}"

    def _delete(self) -> str:
        self._lake.delete(self._part.name)
        return "nothing is left behind"

    def _usage(self, kind: str, name: str) -> str:
        return self._grant(f"USAGE ON {kind} {name}")

    def _grant(self, privileges: str) -> str:
        return sql.grant(privileges, self._role)


def _mended(error: LoaderError, *statements: str) -> SettingsError:
    """Return an error with the statements of which one will mend it, for a role that may run them."""
    return SettingsError(f"{error} Have a role that may run: {'; '.join(map(_line, statements))}")


def _line(statement: str) -> str:
    return " ".join(statement.split())
