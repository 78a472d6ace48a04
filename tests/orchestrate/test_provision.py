"""The provisioning is SQL that Snowflake's grammar knows, may run twice, and takes no hostile variable."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dotenv import dotenv_values
from sqlfluff.core import FluffConfig, Linter

from orchestrate.snowflake.provision import render
from tests.live.test_real_accounts import FOLDER, RAW_SCHEMA

from .privileges import ARGUMENTS, granted, needed, table

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
# `create` without these would fail the second time, or throw away what is there.
RUNS_TWICE = re.compile(
    r"use role |create [a-z ]+? if not exists |alter (role|warehouse|user|schema|stage|storage integration"
    r"|resource monitor) |grant |describe ",
)
NAMES = ("USER", "ROLE", "TRANSFORM_ROLE", "DASHBOARD_ROLE", "WAREHOUSE")  # in .env.example, of what is made


def statements(sql: str) -> list[str]:
    """Return the statements of a text, on a line each."""
    text = re.sub(r"^--[^\n]*$", "", sql, flags=re.MULTILINE)
    return [" ".join(each.split()) for each in text.split(";") if each.strip()]


def test_snowflakes_grammar_knows_every_statement() -> None:
    """Sqlfluff's Snowflake dialect leaves no part of the text unparsed."""
    parsed = Linter(config=FluffConfig(overrides={"dialect": "snowflake"})).parse_string(
        render([*ARGUMENTS, "--prefix", "DEV_"])
    )
    assert not parsed.violations
    assert parsed.tree
    assert not list(parsed.tree.recursive_crawl("unparsable"))


def test_every_statement_may_run_twice() -> None:
    """Nothing is replaced, nothing fails because it is there already."""
    assert not [each for each in statements(render(ARGUMENTS)) if not RUNS_TWICE.match(each)]


def test_a_quota_that_was_given_stays() -> None:
    """Whoever runs it again for a grant does not name the quota; a new monitor has one in any case."""
    alters = "\nalter resource monitor GITHUB_PIPELINE set credit_quota = "
    again, other = render(ARGUMENTS), render([*ARGUMENTS, "--credits", "100"])
    assert "credit_quota = 20\n" in again
    assert alters not in again
    assert "credit_quota = 100\n" in other
    assert f"{alters}100;" in other


def test_another_environment_shares_nothing_but_the_database() -> None:
    """With a prefix every object but the database and the system roles has another name."""
    names = re.compile(
        r"\b(?:GITHUB_PIPELINES\.\w+(?:\.\w+)?|GITHUB_\w+|DEV_\w+|\w+(?= to user)|(?<=to user )\w+)"
    )
    shared = {"GITHUB_PIPELINES"}
    prod = set(names.findall(render(ARGUMENTS))) - shared
    dev = set(names.findall(render([*ARGUMENTS, "--prefix", "DEV_"]))) - shared
    assert prod
    assert not prod & dev


def test_the_example_names_what_is_made() -> None:
    """Who fills in `.env` as the README says has the roles of loader, dbt and dashboard."""
    example = dotenv_values(ROOT / ".env.example")
    made = {name: example[f"SNOWFLAKE_{name}"] for name in NAMES}
    assert made == {
        "USER": "GITHUB_PIPELINE",
        "ROLE": "GITHUB_LOADER",
        "TRANSFORM_ROLE": "GITHUB_TRANSFORMER",
        "DASHBOARD_ROLE": "GITHUB_REPORTER",
        "WAREHOUSE": "GITHUB_PIPELINE",
    }
    sql = statements(render(ARGUMENTS))
    assert f"create storage integration if not exists {example['SNOWFLAKE_STORAGE_INTEGRATION']} " in "".join(
        sql
    )
    assert f"create database if not exists {example['SNOWFLAKE_DATABASE']}" in sql
    assert {f"grant role {made[each]} to user {made['USER']}" for each in NAMES if "ROLE" in each} <= set(sql)
    assert f"grant usage on warehouse {made['WAREHOUSE']} to role {made['ROLE']}" in sql


