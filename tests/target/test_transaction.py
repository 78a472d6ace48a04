"""A transaction that Snowflake may have ended unseen goes no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge import sql, transaction
from target_gcs_snowflake_merge.errors import RetryableLoadError
from target_gcs_snowflake_merge.login import connection_options
from target_gcs_snowflake_merge.settings import Settings
from target_gcs_snowflake_merge.transaction import Transaction
from target_gcs_snowflake_merge.warehouse import Warehouse

from .conftest import SCHEMA, record, schema

if TYPE_CHECKING:
    from .conftest import World


def test_a_transaction_that_was_left_idle_is_not_committed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A COMMIT would succeed where there is nothing left to commit."""
    world.load([schema("item", {"id": {"type": "integer"}}, "id"), record("item", id=1)])
    warehouse = Warehouse(connection_options(Settings.from_config(world.config()), "run"))
    begun = Transaction(warehouse.session)
    begun.execute(f"delete from {world.database}.{SCHEMA}.ITEM")
    monkeypatch.setattr(transaction, "MOST_IDLE_SECONDS", -1.0)
    with pytest.raises(RetryableLoadError, match="idle"):
        begun.execute(sql.COMMIT)
    warehouse.close()
    assert len(world.table("ITEM")) == 1
