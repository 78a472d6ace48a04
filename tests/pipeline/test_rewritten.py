"""A default branch that was force-pushed, through tap and loader: rows of lost commits are marked."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import serve_github

from tests.tap.running import run_tap, selecting
from tests.transform.warehouse import Warehouse, warehouse

from .expected import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server

NAME = "lantern-works/platform"
TABLES = {"COMMIT": "sha", "COMMIT_FILE": "commit_sha, filename"}
# What the runbook says.
MARKED = "set _deleted_at = sysdate(), _ingested_at = sysdate() where _source_org = 'lantern-works'"


class Pipeline:
    """Runs of tap and loader that follow each other."""

    def __init__(self, github: Server, opened: Warehouse, folder: Path) -> None:
        """Begin without a state."""
        self.github, self.opened, self.folder = github, opened, folder
        self.state: dict[str, Any] | None = None

    def run(self) -> None:
        """Read what is new, and load it."""
        output = run_tap(
            self.github,
            self.folder,
            state=deepcopy(self.state),
            repositories=[NAME],
            catalog=selecting("commit", "commit_file"),
        )
        assert output.error is None
        self.opened.load_text(output.text)
        self.state = output.state

    def change(self, change: str, **arguments: Any) -> None:
        """Let something happen to the repository."""
        self.github.change(change, repository=NAME, **arguments)

    def rows(self, table: str, *, living: bool) -> set[tuple[Any, ...]]:
        """Return the keys of rows that are marked as deleted, or are not."""
        rows = self.opened.sql(
            f"select repository_id, {TABLES[table]} from github_pipelines.raw_tables.{table}"
            f" where (_deleted_at is null) = {living}"
        )
        return {tuple(row.values()) for row in rows}

    def truth(self, table: str) -> set[tuple[Any, ...]]:
        """Return the keys of what the default branch has."""
        keys = EXPECTED[table](self.folder / "data").keys()
        return {key[1:] for key in keys if key[1] == self.number}

    @property
    def number(self) -> int:
        """Return the id of the repository."""
        recorded = json.loads((self.folder / "data" / NAME / "repository.json").read_text(encoding="utf-8"))
        return int(recorded["id"])

    @property
    def head(self) -> str:
        """Return the head that was read last."""
        assert self.state
        (bookmark,) = self.state["bookmarks"]["repository"]["repositories"].values()
        return str(bookmark["head"])

    def assert_right(self) -> None:
        """Living rows are those of the default branch, no more and no less."""
        for table in TABLES:
            assert self.rows(table, living=True) == self.truth(table), table


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """Return a pipeline that has loaded a repository once."""
    generate(tmp_path / "data", seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    with (
        serve_github(tmp_path / "data", points_per_hour=1_000_000) as github,
        warehouse(tmp_path / "warehouse") as opened,
    ):
        pipeline = Pipeline(github, opened, tmp_path)
        pipeline.run()
        pipeline.assert_right()
        yield pipeline


@pytest.mark.timeout(300)
def test_rows_of_lost_commits_are_marked_until_they_come_back(pipeline: Pipeline) -> None:
    """In COMMIT and COMMIT_FILE; then what stood in their place meanwhile is marked."""
    old = pipeline.head
    pipeline.change("force_push", at="2026-07-02T10:00:00Z", dropped=2)
    pipeline.run()
    pipeline.assert_right()
    new, marked = pipeline.head, pipeline.rows("COMMIT", living=False)
    assert (pipeline.number, old) in marked
    pipeline.change("move_branch", at="2026-07-03T10:00:00Z", to=old)
    pipeline.run()
    pipeline.assert_right()
    assert pipeline.rows("COMMIT", living=False) == {(pipeline.number, new)}


@pytest.mark.timeout(300)
def test_what_nobody_knows_is_set_right_by_hand(pipeline: Pipeline) -> None:
    """All rows are marked, and the repository is read again: those that are there come back."""
    old = pipeline.head
    pipeline.change("force_push", at="2026-07-02T10:00:00Z", dropped=2)
    pipeline.change("collect_garbage")
    shutil.rmtree(pipeline.folder / "cache")
    pipeline.run()
    assert (pipeline.number, old) in pipeline.rows("COMMIT", living=True)
    for table in TABLES:
        pipeline.opened.sql(f"update github_pipelines.raw_tables.{table} {MARKED}")
    assert pipeline.state
    pipeline.state["bookmarks"]["repository"]["repositories"].clear()
    pipeline.run()
    pipeline.assert_right()
    assert (pipeline.number, old) in pipeline.rows("COMMIT", living=False)
