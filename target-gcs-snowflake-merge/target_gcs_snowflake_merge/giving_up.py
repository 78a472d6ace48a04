"""When the connector gives up to send a request again.

Its own limit, `network_timeout`, is none for requests alone: the connector also cancels each statement that
runs for longer, however well it does. So the limit lies in the waits between two attempts.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

import snowflake.connector
from snowflake.connector.errors import OperationalError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

FAILED_TO_REQUEST = 250003  # the connector's own number for it
HAS_WAITS = int(snowflake.connector.__version__.split(".")[0]) < 5  # noqa: PLR2004 - version 5 limits requests itself
REQUEST_SECONDS = 60
LONGEST_WAIT_SECONDS = 4  # the connector sleeps so long before it finds out that the process is to stop


def retry_options(stopping: threading.Event) -> dict[str, Any]:
    """Return the connector's options for its waits; once STOPPING is set nothing is sent again."""
    return {"backoff_policy": partial(waits, stopping)} if HAS_WAITS else {}


def waits(stopping: threading.Event, clock: Callable[[], float] = time.monotonic) -> Iterator[int]:
    """Yield seconds to wait; the first is drawn before a request is sent, another behind each wait."""
    deadline = clock() + REQUEST_SECONDS
    wait_seconds = 1
    while True:
        yield wait_seconds
        if stopping.is_set() or clock() > deadline:
            raise OperationalError(msg="No answer to a request", errno=FAILED_TO_REQUEST)
        wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
