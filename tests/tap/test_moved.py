"""A repository that belongs to another organisation now: its rows are there once, under the present owner."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, OWNER, moment, touch
from .running import Loaded, Output, run_tap, selecting

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


def test_what_reaches_less_far_replaces_nothing(runs: Runs) -> None:
    """A window, or history since a date, has come under the new owner; all of it was there under the old."""
    runs.transfer()
    runs.run(**BOTH, end_date="2026-03-02T00:00:00Z")
    assert runs.owners("commit")[7] == {LOGIN, "Other"}
    runs.run(**BOTH, start_date="2026-01-01T00:00:00Z")
    assert runs.owners("commit")[7] == {LOGIN, "Other"}
    runs.run(**BOTH)
    assert runs.owners("commit")[7] == {"Other"}


def test_a_stream_that_is_not_selected_is_told_once_it_is(runs: Runs) -> None:
    """Until then the state remembers the former owner for what was read there."""
    runs.transfer()
    output = runs.run(**BOTH, catalog=selecting("repository", "pull_request"))
    assert runs.owners("pull_request")[7] == {"Other"}
    assert runs.owners("commit")[7] == {LOGIN}
    assert sorted(output.bookmarks) == [f"{LOGIN}/7", f"{LOGIN}/8", "other/7"]
    output = runs.run(**BOTH)
    for stream in STREAMS:
        assert runs.owners(stream)[7] == {"Other"}, stream
    assert sorted(output.bookmarks) == [f"{LOGIN}/8", "other/7"]


def test_what_cannot_be_told_is_not_forgotten(runs: Runs) -> None:
    """Without the column that names the repository nothing is told of a stream, and no target fails."""
    runs.transfer()
    catalog = selecting(
        *STREAMS, without=["pull_request.repository_id", "pull_request_review.pull_request_id"]
    )
    output = runs.run(**BOTH, catalog=catalog)
    for message in output.messages:
        if message["type"] == "SCHEMA":
            named = message["schema"].get("x-complete-set-of", [])
            assert set(named) <= message["schema"]["properties"].keys()
    assert f"{LOGIN}/7" in output.bookmarks
    assert runs.owners("commit")[7] == {"Other"}


def test_a_run_that_ends_early_tells_what_earlier_ones_have_read(runs: Runs, two: Made) -> None:
    """A budget that never suffices for all must not let everything count twice."""
    assert runs.state is not None
    former = runs.state["bookmarks"]["repository"]["repositories"][f"{LOGIN}/7"]
    runs.transfer()
    runs.run(**BOTH)
    runs.state["bookmarks"]["repository"]["repositories"][f"{LOGIN}/7"] = former
    with two.lines("stays", "pulls") as pulls:
        touch(pulls[0], moment(20))
    output = runs.run(**BOTH, max_requests=4)
    assert "ended early" in output.summary["outcome"]
    assert sorted(output.bookmarks) == [f"{LOGIN}/8", "other/7"]
    sets = [message for message in output.messages if message.get("x-complete-sets")]
    assert {message["stream"] for message in sets} >= set(STREAMS)


def test_what_follows_is_told_as_usual(runs: Runs) -> None:
    """Each stream's last SCHEMA says what its first one did: else no set of this run would be whole."""
    runs.transfer()
    messages = [each for each in runs.run(**BOTH).messages if each["type"] == "SCHEMA"]
    for stream in STREAMS:
        of_stream = [each for each in messages if each["stream"] == stream]
        assert of_stream[-1] == of_stream[0]


def test_an_owner_is_the_same_in_whatever_capitals(runs: Runs) -> None:
    """An entry that an editor of the state wrote in capitals, or without an owner, takes nothing away."""
    assert runs.state is not None
    repositories = runs.state["bookmarks"]["repository"]["repositories"]
    repositories |= {f"{LOGIN.upper()}/7": dict(repositories[f"{LOGIN}/7"]), "7": {}, "x": {}}
    assert not any(message.get("x-complete-sets") for message in runs.run(**BOTH).messages)
    assert runs.owners("pull_request") == {7: {LOGIN}, 8: {LOGIN}}


def test_a_repository_that_is_nowhere_keeps_its_rows(runs: Runs) -> None:
    """It may be deleted, or the token may not see it any more: its history stays."""
    runs.server.change("delete_repository", repository=f"{LOGIN}/one")
    runs.run(**BOTH)
    assert runs.owners("pull_request") == {7: {LOGIN}, 8: {LOGIN}}
