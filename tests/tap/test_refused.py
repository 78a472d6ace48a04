"""Repositories that GitHub refuses: what is asked of them, what is said of them, how the run ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN
from tap_github_custom import times
from tap_github_custom.errors import SkippedError
from tap_github_custom.tap import TapGitHubCustom

from .made import LOGIN, moment
from .running import Output, run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}


class Runs:
    """Runs that follow each other on the repositories `open` (id 1) and `blocked` (id 2, status 451)."""

    def __init__(self, made: Made, server: Server, folder: Path) -> None:
        """Run for the first time."""
        made.add("open", 1)
        made.add("blocked", 2, _sandbox={"status": 451})
        self._server = server
        self._folder = folder
        self.state: dict[str, Any] | None = None
        self.run()

    def run(self, **config: Any) -> tuple[Output, list[str]]:
        """Return the output, and the paths below `blocked` that were asked for."""
        self._server.clear_requests()
        output = run_tap(self._server, self._folder, state=self.state, **{**RUN, **config})
        assert output.error is None
        self.state = output.state
        paths = [each["path"] for each in self._server.requests()]
        return output, [path for path in paths if "/blocked" in path]

    @property
    def bookmark(self) -> dict[str, Any]:
        """Return the bookmark of `blocked` in the state that the next run begins with."""
        assert self.state is not None
        found: dict[str, Any] = self.state["bookmarks"]["repository"]["repositories"][f"{LOGIN}/2"]
        return found


@pytest.fixture
def runs(made: Made, made_github: Server, tmp_path: Path) -> Runs:
    """Return runs of which the first is over."""
    return Runs(made, made_github, tmp_path)


def test_what_was_refused_is_not_asked_again_and_still_named(runs: Runs) -> None:
    """The probe says the same as before: no request, and the summary has the reason and its age."""
    output, asked = runs.run()
    assert asked == []
    reason = output.skipped[f"{LOGIN}/blocked"]
    assert "blocked for legal reasons" in reason
    assert f"not asked again since {runs.bookmark['refused']['at']}" in reason


def test_it_is_read_as_soon_as_the_probe_sees_it(runs: Runs, made: Made) -> None:
    """Somebody has lifted the block: the next run brings all of it, and forgets the refusal."""
    with made.repository("blocked") as repository:
        del repository["_sandbox"]
    output, _ = runs.run()
    assert not output.skipped
    assert [row["repository_id"] for row in output.of("pull_request")] == [2, 2]
    assert "refused" not in runs.bookmark


@pytest.mark.parametrize(("hours", "is_asked"), [(23, False), (25, True)])
def test_it_is_asked_for_once_a_day(runs: Runs, hours: int, *, is_asked: bool) -> None:
    """GraphQL may go on refusing what REST no longer does."""
    refused = runs.bookmark["refused"]
    refused["at"] = times.write(times.parse(refused["at"]) - timedelta(hours=hours))
    _, asked = runs.run()
    assert bool(asked) == is_asked


def test_it_is_asked_for_when_other_streams_are_wanted(runs: Runs) -> None:
    """What was refused may have been left out since."""
    catalog = selecting("repository", "pull_request")
    assert runs.run(catalog=catalog)[1]
    assert not runs.run(catalog=catalog)[1]


@pytest.mark.parametrize("fault", [{"status": 500, "body": "{}"}, {"status": 403, "body": "{}"}], ids=str)
def test_what_the_probe_can_see_is_asked_for_each_time(
    made: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """Where GraphQL is not refused it cannot tell when REST no longer is: nothing is kept."""
    made.add("one", 1)
    made.add("two", 2)
    made_github.add_fault(path="/repos/made/two/pulls", times=None, **fault)
    first = run_tap(made_github, tmp_path, **RUN)
    assert "refused" not in first.bookmarks[f"{LOGIN}/2"]
    made_github.clear_faults()
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert {row["repository_id"] for row in second.of("pull_request")} == {2}


def test_a_run_that_could_read_nothing_has_failed(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Every repository is skipped: with `on_repository_error: skip`, too, and now as in the next run."""
    made.add("one", 1, _sandbox={"status": 451})
    made.add("two", 2, _sandbox={"status": 403})
    first = run_tap(made_github, tmp_path, error_exit_code=17, **RUN)
    assert isinstance(first.error, SkippedError)
    assert first.error.exit_code == 17
    assert "made/one, made/two" in str(first.error)
    assert first.summary["outcome"].startswith("failed: 2 repositories were skipped, which are all there are")
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert isinstance(second.error, SkippedError)


def test_a_test_that_could_read_nothing_has_failed(made: Made, made_github: Server, tmp_path: Path) -> None:
    """`--test` looks at some repositories; it does not say that there are no others."""
    for number in range(1, 28):
        made.add(f"refused-{number}", number, pulls=0, _sandbox={"status": 403})
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "cache_dir": str(tmp_path)}
    tap = TapGitHubCustom(config=settings)
    with pytest.raises(SkippedError, match=r"^25 repositories were skipped: "):
        tap.run_connection_test()


def test_a_test_passes_over_those_that_are_refused(made: Made, made_github: Server, tmp_path: Path) -> None:
    """They say nothing of the many others behind them."""
    made.add("open", 1)
    for number in range(2, 8):  # the newest are listed first
        made.add(f"refused-{number}", number, pulls=0, _sandbox={"status": 403})
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "cache_dir": str(tmp_path)}
    assert TapGitHubCustom(config=settings).run_connection_test()


def test_a_run_that_could_read_something_has_not(made: Made, made_github: Server, tmp_path: Path) -> None:
    """One that was read, or is unchanged, or of which nothing but its own row was wanted, is enough."""
    made.add("one", 1)
    made.add("two", 2, _sandbox={"status": 451})
    first = run_tap(made_github, tmp_path, **RUN)
    assert first.error is None
    assert run_tap(made_github, tmp_path, state=first.state, **RUN).error is None
    bare: dict[str, Any] = {
        "repositories": [f"{LOGIN}/one", f"{LOGIN}/nowhere"],
        "catalog": selecting("repository"),
    }
    output = run_tap(made_github, tmp_path, **bare)
    assert output.error is None
    assert list(output.skipped) == [f"{LOGIN}/nowhere"]


def test_an_empty_organisation_is_no_failure(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Where there is nothing to read, reading nothing is right."""
    del made
    assert run_tap(made_github, tmp_path, **RUN).error is None


def test_a_repository_that_was_read_before_keeps_its_bookmark(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """It is blocked, and opened again: only what changed meanwhile is read."""
    made.add("one", 1)
    made.add("two", 2)
    first = run_tap(made_github, tmp_path, **RUN)
    with made.repository("two") as repository:
        repository["_sandbox"] = {"status": 403}
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert list(second.skipped) == [f"{LOGIN}/two"]
    with made.repository("two") as repository:
        del repository["_sandbox"]
    with made.lines("two", "pulls") as pulls:
        pulls[0].update(title="Meanwhile", updated_at=moment(28))
    third = run_tap(made_github, tmp_path, state=second.state, **RUN, lookback_days=0)
    assert third.of("pull_request")[0]["title"] == "Meanwhile"
    assert third.of("commit") == []
