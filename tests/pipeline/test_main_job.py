"""The main job on the generated organisation: all of it lands, once, and a second run changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from target_gcs_snowflake_merge.sql import Table

from orchestrate.alert.evidence import newest_commits

from .conftest import MAIN_JOB, RAW, Sandbox
from .expected import mapped_logins
from .truth import assert_tables_equal_the_data

LOAD = MAIN_JOB[:3]
RAW_TABLES = (
    *("REPOSITORY", "PULL_REQUEST", "PULL_REQUEST_REVIEW", "PULL_REQUEST_COMMIT", "COMMIT", "COMMIT_FILE"),
    *("USER_LOOKUP", "DEPLOYMENT", "DEPLOYMENT_STATUS", "RELEASE"),
)


@pytest.fixture(scope="module")
def loaded(module_sandbox: Sandbox) -> Sandbox:
    """Return the sandbox after one run of the main job."""
    module_sandbox.meltano(*MAIN_JOB)
    return module_sandbox


def contents(sandbox: Sandbox) -> dict[str, list[str]]:
    """Return every raw table whole, bookkeeping columns included, in an order of its own."""
    return {
        name: sorted(json.dumps(row, sort_keys=True) for row in sandbox.sql(f"select * from {RAW}.{name}"))
        for name in RAW_TABLES
    }


def count(sandbox: Sandbox, relation: str) -> int:
    """Return the number of rows of a relation."""
    rows: list[dict[str, Any]] = sandbox.sql(f"select count(*) as n from {relation}")
    return int(rows[0]["N"])


def assert_facts_cover_the_raw_tables(sandbox: Sandbox) -> None:
    """Compare numbers of rows."""
    for raw in ("PULL_REQUEST", "COMMIT_FILE"):
        assert count(sandbox, f"GITHUB_PIPELINES.MARTS.FCT_GITHUB__{raw}") == count(sandbox, f"{RAW}.{raw}")


def test_every_row_of_the_organisation_lands_once(loaded: Sandbox) -> None:
    """Keys and values of the raw tables equal the data that the GitHub server serves."""
    assert_tables_equal_the_data(loaded, loaded.generated_data)


def test_every_mapped_login_and_member_is_looked_up(loaded: Sandbox) -> None:
    """USER_LOOKUP holds each login of the mapping file, says so, and holds the other members as unmatched."""
    rows = loaded.sql(f"select GITHUB_LOGIN, LDAP, MATCH_METHOD from {RAW}.USER_LOOKUP")
    mapped = {row["GITHUB_LOGIN"].lower() for row in rows if row["MATCH_METHOD"] == "mapping_file"}
    assert mapped == mapped_logins(loaded.generated_data)
    assert all(row["LDAP"] for row in rows if row["MATCH_METHOD"] == "mapping_file")
    assert {row["MATCH_METHOD"] for row in rows} == {"mapping_file", "none"}


def test_the_models_cover_the_raw_tables(loaded: Sandbox) -> None:
    """Each fact holds as many rows as its raw table."""
    assert_facts_cover_the_raw_tables(loaded)


def test_the_lake_lies_by_stream_organisation_and_date(loaded: Sandbox) -> None:
    """Each file of the lake lies at github/<stream>/org=<org>/date=<date>/<batch>-<part>.parquet."""
    bucket = loaded.folder / "gcs" / "github-pipelines"
    files = [path.relative_to(bucket).parts for path in bucket.rglob("*.parquet")]
    assert {parts[1] for parts in files} == {name.lower() for name in RAW_TABLES}
    for prefix, _, organization, date, _ in files:
        assert prefix == "github"
        assert organization.startswith("org=")
        assert date.startswith("date=20")


def test_a_second_run_reads_little_and_changes_nothing(loaded: Sandbox) -> None:
    """Nothing changed at GitHub: no row is written again, and far fewer requests are spent."""
    first_requests = loaded.last_run["servers"]["github"]["requests"]
    before = contents(loaded)
    loaded.meltano(*LOAD)
    assert contents(loaded) == before
    assert loaded.last_run["servers"]["github"]["requests"] < first_requests / 2


def test_a_quiet_organisation_is_not_stale(loaded: Sandbox) -> None:
    """A run that finds nothing new moves the ledger for each, which the alert takes for being alive."""
    newest = newest_commits(
        Table("GITHUB_PIPELINES", "RAW_TABLES", "_LOAD_LEDGER"), datetime(2026, 1, 1, tzinfo=UTC)
    )
    before = {row["ORGANISATION"]: row["NEWEST"] for row in loaded.sql(newest)}
    loaded.meltano(*LOAD)
    after = {row["ORGANISATION"]: row["NEWEST"] for row in loaded.sql(newest)}
    assert before.keys() == after.keys() == {"lantern-labs", "lantern-works"}
    assert all(after[name] > before[name] for name in before)


def test_a_day_of_activity_arrives_with_the_next_run(loaded: Sandbox) -> None:
    """After a day of pull requests, reviews and pushes the tables have grown, and the facts with them."""
    before = {
        name: count(loaded, f"{RAW}.{name}") for name in ("PULL_REQUEST", "PULL_REQUEST_REVIEW", "COMMIT")
    }
    loaded.advance(days=1)
    loaded.meltano(*MAIN_JOB)
    for name, rows in before.items():
        assert count(loaded, f"{RAW}.{name}") > rows, f"{name} did not grow"
    assert_facts_cover_the_raw_tables(loaded)


def test_a_new_version_of_the_tap_brings_its_columns(sandbox: Sandbox) -> None:
    """What Meltano remembers of the streams of an earlier version does not count, even if nothing is new."""
    sandbox.meltano(*LOAD)
    remembered = sandbox.meltano_folder / "run" / "tap-github-custom" / "tap.properties.json"
    catalog = json.loads(remembered.read_text(encoding="utf-8"))
    for stream in catalog["streams"]:
        stream["schema"]["properties"].pop("title", None)
        stream["metadata"] = [each for each in stream["metadata"] if each["breadcrumb"][-1:] != ["title"]]
    remembered.write_text(json.dumps(catalog), encoding="utf-8")
    sandbox.sql(f"alter table {RAW}.PULL_REQUEST drop column TITLE")
    sandbox.meltano(*LOAD)
    assert sandbox.sql(f"select TITLE from {RAW}.PULL_REQUEST")
