"""The main job on the real history of a real repository."""

from __future__ import annotations

import pytest

from .conftest import CORPUS, MAIN_JOB, RAW, Sandbox
from .truth import assert_tables_equal_the_data

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(),
    reason="no recorded repositories: put a data folder at ../shared/corpus, beside this project",
)


@pytest.mark.timeout(900)
def test_the_real_history_lands_once_with_its_values(sandbox: Sandbox) -> None:
    """All 1,308 pull requests, 2,592 reviews and every file of 2,866 commits, each value as recorded."""
    sandbox.meltano(*MAIN_JOB, data=CORPUS)
    counts = {
        name: sandbox.sql(f"select count(*) as n from {RAW}.{name}")[0]["N"]
        for name in ("PULL_REQUEST", "PULL_REQUEST_REVIEW", "COMMIT")
    }
    assert counts == {"PULL_REQUEST": 1308, "PULL_REQUEST_REVIEW": 2592, "COMMIT": 2866}
    assert_tables_equal_the_data(sandbox, CORPUS)
