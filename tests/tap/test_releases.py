"""Releases of a repository that has more of them than GitHub lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, Made, moment
from .running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

RUN: dict[str, Any] = {"organizations": [LOGIN], "catalog": selecting("repository", "release")}
TOO_FAR = {"status": 422, "body": json.dumps({"message": "Only the first 1000 results are available."})}


@pytest.fixture
def app(made: Made) -> Made:
    """Return a repository with more releases than a page holds; drafts have no tag to be asked for."""
    made.add("app", 1, pulls=0)
    kind = {"name": "One", "draft": True, "prerelease": False, "author": None, "target_commitish": "main"}
    times = {"created_at": moment(6), "published_at": None}
    numbers = range(1, 131)
    made.put("app", "releases", [{"id": each, "tag_name": f"v{each}", **kind, **times} for each in numbers])
    return made


def test_a_list_that_github_cuts_off_is_over(
    app: Made, made_github: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is listed arrives, a warning says that there is more, and the next run need not ask again."""
    del app
    made_github.add_fault(path="/releases$", nth=2, times=None, **TOO_FAR)
    first = run_tap(made_github, tmp_path, **RUN)
    assert not first.skipped
    assert len(first.of("release")) == 100
    assert "made/app: older releases than the newest 100 are not listed" in caplog.text
    assert run_tap(made_github, tmp_path, state=first.state, **RUN).summary["repositories"]["unchanged"] == 1


def test_a_list_that_does_not_even_begin_is_an_error(app: Made, made_github: Server, tmp_path: Path) -> None:
    """Nobody knows what it would have held."""
    del app
    made_github.add_fault(path="/releases$", times=None, **TOO_FAR)
    assert list(run_tap(made_github, tmp_path, **RUN).skipped) == ["made/app"]
