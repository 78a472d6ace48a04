"""A repository that belongs to another organisation now: its rows are there once, under the present owner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, OWNER
from .running import Loaded, Output, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

OTHER = {**OWNER, "login": "Other", "id": 950, "node_id": "O_950"}
BOTH = {"organizations": [LOGIN, "Other"]}
STREAMS = (
    "repository",
    "pull_request",
    "pull_request_review",
    "pull_request_commit",
    "commit",
    "commit_file",
)


@pytest.fixture
def two(made: Made) -> Made:
    """Return a folder with an organisation of two repositories, and another one without any."""
    made.add("one", 7)
    made.add("stays", 8)
    folder = made.folder / OTHER["login"]
    folder.mkdir()
    (folder / "organization.json").write_text(json.dumps(OTHER), encoding="utf-8")
    made.is_changed()
    return made


class Runs:
    """Runs that follow each other, and what a loader has after them."""

    def __init__(self, server: Server, folder: Path) -> None:
        """Begin without a state."""
        self.server, self.folder = server, folder
        self.state: dict[str, Any] | None = None
        self.loaded = Loaded()

    def run(self, **settings: Any) -> Output:
        """Run once more."""
        output = run_tap(self.server, self.folder, state=self.state, commit_source="api", **settings)
        assert output.error is None
        self.state = output.state
        self.loaded.load(output)
        return output

    def transfer(self) -> None:
        """Give a repository to the other organisation."""
        self.server.change("transfer_repository", repository=f"{LOGIN}/one", organization="Other")

    def owners(self, stream: str) -> dict[int, set[str]]:
        """Return by repository under whom it has living rows of a stream."""
        owners: dict[int, set[str]] = {}
        for row in self.loaded.living(stream).values():
            number = row["id" if stream == "repository" else "repository_id"]
            owners.setdefault(number, set()).add(row["_source_org"])
        return owners


@pytest.fixture
def runs(two: Made, made_github: Server, tmp_path: Path) -> Runs:
    """Return runs of which the first has read both repositories."""
    del two
    runs = Runs(made_github, tmp_path)
    runs.run(**BOTH)
    return runs


@pytest.mark.parametrize("settings", [BOTH, {"organizations": ["other"]}], ids=["both", "the new one"])
def test_rows_under_the_former_owner_are_told_as_gone(runs: Runs, settings: dict[str, Any]) -> None:
    """In the run that reads the repository under its new owner; what else the former one has stays."""
    before = {stream: runs.loaded.living(stream) for stream in STREAMS}
    runs.transfer()
    output = runs.run(**settings)
    for stream in STREAMS:
        assert runs.owners(stream) == {7: {"Other"}, 8: {LOGIN}}, stream
        assert len(runs.loaded.living(stream)) == len(before[stream])
    assert sorted(output.bookmarks) == [f"{LOGIN}/8", "other/7"]
    assert not any("x-complete-sets" in message for message in runs.run(**settings).messages)


def test_nothing_is_told_before_the_new_rows_are_there(runs: Runs) -> None:
    """A run that cannot read the repository under its new owner leaves the old rows."""
    runs.transfer()
    runs.server.add_fault(path="/repos/Other/one/.*", status=404, body="{}", times=100)
    assert runs.run(**BOTH).skipped
    assert runs.owners("pull_request") == {7: {LOGIN}, 8: {LOGIN}}
    runs.server.clear_faults()
    runs.run(**BOTH)
    assert runs.owners("pull_request") == {7: {"Other"}, 8: {LOGIN}}


def test_a_run_of_a_window_tells_nothing(runs: Runs, caplog: pytest.LogCaptureFixture) -> None:
    """It has not read all that there was; one with a start_date says what is missing now."""
    runs.transfer()
    runs.run(**BOTH, end_date="2026-03-02T00:00:00Z")
    assert runs.owners("commit")[7] == {LOGIN, "Other"}
    runs.run(**BOTH, start_date="2026-01-01T00:00:00Z")
    assert runs.owners("commit")[7] == {"Other"}
    assert "a backfill brings them" in caplog.text


def test_a_repository_that_is_nowhere_keeps_its_rows(runs: Runs) -> None:
    """It may be deleted, or the token may not see it any more: its history stays."""
    runs.server.change("delete_repository", repository=f"{LOGIN}/one")
    runs.run(**BOTH)
    assert runs.owners("pull_request") == {7: {LOGIN}, 8: {LOGIN}}
