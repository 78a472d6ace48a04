"""How long the connector sends a request again, and that nothing else has a limit of time."""

from __future__ import annotations

import signal
import threading
from itertools import count
from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import OperationalError
from target_gcs_snowflake_merge.errors import SessionLostError
from target_gcs_snowflake_merge.giving_up import LONGEST_WAIT_SECONDS, REQUEST_SECONDS, waits
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.reader import LineReader
from target_gcs_snowflake_merge.settings import Settings
from target_gcs_snowflake_merge.warehouse import Warehouse

if TYPE_CHECKING:
    from .conftest import World


def test_a_statement_may_take_as_long_as_it_takes(world: World) -> None:
    """With `network_timeout` the connector would cancel a MERGE of two minutes after one."""
    options = connection_options(Settings.from_config(world.config()), "run")
    assert "network_timeout" not in options


def test_a_request_without_an_answer_is_given_up() -> None:
    """After a minute, however often it was sent."""
    clock = count(0, LONGEST_WAIT_SECONDS)
    drawn: list[int] = []
    with pytest.raises(OperationalError):
        drawn.extend(waits(threading.Event(), lambda: next(clock)))
    assert drawn[:3] == [1, 2, 4]
    assert max(drawn) == LONGEST_WAIT_SECONDS
    assert len(drawn) == REQUEST_SECONDS // LONGEST_WAIT_SECONDS + 1


def test_nothing_is_sent_again_once_the_process_is_to_stop(world: World) -> None:
    """What is answered goes on as before: a load that is on its way is finished."""
    stopping = threading.Event()
    warehouse = Warehouse(connection_options(Settings.from_config(world.config()), "run"), stopping)
    warehouse.session.execute("select 1")
    stopping.set()
    warehouse.session.execute("select 2")
    world.snowflake.add_fault(statement="^select 3", drop=True, times=None)
    with pytest.raises(SessionLostError):
        warehouse.session.execute("select 3")
    sent = [entry["statement"] for entry in world.snowflake.requests()]
    assert sent.count("select 3") == 1
    warehouse.close()


def test_a_signal_that_came_while_the_libraries_were_imported_is_known_to_what_is_opened_then() -> None:
    """It would try again for minutes, were it only told of signals that come later."""
    reader = LineReader(lambda: pytest.fail("nothing is read"))
    reader.terminate(signal.SIGTERM)
    stopping = threading.Event()
    reader.on_signal(stopping.set)
    assert stopping.is_set()
