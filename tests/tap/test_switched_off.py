"""Parts of a repository that are switched off: the rest is read, and they are once they are on again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, Made, moment, touch
from .running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}


@pytest.mark.parametrize("use_graphql", [True, False], ids=["with the probe", "REST only"])
def test_pull_requests_that_are_switched_off_are_left_out(
    made: Made, made_github: Server, tmp_path: Path, *, use_graphql: bool
) -> None:
    """GitHub answers 404 for them to everybody; that is not to say that the repository is gone."""
    made.add("app", 1, has_pull_requests=False)
    run = {**RUN, "use_graphql": use_graphql}
    off = run_tap(made_github, tmp_path, **run)
    assert not off.skipped
    assert (len(off.of("commit")), off.of("pull_request")) == (1, [])
    unchanged = run_tap(made_github, tmp_path, state=off.state, **run)
    assert unchanged.summary["repositories"]["unchanged"] == use_graphql
    with made.repository("app") as repository:
        repository["has_pull_requests"] = True
    on = run_tap(made_github, tmp_path, state=unchanged.state, **run)
    assert len(on.of("pull_request")) == 2


def test_what_happened_before_they_were_switched_off_comes_later(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """They are read from where they were left, not from the start."""
    made.add("app", 1)
    run = {**RUN, "lookback_days": 0}
    first = run_tap(made_github, tmp_path, **run)
    with made.lines("app", "pulls") as pulls:
        touch(pulls[1], moment(28))
    with made.repository("app") as repository:
        repository["has_pull_requests"] = False
    off = run_tap(made_github, tmp_path, state=first.state, **run)
    assert not off.skipped
    with made.repository("app") as repository:
        repository["has_pull_requests"] = True
    on = run_tap(made_github, tmp_path, state=off.state, **run)
    assert [row["number"] for row in on.of("pull_request")] == [2]


def test_milestones_that_are_switched_off_are_left_out(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """GitHub answers 410 for what belongs to issues; nothing is told as gone."""
    made.add("app", 1)
    made_github.add_fault(path="/milestones$", status=410, body="{}")
    output = run_tap(made_github, tmp_path, catalog=selecting("milestone", "pull_request"), **RUN)
    assert not output.skipped
    assert len(output.of("pull_request")) == 2
    told = [message["stream"] for message in output.messages if "x-complete-sets" in message]
    assert "milestone" not in told
