"""Where git cannot be used, the API brings the commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tap_github_custom.git import check_git

from .made import LOGIN
from .running import run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made


@pytest.mark.parametrize("lacking", ["the folder", "the command"])
def test_what_may_not_be_touched_costs_no_commit(
    three: Made, made_github: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """A cache folder that cannot even be looked for, a git that cannot be started: neither ends the run."""
    del three
    settings: dict[str, Any] = {"organizations": [LOGIN], "cache_dir": str(tmp_path / "cache")}
    if lacking == "the folder":
        settings["cache_dir"] = str(
            tmp_path / ("long" * 100)
        )  # as one that may not be searched, for root, too
    else:
        (tmp_path / "git").touch(mode=0o644)
        monkeypatch.setenv("PATH", str(tmp_path))
        check_git.cache_clear()
    output = run_tap(made_github, tmp_path, **settings)
    assert output.error is None
    assert not output.skipped
    assert {row["repository_id"] for row in output.of("commit")} == {1, 2, 3}
