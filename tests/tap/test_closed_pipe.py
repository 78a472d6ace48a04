"""A target that ends takes the tap along, whatever its threads wait for."""

from __future__ import annotations

import io
import threading
import time
from typing import TYPE_CHECKING, Any

from .made import LOGIN
from .running import run_tap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api", "concurrency": 2}
WAIT_SECONDS = 15  # for the limit: so long would a thread keep the process alive


class ClosedPipe(io.BytesIO):
    """A pipe whose reader ends at the first pull request."""

    def __init__(self, until: Callable[[], object]) -> None:
        """Call UNTIL first."""
        super().__init__()
        self._until = until
        self._is_closed = False

    def write(self, line: Any) -> int:
        """Take a line, or break."""
        if self._is_closed or (b'"RECORD"' in line and b'"pull_request"' in line):
            self._until()
            self._is_closed = True
            raise BrokenPipeError
        return super().write(line)


def test_who_waits_for_a_limit_waits_no_more(three: Made, made_github: Server, tmp_path: Path) -> None:
    """The threads end, and the summary says what was done."""
    del three
    made_github.add_fault(
        path="/repos/made/two/pulls",
        delay_seconds=0.5,
        status=429,
        headers={"retry-after": str(WAIT_SECONDS)},
    )

    def wait_for_the_limit() -> None:
        while not any(each["status"] == 429 for each in made_github.requests()):
            time.sleep(0.05)

    output = run_tap(made_github, tmp_path, pipe=ClosedPipe(wait_for_the_limit), **RUN)
    assert isinstance(output.error, BrokenPipeError)
    assert output.summary["outcome"].startswith("failed")
    working = [each for each in threading.enumerate() if each.name.startswith(("repository", "request"))]
    for each in working:
        each.join(3)
    assert not [each for each in working if each.is_alive()]
