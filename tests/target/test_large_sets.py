"""Complete sets that are larger than a batch may be."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from target_gcs_snowflake_merge.batch import CHUNK_ROWS, Batch, Origin
from target_gcs_snowflake_merge.filling import Filling
from target_gcs_snowflake_merge.layout import Catalog, StreamSchema, plan
from target_gcs_snowflake_merge.parquet import Encoder
from target_gcs_snowflake_merge.settings import Settings
from target_gcs_snowflake_merge.sql import Table
from target_gcs_snowflake_merge.stream import Stream

from .conftest import World, record
from .vanished import REVIEW, alive, reviews

if TYPE_CHECKING:
    from pathlib import Path

BODY_BYTES = 400_000


@pytest.mark.parametrize(("random_bytes", "batches"), [(15_000, 1), (200_000, 2)])
def test_a_set_on_disk_has_a_limit_of_its_size(world: World, random_bytes: int, batches: int) -> None:
    """Of four times what a batch may have, which few rows may come to; nothing is missing from its parts."""
    chance = random.Random(1)  # noqa: S311 - no secret
    described, announced = reviews(complete=[10])
    rest = "x" * (BODY_BYTES - 2 * random_bytes)
    bodies = (chance.randbytes(random_bytes).hex() + rest for _ in range(100))
    sent = [record("review", id=key, pull=10, body=body) for key, body in enumerate(bodies)]
    world.load([described, *sent, announced], batch_size_mb=1)
    assert len(world.ledger()) == batches
    assert all(alive(world, "REVIEW").values())


def test_a_set_that_is_larger_than_a_batch_is_taken_many_rows_at_a_time(tmp_path: Path) -> None:
    """Up to where it is loaded all the same."""
    table = Table("db", "schema", "REVIEW")
    described = StreamSchema("review", REVIEW, ("id",), parents=("pull",))
    layout, _ = plan(described, table, Catalog())
    stream = Stream(described, layout, table)
    settings = Settings(bucket="", account="", user="", batch_size_rows=1_500)
    unasked: Any = None
    filling = Filling(settings, tmp_path, unasked, unasked)
    stream.batch = Batch(stream.decoder, tmp_path, Encoder(), filling.reject, most_files=1)
    rows, room = [stream.decoder.decode(b'{"id":1}')], []
    while stream.batch.taken < 4 * settings.batch_size_rows:
        room.append(filling.room(stream))
        stream.batch.add(rows * room[-1], Origin(1, 1, 1))
    assert room == [CHUNK_ROWS, 500, 500, *[CHUNK_ROWS] * 4]
    assert filling.room(stream) == 1
    filling.close()
