"""Runs that `max_requests` ends: what they leave undone comes later, and starves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.errors import SkippedError

from .made import LOGIN, moment, touch
from .running import Loaded, run_tap
from .test_faults import whole

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}


def test_a_budget_ends_a_run_and_others_finish(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Each run stops at `max_requests` with its state; together they bring what one run brings."""
    for number in range(1, 9):
        made.add(f"repository-{number}", number, pulls=3)
    expected = Loaded().load(run_tap(made_github, tmp_path, **RUN))
    loaded, state, outcomes = Loaded(), None, []
    for _ in range(12):
        made_github.clear_requests()
        output = run_tap(made_github, tmp_path, state=state, max_requests=20, **RUN)
        assert output.error is None
        assert len(made_github.requests()) <= 20
        loaded.load(output)
        state = output.state
        outcomes.append(output.summary["outcome"])
        if outcomes[-1] == "complete":
            break
    assert outcomes[-1] == "complete"
    assert len(outcomes) > 1
    for stream in expected.tables:
        assert loaded.living(stream) == expected.living(stream)


def test_a_repository_too_large_for_the_budget_does_not_starve_the_others(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """What did not fit into the budget comes last in the next run."""
    made.add("large", 3, pulls=60)
    made.add("small", 2)
    settings = {**RUN, "use_graphql": False, "max_requests": 40}
    first = run_tap(made_github, tmp_path, **settings)
    assert whole(first) == set()
    second = run_tap(made_github, tmp_path, state=first.state, **settings)
    assert whole(second) == {"made/2"}


def test_a_repository_that_fails_does_not_starve_the_others(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """It comes last in the next run: what it costs to fail may be all that the budget allows."""
    made.add("failing", 2)
    made_github.add_fault(path="/repos/made/failing/releases$", times=None, status=404, body="{}")
    settings = {**RUN, "use_graphql": False, "max_requests": 100}
    first = run_tap(made_github, tmp_path, **settings)
    assert list(first.skipped) == ["made/failing"]
    for number, name in ((1, "before"), (3, "behind")):  # wherever it stands in the list
        made.add(name, number)
    made_github.clear_requests()
    run_tap(made_github, tmp_path, state=first.state, **settings)
    paths = [each["path"].split("/") for each in made_github.requests()]
    asked = [parts[3] for parts in paths if parts[1:3] == ["repos", "made"]]
    assert list(dict.fromkeys(asked))[-1] == "failing"


def test_a_budget_that_never_suffices_brings_people_in_every_other_run(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """They come last, so the run after one that did not come to them begins with them, and none twice."""
    made.add("large", 1, pulls=60)
    settings = {**RUN, "use_graphql": False}
    state, counts, owed = None, [], []
    for max_requests in (40, 40, 40, 1, 40, 400):
        output = run_tap(made_github, tmp_path, state=state, max_requests=max_requests, **settings)
        state = output.state
        counts.append(len(output.of("user_lookup")))
        owed.append("people_owed" in state["bookmarks"]["repository"])
    assert counts == [0, 2, 0, 0, 0, 2]
    assert owed == [True, False, True, False, True, False]


def test_an_earlier_start_date_starves_nobody(made: Made, made_github: Server, tmp_path: Path) -> None:
    """What has to be read again keeps its place in the row: that it was tried says who comes last."""
    made.add("large", 3, pulls=60)
    made.add("small", 2)
    settings = {**RUN, "use_graphql": False, "start_date": moment(1, 0)}
    state = run_tap(made_github, tmp_path, **{**settings, "start_date": moment(28)}).state
    for _ in range(2):
        output = run_tap(made_github, tmp_path, state=state, max_requests=40, **settings)
        state = output.state
    starts = {key: bookmark["start"] for key, bookmark in output.bookmarks.items()}
    assert starts == {"made/2": moment(1, 0), "made/3": moment(28)}


def test_what_was_skipped_before_the_budget_was_spent_counts(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """With `on_repository_error: fail` the run has failed, though its budget ended it."""
    made.add("large", 1, pulls=60)
    made.add("refused", 2, _sandbox={"status": 451})
    settings = {**RUN, "use_graphql": False, "max_requests": 40}
    skipping = run_tap(made_github, tmp_path, **settings)
    assert (list(skipping.skipped), skipping.error) == (["made/refused"], None)
    failing = run_tap(made_github, tmp_path, on_repository_error="fail", error_exit_code=17, **settings)
    assert isinstance(failing.error, SkippedError)
    assert failing.error.exit_code == 17


def test_a_budget_that_is_spent_on_refusals_alone_is_no_failure(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """It does not know whether the others can be read; a run that comes to all of them does."""
    for number in range(1, 9):
        made.add(f"refused-{number}", number, _sandbox={"status": 403})
    settings = {**RUN, "use_graphql": False}
    output = run_tap(made_github, tmp_path, max_requests=5, **settings)
    assert 0 < len(output.skipped) < 8
    assert output.error is None
    assert isinstance(run_tap(made_github, tmp_path, max_requests=100, **settings).error, SkippedError)


@pytest.mark.parametrize("is_owed", [False, True])
def test_a_name_that_is_gone_fails_no_run_that_its_budget_ends(
    made: Made, made_github: Server, tmp_path: Path, *, is_owed: bool
) -> None:
    """Wherever that is: in the list, at people who are owed, in the probe, or at the first repository."""
    made.add("large", 1, pulls=60)
    settings: dict[str, Any] = {"repositories": [f"{LOGIN}/gone", f"{LOGIN}/large"], "commit_source": "api"}
    state = {"bookmarks": {"repository": {"people_owed": True}}} if is_owed else None
    for max_requests in range(1, 9):
        output = run_tap(made_github, tmp_path, state=state, max_requests=max_requests, **settings)
        assert output.summary["outcome"].startswith("ended early: ")
        assert output.error is None


def test_a_reconciliation_that_is_too_large_gives_way_to_what_has_changed(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """A run that tried it is followed by those that read the pull requests updated since, for a week."""
    made.add("large", 1, pulls=60)
    settings = {**RUN, "use_graphql": False, "lookback_days": 0}
    state = run_tap(made_github, tmp_path, **settings).state
    state["bookmarks"]["repository"]["repositories"]["made/1"]["reconciled"] = moment(1)
    tried = run_tap(made_github, tmp_path, state=state, max_requests=40, **settings)
    assert whole(tried) == {"made/1"}
    assert tried.of("pull_request") == []
    state = tried.state
    for number in (1, 2):
        with made.lines("large", "pulls") as pulls:
            touch(pulls[number - 1], moment(27 + number))
        then = run_tap(made_github, tmp_path, state=state, max_requests=40, **settings)
        assert then.summary["outcome"] == "complete"
        assert then.of("pull_request")[0]["number"] == number
        state = then.state
    again = run_tap(made_github, tmp_path, state=state, **settings)
    assert len(again.of("pull_request")) == 60
    assert "tried" not in again.bookmarks["made/1"]
