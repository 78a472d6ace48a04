"""A transaction that Snowflake may have ended unseen goes no further."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import FatalLoadError, RetryableLoadError
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.settings import Settings
from target_gcs_snowflake_merge.transaction import Transaction
from target_gcs_snowflake_merge.warehouse import Warehouse

from .conftest import SCHEMA, record, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_gcs_snowflake_merge.errors import LoaderError
    from target_gcs_snowflake_merge.warehouse import Session

    from .conftest import World


@pytest.fixture
def session(world: World) -> Iterator[Session]:
    """Return a session of the loader, beside a table with one row."""
    world.load([schema("item", {"id": {"type": "integer"}}, "id"), record("item", id=1)])
    warehouse = Warehouse(connection_options(Settings.from_config(world.config()), "run"))
    yield warehouse.session
    warehouse.close()


def begun(session: Session, *times: float) -> Transaction:
    """Return a transaction whose clock tells these times, the last one again and again."""
    return Transaction(session, chain(times, repeat(times[-1])).__next__)


def delete_all(world: World) -> str:
    """Return a statement that changes something."""
    return f"delete from {world.database}.{SCHEMA}.ITEM"


def test_a_transaction_that_was_left_idle_is_not_committed(world: World, session: Session) -> None:
    """A COMMIT would succeed where there is nothing left to commit."""
    transaction = begun(session, 0, 0, 0, 300)
    transaction.execute(delete_all(world))
    with pytest.raises(RetryableLoadError, match="idle"):
        transaction.commit()
    session.close()
    assert len(world.table("ITEM")) == 1


def test_a_transaction_may_wait_long_for_a_lock(world: World, session: Session) -> None:
    """It is still open behind that."""
    transaction = begun(session, 0, 0, 300)
    transaction.execute(delete_all(world))
    assert not transaction.commit()
    assert world.table("ITEM") == []


def test_a_commit_that_took_long_may_have_been_in_time(world: World, session: Session) -> None:
    """Only the ledger can tell, which the rows were committed with."""
    transaction = begun(session, 0, 0, 0, 0, 300)
    transaction.execute(delete_all(world))
    assert transaction.commit()
    assert world.table("ITEM") == []


@pytest.mark.parametrize("lost", [RetryableLoadError, FatalLoadError])
def test_a_transaction_that_ended_behind_a_long_statement_is_gone(
    session: Session, lost: type[LoaderError]
) -> None:
    """Who slept meanwhile finds an answer, and Snowflake may have rolled back before, or since.

    What the next attempt would take for committed must not be tried again.
    """
    with pytest.raises(lost, match="gone behind a statement that took 300 s"):
        begun(session, 0, 0, 300).execute(sql.ROLLBACK, lost=lost)
