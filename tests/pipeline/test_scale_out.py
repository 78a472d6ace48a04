"""Several workers at once: each reads its share, and together they load what one would have."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .conftest import RAW
from .truth import assert_tables_equal_the_data

if TYPE_CHECKING:
    from .conftest import Sandbox

WORKERS = str(Path(__file__).with_name("workers.py"))
pytestmark = pytest.mark.timeout(600)


def run_workers(sandbox: Sandbox, *arguments: str) -> list[int]:
    """Run four workers at once against one schema; return their exit codes."""
    result = sandbox.run(sys.executable, WORKERS, *arguments)
    assert result.returncode == 0, result.stdout[-5000:]
    codes: list[int] = json.loads(result.stdout.splitlines()[-1])
    assert all(code in {0, -signal.SIGKILL} for code in codes), result.stdout[-5000:]
    return codes


def test_four_workers_load_what_one_would_have(sandbox: Sandbox) -> None:
    """Whoever comes first makes the tables; the next run makes a killed worker good, and the others go on."""
    assert run_workers(sandbox, "3") == [0, 0, -signal.SIGKILL, 0]
    assert run_workers(sandbox) == [0, 0, 0, 0]
    assert_tables_equal_the_data(sandbox, sandbox.generated_data)
    people = [
        (row["_SOURCE_ORG"], row["GITHUB_LOGIN"]) for row in sandbox.sql(f"select * from {RAW}.USER_LOOKUP")
    ]
    assert len(people) == len(set(people)) > 0
