"""A run a day brings what one run at the end brings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.advance import advance
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import serve_github

from tests.pipeline.expected import EXPECTED

from .running import Loaded, run_tap
from .truth import assert_equal

if TYPE_CHECKING:
    from pathlib import Path

    from .running import Row

DAYS = 3
BOTH = ["lantern-works", "lantern-labs"]


@pytest.mark.parametrize("commit_source", ["auto", "api"])
def test_day_after_day_nothing_gets_lost(tmp_path: Path, commit_source: str) -> None:
    """Late merges, edits, deployments of each day come with it; a reconciliation finds deleted reviews."""
    data = tmp_path / "data"
    generate(data, seed=2, size=Size(date(2026, 6, 10), 1.0, 10))
    run: dict[str, Any] = {"organizations": BOTH, "commit_source": commit_source}
    loaded, state = Loaded(), None
    with serve_github(data, points_per_hour=1_000_000) as server:
        for day in range(DAYS + 1):
            if day:
                advance(data, days=1)
            output = run_tap(server, tmp_path, state=state, **run)
            assert output.error is None
            state = output.state
            loaded.load(output)
        for name, table in EXPECTED.items():
            truth = {key: without_silent_changes(row) for key, row in table(data).items()}
            if name != "PULL_REQUEST_REVIEW":
                assert_equal(name, loaded.living(name.lower()), truth)
        loaded.load(run_tap(server, tmp_path, state=state, reconcile="always", **run))
    assert loaded.deleted["pull_request_review"], "no review was deleted: the days are too quiet"
    for name in ("PULL_REQUEST", "PULL_REQUEST_REVIEW"):
        assert_equal(name, loaded.living(name.lower()), EXPECTED[name](data))


def without_silent_changes(row: Row) -> Row:
    """Return a row less what a deleted review takes away without a trace in the pull request."""
    return {column: value for column, value in row.items() if column != "REVIEW_COMMENTS"}


def test_a_clone_that_is_damaged_when_it_is_read_costs_one_repository_one_run(tmp_path: Path) -> None:
    """No fetch looks at what it has already; all others arrive, and the next run makes the clone again."""
    data = tmp_path / "data"
    generate(data, seed=2, size=Size(date(2026, 6, 10), 1.0, 10))
    run: dict[str, Any] = {"organizations": BOTH, "commit_source": "git"}
    with serve_github(data, points_per_hour=1_000_000) as server:
        healthy = run_tap(server, tmp_path, **run)
        pack = max((tmp_path / "cache").rglob("*.pack"), key=lambda path: path.stat().st_size)
        content = bytearray(pack.read_bytes())
        old = slice(len(content) * 3 // 4, -100)  # the newest objects lie in front
        content[old] = bytes(len(content[old]))
        pack.unlink()
        pack.write_bytes(content)
        spoilt = run_tap(server, tmp_path, **run)
        assert spoilt.error is None
        (reason,) = (spoilt.skipped[name] for name in spoilt.skipped.keys() - healthy.skipped.keys())
        assert "is damaged and will be made again" in reason
        healed = run_tap(server, tmp_path, state=spoilt.state, **run)
    keys = [{row["sha"] for row in output.of("commit")} for output in (healthy, spoilt, healed)]
    assert keys[0] > keys[1]
    assert keys[0] == keys[1] | keys[2]
