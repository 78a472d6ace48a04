"""A run that is killed at any moment loses nothing and duplicates nothing: run it again."""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress

import pytest

from .conftest import BIN, MAIN_JOB, Sandbox
from .truth import assert_tables_equal_the_data

KILLS = 4
LONGEST_SECONDS = 12.0


@pytest.mark.timeout(600)
def test_runs_killed_at_random_moments_are_made_good_by_the_next(sandbox: Sandbox) -> None:
    """After several SIGKILLs of the whole process group the next run brings the tables to the truth."""
    moments = random.Random(1)  # noqa: S311 - seeded, so that a failure can be repeated
    for _ in range(KILLS):
        with sandbox.start(str(BIN / "meltano"), *MAIN_JOB) as process:
            time.sleep(moments.uniform(1.0, LONGEST_SECONDS))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    sandbox.meltano(*MAIN_JOB)
    assert_tables_equal_the_data(sandbox, sandbox.generated_data)
