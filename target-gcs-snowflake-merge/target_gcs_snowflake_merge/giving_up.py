"""When the connector gives up to send a request again.

Its own limit, `network_timeout`, is none for requests alone: the connector also cancels each statement that
runs for longer, however well it does. So the limit lies in the waits between two attempts.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from snowflake.connector.errorcode import ER_FAILED_TO_REQUEST
from snowflake.connector.errors import OperationalError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator

REQUEST_SECONDS = 60
LONGEST_WAIT_SECONDS = 4  # the connector sleeps so long before it finds out that the process is to stop


def backoff_policy(stopping: threading.Event) -> Callable[[], Iterator[int]]:
    """Return what the connector asks for its waits; once STOPPING is set nothing is sent again."""
    return partial(waits, stopping)


def waits(stopping: threading.Event, clock: Callable[[], float] = time.monotonic) -> Iterator[int]:
    """Yield seconds to wait; the first is drawn before a request is sent, another behind each wait."""
    deadline = clock() + REQUEST_SECONDS
    wait_seconds = 1
    while True:
        yield wait_seconds
        if stopping.is_set() or clock() > deadline:
            raise OperationalError(msg="No answer to a request", errno=ER_FAILED_TO_REQUEST)
        wait_seconds = min(2 * wait_seconds, LONGEST_WAIT_SECONDS)