def test_dev_lies_where_the_loader_puts_it() -> None:
    """Stage and schema of the prefix DEV_ are those that meltano.yml gives to the environment dev."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (dev,) = (each for each in project["environments"] if each["name"] == "dev")
    (loader,) = dev["config"]["plugins"]["loaders"]
    sql = render([*ARGUMENTS, "--prefix", "DEV_"])
    assert f"url = 'gcs://acme-lake/{loader['config']['prefix']}/'" in sql
    assert f"create schema if not exists GITHUB_PIPELINES.{loader['config']['schema']} " in sql
    assert dev["env"]["SNOWFLAKE_RAW_SCHEMA"] == loader["config"]["schema"]


def test_the_live_tests_find_what_is_made_for_them() -> None:
    """By PREFIX=LIVE_: a schema that the loader may write to, over the folder that its stage reads."""
    sql = render([*ARGUMENTS, "--prefix", "LIVE_"])
    assert f"grant create table on schema GITHUB_PIPELINES.{RAW_SCHEMA} to role LIVE_GITHUB_LOADER;" in sql
    assert f"storage_allowed_locations = ('gcs://acme-lake/{FOLDER}/')" in sql


def test_schemas_for_each_person_need_one_grant() -> None:
    """Its names are those of dev, and the provisioning does without: a role of prod makes no schema."""
    page = (ROOT / "orchestrate" / "snowflake" / "README.md").read_text(encoding="utf-8")
    ((role, database, grantee),) = re.findall(
        r"use role (\w+);\ngrant create schema on database (\w+) to role (\w+);", page
    )
    sql = render([*ARGUMENTS, "--prefix", "DEV_"])
    assert f"grant usage on database {database} to role {grantee};" in sql
    assert f"use role {role};\n\ncreate database if not exists {database};" in sql
    assert f"grant usage on schema {database}.DEV_MARTS to role {grantee};" in sql
    assert "create schema on" not in sql


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bucket", "lake'); drop database GITHUB_PIPELINES; --"],
        ["--bucket", "acme-lake", "--folder", "../other"],
        ["--bucket", "acme-lake", "--folder", "a'b"],
        ["--bucket", "acme-lake", "--database", "X; drop"],
        ["--bucket", "acme-lake", "--prefix", "DEV"],
        ["--bucket", "acme-lake", "--credits", "1 x"],
        ["--bucket", "acme-lake", "--public-key", "pyproject.toml"],
        [],
    ],
)
def test_what_is_no_name_is_refused(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that could end a name or a literal ends the command with a sentence; nothing is printed."""
    with pytest.raises(SystemExit) as ended:
        render(arguments)
    assert ended.value.code == 2
    assert not capsys.readouterr().out


def test_a_public_key_becomes_one_line(tmp_path: Path) -> None:
    """The key is set as Snowflake wants it, and a private key is not taken for a public one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path = tmp_path / "key.pub"
    path.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    sql = render([*ARGUMENTS, "--public-key", str(path)])
    assert f"alter user GITHUB_PIPELINE set rsa_public_key = '{base64.b64encode(der).decode()}';" in sql
    private = tmp_path / "key.p8"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(SystemExit):
        render([*ARGUMENTS, "--public-key", str(private)])


def test_make_prints_the_sql_and_nothing_else(tmp_path: Path) -> None:
    """`make provision-sql` needs no environment and prints what the module renders."""
    printed = subprocess.run(
        ["make", "--no-print-directory", "provision-sql", "BUCKET=acme-lake", f"PYTHON={sys.executable}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    ).stdout
    assert printed == render(ARGUMENTS)


def test_the_reporter_reads_marts_and_reports_only() -> None:
    """Selecting from marts and reports needs what the reporter is granted, and no more."""
    selects = [f"select * from GITHUB_PIPELINES.{schema}.anything" for schema in ("MARTS", "REPORTS")]
    assert needed("reporter", selects, "GITHUB_PIPELINES") == (granted("reporter"), set())


def test_the_table_has_rows_of_every_role() -> None:
    """The document is read as it is meant."""
    assert {role for role, _ in table()} == {"all", "loader", "transformer", "reporter"}
    assert table()["loader", "COPY INTO"] == ("USAGE ON STAGE", "USAGE ON FILE FORMAT")
