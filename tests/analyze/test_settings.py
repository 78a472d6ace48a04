"""The settings of dbt lead the dashboard to the warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dashboard.durations import duration, unit
from dashboard.errors import SettingsError
from dashboard.settings import connection_options, schema_prefix

if TYPE_CHECKING:
    from pathlib import Path

WITH_PASSWORD = {"SNOWFLAKE_ACCOUNT": "org-acct", "SNOWFLAKE_USER": "eve", "SNOWFLAKE_PASSWORD": "hush"}


def test_what_is_empty_is_not_set() -> None:
    """As in profiles.yml; only the database has a default."""
    options = connection_options({**WITH_PASSWORD, "SNOWFLAKE_ROLE": "", "SNOWFLAKE_PORT": " "})
    assert options["database"] == "GITHUB_PIPELINES"
    assert options["account"] == "org-acct"
    assert options.keys().isdisjoint({"role", "port", "host", "warehouse", "private_key"})


def test_the_role_is_one_that_reads_else_that_of_dbt() -> None:
    """The loader's may not read what dbt makes; dbt's may do more than read."""
    loader = {**WITH_PASSWORD, "SNOWFLAKE_ROLE": "GITHUB_LOADER"}
    assert connection_options(loader)["role"] == "GITHUB_LOADER"
    both = {**loader, "SNOWFLAKE_TRANSFORM_ROLE": "GITHUB_TRANSFORMER"}
    assert connection_options(both)["role"] == "GITHUB_TRANSFORMER"
    assert connection_options({**both, "SNOWFLAKE_DASHBOARD_ROLE": " "})["role"] == "GITHUB_TRANSFORMER"
    reading = {**both, "SNOWFLAKE_DASHBOARD_ROLE": "GITHUB_REPORTER"}
    assert connection_options(reading)["role"] == "GITHUB_REPORTER"


@pytest.mark.parametrize("missing", ["SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PASSWORD"])
def test_a_missing_setting_is_named(missing: str) -> None:
    """In a sentence that holds no value."""
    given = {name: value for name, value in WITH_PASSWORD.items() if name != missing}
    with pytest.raises(SettingsError, match="SNOWFLAKE_") as raised:
        connection_options(given)
    assert "hush" not in str(raised.value)


def test_a_private_key_is_opened_with_its_passphrase(tmp_path: Path) -> None:
    """From a file or from the variable, and not without."""
    key = rsa.generate_private_key(65537, 2048)
    locked = serialization.BestAvailableEncryption(b"open sesame")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    path = tmp_path / "key.p8"
    path.write_bytes(pem)
    passphrase = {"SNOWFLAKE_PRIVATE_KEY_PASSPHRASE": "open sesame"}
    by_file = connection_options({**WITH_PASSWORD, **passphrase, "SNOWFLAKE_PRIVATE_KEY_PATH": str(path)})
    text = pem.decode().replace("\n", "\\n")
    by_text = connection_options({**WITH_PASSWORD, **passphrase, "SNOWFLAKE_PRIVATE_KEY": text})
    loaded = serialization.load_der_private_key(by_file["private_key"], None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    assert loaded.private_numbers() == key.private_numbers()
    assert by_text["private_key"] == by_file["private_key"]
    with pytest.raises(SettingsError, match="SNOWFLAKE_PRIVATE_KEY_PATH leads to no private key"):
        connection_options({**WITH_PASSWORD, "SNOWFLAKE_PRIVATE_KEY_PATH": str(path)})


def test_schemas_are_those_of_dbt() -> None:
    """Plain but in dev; a name that is no identifier never gets into a statement."""
    assert schema_prefix({"DBT_TARGET": "prod", "DBT_SCHEMA": "EVE"}) == ""
    assert schema_prefix({}) == ""
    assert schema_prefix({"DBT_TARGET": "dev"}) == "DEV_"
    assert schema_prefix({"DBT_TARGET": "dev", "DBT_SCHEMA": "EVE"}) == "EVE_"
    with pytest.raises(SettingsError):
        schema_prefix({"DBT_TARGET": "dev", "DBT_SCHEMA": "x.y; --"})


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "\N{EN DASH}"),
        (0, "0 min"),
        (7_199, "120 min"),
        (7_200, "2.0 h"),
        (172_800, "2.0 d"),
        (-90, "-2 min"),
    ],
)
def test_durations_are_said_in_a_unit_that_suits(seconds: float | None, said: str) -> None:
    """What is not known is a dash, never 0."""
    assert duration(seconds) == said
    assert unit(abs(seconds or 0))[1] in (60, 3_600)
