"""What hostile people write on GitHub goes through tap, loader and dbt as text, and does nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import serve_github

from tests.hostile import CANARY, TOGETHER
from tests.tap.made import LOGIN, Made
from tests.tap.running import run_tap
from tests.transform.warehouse import Warehouse, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
REPOSITORY = "it's; $(touch " + CANARY + ") \u202e"  # a repository's name comes into paths and addresses
# What people write; the rest are ids, times, counts, SHAs, and what GitHub itself words.
WRITTEN = {
    "repository": ("name", "language", "default_branch"),
    "pull_request": ("title", "body", "head_ref", "user_login"),
    "pull_request_review": ("body", "user_login"),
    "commit": ("message", "author_name", "author_email"),
    "commit_file": ("filename", "previous_filename"),
    "deployment": ("environment", "ref", "task"),
    "release": ("name", "tag_name"),
}
RUN = ("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model")


def fill(made: Made) -> None:
    """Put the strings wherever somebody can write one."""
    made.add(REPOSITORY, 1, pulls=1, language=TOGETHER, description=TOGETHER, topics=[TOGETHER])
    who = {"login": TOGETHER, "id": 77, "node_id": "U_77", "type": "User", "site_admin": False}
    written = {"name": TOGETHER, "email": TOGETHER, "date": "2026-03-01T12:00:00Z"}
    with made.lines(REPOSITORY, "commits") as commits:
        for each in commits:
            each["commit"] = {"author": written, "committer": written, "message": TOGETHER}
            each["author"] = each["committer"] = who
            each["files"][0] |= {"filename": TOGETHER, "previous_filename": TOGETHER, "status": "renamed"}
    with made.lines(REPOSITORY, "pulls") as pulls:
        pull = pulls[0]
        pull |= {"title": TOGETHER, "body": TOGETHER, "user": who, "assignees": [who]}
        pull["head"]["ref"] = TOGETHER
        pull["labels"] = [{"id": 1, "node_id": "L", "name": TOGETHER, "description": TOGETHER, "color": "f"}]
        pull["labels"][0] |= {"url": "", "default": False}
    with made.lines(REPOSITORY, "reviews") as reviews:
        reviews[0] |= {"body": TOGETHER, "user": who}
    moments = {"created_at": "2026-03-02T00:00:00Z", "updated_at": "2026-03-02T00:00:00Z"}
    deployment = {"id": 5, "node_id": "D", "sha": commits[0]["sha"], "ref": TOGETHER, "task": TOGETHER}
    deployment |= {"environment": TOGETHER, "creator": who, **moments}
    made.put(REPOSITORY, "deployments", [deployment])
    release = {"id": 6, "node_id": "R", "tag_name": TOGETHER, "name": TOGETHER, "draft": False}
    release |= {"prerelease": False, "author": who, "created_at": moments["created_at"]}
    release |= {"published_at": moments["created_at"], "_sandbox": {"tag_sha": commits[0]["sha"]}}
    made.put(REPOSITORY, "releases", [release])


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, Path]]:
    """Return a warehouse after tap, loader and dbt have been served the strings."""
    folder = tmp_path_factory.mktemp("hostile")
    for name in ("data", "tap"):
        (folder / name).mkdir()
    made = Made(folder / "data")
    fill(made)
    with serve_github(folder / "data") as github, warehouse(folder / "warehouse") as opened:
        output = run_tap(github, folder / "tap", organizations=[LOGIN], commit_source="api")
        assert output.error is None
        assert not output.skipped
        opened.load_text(output.text)
        opened.dbt(*RUN)
        yield opened, folder


def values(opened: Warehouse, table: str, column: str) -> set[Any]:
    """Return what a column holds."""
    return {row["V"] for row in opened.sql(f'select "{column.upper()}" as v from {table}')}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("stream", WRITTEN)
def test_the_strings_are_in_the_raw_tables(hostile: tuple[Warehouse, Path], stream: str) -> None:
    """Each arrives character by character."""
    opened, _ = hostile
    expected = {"name": {REPOSITORY}, "default_branch": {"main"}} if stream == "repository" else {}
    for column in WRITTEN[stream]:
        found = values(opened, f"github_pipelines.raw_tables.{stream}", column)
        assert found == expected.get(column, {TOGETHER}), column


@pytest.mark.timeout(600)
def test_the_strings_are_in_the_marts(hostile: tuple[Warehouse, Path]) -> None:
    """The models were made, and show them as they are."""
    opened, _ = hostile
    assert values(opened, "marts.fct_github__pull_request", "title") == {TOGETHER}
    assert values(opened, "marts.dim_github__repository", "repository_name") == {REPOSITORY}
    assert values(opened, "marts.fct_github__commit_file", "file_path") == {TOGETHER}


@pytest.mark.timeout(600)
def test_nothing_ran_and_nothing_lies_elsewhere(hostile: tuple[Warehouse, Path]) -> None:
    """No shell made the canary; no object lies outside of the lake; no table is missing or new."""
    opened, folder = hostile
    assert not [path for base in (folder, ROOT) for path in base.glob(f"*{CANARY}*") if path.name == CANARY]
    assert not (Path.home() / CANARY).exists()
    bucket = folder / "warehouse" / "gcs" / "github-pipelines"
    assert {path.name for path in bucket.iterdir() if not path.name.startswith(".")} == {"github"}
    tables = opened.sql(
        "select table_name as n from github_pipelines.information_schema.tables"
        " where table_schema = 'RAW_TABLES'"
    )
    assert {row["N"].lower() for row in tables} >= set(WRITTEN)
