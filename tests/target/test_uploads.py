"""An upload in several chunks that breaks off begins once more, from its start."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import BUCKET
from target_gcs_snowflake_merge.errors import RetryableLoadError
from target_gcs_snowflake_merge.storage import CHUNK_BYTES, Lake

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import World

BROKEN: dict[str, dict[str, Any]] = {
    "a chunk that was kept in part": {"status": 308, "headers": {"range": "bytes=0-262143"}},
    "a session that was lost": {"status": 404},
    "a session that is over": {"status": 410},
}


@pytest.mark.parametrize("answer", BROKEN)
def test_an_upload_that_breaks_off_may_be_tried_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    """The next attempt has a session of its own."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", world.gcs.url)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "sandbox")
    lake = Lake(BUCKET, f"{world.database}/", "ledger")
    path = tmp_path / "part.parquet"
    path.write_bytes(os.urandom(CHUNK_BYTES + 1))
    world.gcs.add_fault(path="/upload/", method="PUT", **BROKEN[answer])
    with pytest.raises(RetryableLoadError):
        lake.upload(path, "part.parquet")
    lake.upload(path, "part.parquet")
    assert [each.name for each in lake.list("")] == ["part.parquet"]
