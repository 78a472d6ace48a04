"""A default branch that was force-pushed: commits that it lost are told as gone, and count no more."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from copy import deepcopy
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import TOKEN, serve_github
from tap_github_custom.emission import SETS_AT_ONCE

from tests.pipeline.expected import EXPECTED

from .made import LOGIN, commit
from .running import Loaded, Output, run_tap, selecting
from .test_signals import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

NAME = "lantern-works/platform"


class Runs:
    """Runs of the two streams of commits that follow each other, and what a loader has after them."""

    def __init__(self, server: Server, folder: Path, commit_source: str) -> None:
        """Begin without a state."""
        self.server, self.folder = server, folder
        self.state: dict[str, Any] | None = None
        self.loaded = Loaded()
        self.settings: dict[str, Any] = {
            "repositories": [NAME],
            "commit_source": commit_source,
            "catalog": selecting("commit", "commit_file"),
        }

    def run(self, **settings: Any) -> Output:
        """Run once more."""
        output = run_tap(self.server, self.folder, state=self.state, **{**self.settings, **settings})
        self.state = output.state
        self.loaded.load(output)
        return output

    def change(self, change: str, **arguments: Any) -> None:
        """Let something happen to the repository."""
        self.server.change(change, repository=NAME, **arguments)

    def assert_right(self) -> None:
        """Living rows are those of the default branch, no more and no less."""
        for table in ("COMMIT", "COMMIT_FILE"):
            living = self.loaded.living(table.lower()).keys()
            truth = EXPECTED[table](self.folder / "data").keys()
            assert living == {key for key in truth if key[1] == self.number}, table

    @property
    def number(self) -> int:
        """Return the id of the repository."""
        return int(next(iter(self.loaded.tables["commit"]))[1])

    @property
    def living(self) -> set[str]:
        """Return the SHAs of living commits."""
        return {row["sha"] for row in self.loaded.living("commit").values()}

    @property
    def head(self) -> str:
        """Return the SHA of the bookmark."""
        assert self.state is not None
        (bookmark,) = self.state["bookmarks"]["repository"]["repositories"].values()
        return str(bookmark["head"])

    def forget_clone(self) -> None:
        """Begin with an empty cache folder, as on a new machine."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server for a data folder of ten days, with git behind it, that may be changed."""
    generate(tmp_path / "data", seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    with serve_github(tmp_path / "data", points_per_hour=1_000_000) as server:
        yield server


@pytest.fixture(params=["git", "api"])
def runs(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Runs:
    """Return runs by git and by REST, of which the first has read the repository."""
    runs = Runs(server, tmp_path, request.param)
    runs.run()
    runs.assert_right()
    return runs


def day(number: int) -> str:
    """Return a moment of July 2026."""
    return f"2026-07-{number:02}T10:00:00Z"


def sets(output: Output) -> list[dict[str, Any]]:
    """Return the parents that a run told as complete."""
    return [parent for message in output.messages for parent in message.get("x-complete-sets", ())]


def asked(server: Server, path: str) -> int:
    """Return how many requests there were whose path has a part."""
    return len([each for each in server.requests() if path in each["path"]])


@pytest.mark.parametrize("dropped", [1, 2, None], ids=["one", "two", "all"])
def test_commits_that_the_branch_lost_are_gone(runs: Runs, dropped: int | None) -> None:
    """Once, whatever the new history has in common with the former one."""
    runs.change("push", at=day(2))
    runs.run()
    runs.change("force_push", at=day(3), dropped=dropped)
    assert sets(runs.run())
    runs.assert_right()
    runs.change("push", at=day(4))
    assert not sets(runs.run())
    runs.assert_right()


def test_a_history_from_another_beginning_is_read_whole(runs: Runs) -> None:
    """However old its commits are: all that there was before is gone."""
    runs.change("force_push", at="2026-03-01T10:00:00Z", dropped=None)
    runs.change("push", at=day(2))
    assert len(runs.run().of("commit")) == 2
    runs.assert_right()


def test_a_branch_that_went_back_has_lost_what_came_after(runs: Runs) -> None:
    """There is no new commit at all."""
    old = runs.head
    runs.change("push", at=day(2))
    runs.run()
    runs.change("move_branch", at=day(3), to=old)
    output = runs.run()
    assert not output.of("commit")
    assert {parent["_source_org"] for parent in sets(output)} == {"lantern-works"}
    runs.assert_right()


def test_commits_that_come_back_are_sent_again(runs: Runs) -> None:
    """Else the loader could not let them live again; now what stood in their place is gone."""
    old = runs.head
    runs.change("force_push", at=day(2), dropped=2)
    runs.run()
    assert old not in runs.living
    runs.change("move_branch", at=day(3), to=old)
    output = runs.run()
    assert old in {row["sha"] for row in output.of("commit")}
    runs.assert_right()


@pytest.mark.parametrize("dropped", [1, None], ids=["one", "all"])
def test_what_another_branch_holds_is_gone_too(runs: Runs, dropped: int | None) -> None:
    """Most often that branch is a pull request's, from before; the table is of the default branch."""
    runs.change("add_branch", name="kept")
    runs.change("force_push", at=day(3), dropped=dropped)
    runs.run()
    runs.assert_right()


def test_a_clone_that_was_made_since_asks_for_the_former_head(runs: Runs) -> None:
    """On a new machine nothing of the former history is there, though the server still has it."""
    runs.change("force_push", at=day(2), dropped=2)
    runs.forget_clone()
    output = runs.run()
    assert sets(output)
    assert len(output.of("commit")) == 1
    runs.assert_right()


def test_a_former_head_that_nobody_knows_is_told_with_the_way_out(
    runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is told as gone; after the way out all is right."""
    runs.change("push", at=day(2))
    runs.run()
    runs.change("force_push", at=day(3), dropped=2)
    runs.change("collect_garbage")
    runs.forget_clone()
    output = runs.run()
    assert output.error is None
    assert not sets(output)
    (key,) = output.bookmarks
    (said,) = [each for each in caplog.messages if "knows the former head" in each]
    assert f"remove {key} from the state" in said
    assert NAME in said
    for stream, rows in runs.loaded.tables.items():
        if stream.startswith("commit"):
            runs.loaded.deleted[stream] = set(rows)
    del output.bookmarks[key]
    runs.run()
    runs.assert_right()


def test_the_state_moves_after_the_telling(runs: Runs) -> None:
    """What a run that was killed before has written leaves everything to the next one."""
    before = runs.head
    runs.change("force_push", at=day(2), dropped=2)
    output = run_tap(runs.server, runs.folder, state=deepcopy(runs.state), **runs.settings)
    lines = output.text.splitlines(keepends=True)
    told = [number for number, line in enumerate(lines) if b"x-complete-sets" in line]
    assert all(before.encode() in line for line in lines[: told[-1]] if b'"type":"STATE"' in line)
    runs.loaded.load(Output(b"".join(lines[: told[0]])))
    assert before in runs.living
    runs.run()
    runs.assert_right()


def test_a_run_that_is_killed_before_it_tells_leaves_it_to_the_next(server: Server, tmp_path: Path) -> None:
    """SIGKILL while it asks what the branch has lost: no STATE of what it has written names the new head."""
    runs = Runs(server, tmp_path, "api")
    runs.run()
    before = runs.head
    runs.change("force_push", at=day(2), dropped=2)
    server.add_fault(path="/compare/", nth=2, delay_seconds=30)
    server.clear_requests()
    config = {"auth_token": TOKEN, "api_url": server.url, "repositories": [NAME], "commit_source": "api"}
    files = {"config": config, "state": runs.state, "catalog": runs.settings["catalog"]}
    command = [COMMAND]
    for name, content in files.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        command += [f"--{name}", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while asked(server, "/compare/") < 2:
            assert process.poll() is None
            time.sleep(0.1)
        process.kill()
        text, _ = process.communicate()
    output = Output(text[: text.rfind(b"\n") + 1])
    assert not sets(output)
    assert all(before in json.dumps(state) for state in output.states)
    runs.loaded.load(output)
    server.clear_faults()
    assert sets(runs.run())
    runs.assert_right()


def assert_left_to_the_next_run(runs: Runs, server: Server) -> None:
    """Fail unless a faulty run skips the repository and leaves its bookmark, and the next makes all right."""
    before = runs.head
    output = runs.run()
    assert list(output.skipped) == [NAME]
    assert not sets(output)
    assert runs.head == before
    server.clear_faults()
    runs.run()
    runs.assert_right()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": "{}", "times": None},
        {"status": 404, "body": "{}", "times": 2},
        {"status": 200, "body": '{"total_commits": 2, "commits": []}'},
    ],
    ids=["failing", "not there", "cut off"],
)
def test_what_cannot_be_found_out_now_is_found_out_later(
    server: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """The repository is skipped, its bookmark stays."""
    runs = Runs(server, tmp_path, "api")
    runs.run()
    runs.change("force_push", at=day(2), dropped=2)
    server.add_fault(path="/compare/", nth=2, **fault)
    assert_left_to_the_next_run(runs, server)


def test_nothing_is_told_of_a_branch_that_has_moved_meanwhile(runs: Runs, server: Server) -> None:
    """What the probe took for the head may be one of before, which has lost nothing."""
    runs.change("force_push", at=day(2), dropped=2)
    other = [{"sha": "f" * 40, "commit": {"committer": {"date": "2026-07-02T10:00:00Z"}}}]
    server.add_fault(path=r"/commits$", status=200, body=json.dumps(other))
    assert_left_to_the_next_run(runs, server)


def test_a_branch_that_has_moved_meanwhile_is_no_reason_for_a_clone(server: Server, tmp_path: Path) -> None:
    """REST has not failed: with `commit_source: auto`, too, the next run reads the repository again."""
    runs = Runs(server, tmp_path, "api")
    runs.run()
    runs.settings["commit_source"] = "auto"
    runs.change("force_push", at=day(2), dropped=2)
    other = [{"sha": "f" * 40, "commit": {"committer": {"date": "2026-07-02T10:00:00Z"}}}]
    server.add_fault(path=r"/commits$", status=200, body=json.dumps(other))
    assert_left_to_the_next_run(runs, server)
    assert not (tmp_path / "cache").exists()


def test_without_a_force_push_nothing_more_is_asked(server: Server, tmp_path: Path) -> None:
    """Over REST one comparison, and the commit; read from the start, a list and each commit."""
    runs = Runs(server, tmp_path, "api")
    runs.run(catalog=selecting("commit"))
    runs.change("push", at=day(2))
    server.clear_requests()
    runs.run(catalog=selecting("commit"))
    assert (asked(server, "/compare/"), asked(server, "/commits/"), asked(server, "/branches")) == (1, 1, 0)
    runs.change("push", at=day(3))
    server.clear_requests()
    output = runs.run()
    assert (asked(server, "/compare/"), asked(server, "/branches")) == (0, 0)
    assert asked(server, f"/{NAME}/commits/") == len(output.of("commit")) == len(runs.living)


def test_a_stream_that_is_newly_selected_hides_no_force_push(runs: Runs) -> None:
    """All commits are read again then, and those of the former head are told nevertheless."""
    runs.change("push", at=day(2))
    runs.run(catalog=selecting("commit"))
    runs.change("force_push", at=day(3), dropped=2)
    runs.run()
    runs.assert_right()


def test_the_former_head_is_known_until_commits_are_read_again(runs: Runs) -> None:
    """A run that reads something else, from the start, knows it for the next one."""
    runs.state = None
    runs.run(start_date="2026-03-01T00:00:00Z")
    former = runs.head
    runs.change("force_push", at=day(2), dropped=2)
    runs.state = runs.run(catalog=selecting("release"), start_date="2026-01-01T00:00:00Z").state
    assert runs.state is not None
    (bookmark,) = runs.state["bookmarks"]["repository"]["repositories"].values()
    assert (bookmark.get("head"), bookmark["former_head"]) == (None, former)
    output = runs.run(start_date="2026-01-01T00:00:00Z")
    (bookmark,) = output.bookmarks.values()
    assert "former_head" not in bookmark
    runs.assert_right()


def test_a_message_names_so_many_commits_at_most(
    made: Made, made_github: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loader's statement names them all, each by three columns, and may have 8,000 values."""
    assert SETS_AT_ONCE * 3 < 8_000
    monkeypatch.setattr("tap_github_custom.reading.dropped.SETS_AT_ONCE", 100)
    made.add("one", 7)
    many = [commit("lost", number, day=2) for number in range(101)]
    for newer, older in pairwise(many):
        newer["parents"] = [{"sha": older["sha"]}]
    with made.lines("one", "commits") as commits:
        many[-1]["parents"] = [{"sha": commits[0]["sha"]}]
        commits[:0] = many
    run: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api", "catalog": selecting("commit")}
    first = run_tap(made_github, tmp_path, **run)
    with made.lines("one", "commits") as commits:
        commits[:] = [*commits[len(many) :], *({**each, "on_default_branch": False} for each in many)]
    second = run_tap(made_github, tmp_path, state=first.state, **run)
    told = [message["x-complete-sets"] for message in second.messages if message.get("x-complete-sets")]
    assert [len(each) for each in told] == [100, 1]
    living = Loaded().load(first).load(second).living("commit").values()
    assert len(living) == 1
