"""A key is replaced without a failed run, by the steps of orchestrate/snowflake/README.md."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .conftest import record, schema

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Run, World

USER = "GITHUB_PIPELINE"


def key_pair(path: Path) -> str:
    """Write a private key; return the public key as Snowflake wants it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(public).decode()


def run_with(world: World, key: Path, number: int) -> Run:
    """Load a row with a private key."""
    lines = [schema("thing", {"id": {"type": "integer"}}, "id"), record("thing", id=number)]
    return world.run(lines, user=USER, password="", private_key_path=key)


def test_both_keys_open_while_one_is_replaced(world: World, tmp_path: Path) -> None:
    """Before, between and after the steps a run succeeds; the old key opens nothing once it is gone."""
    old, new = tmp_path / "old.p8", tmp_path / "new.p8"
    public = {path: key_pair(path) for path in (old, new)}

    world.sql(f"alter user {USER} set rsa_public_key = '{public[old]}'")
    assert run_with(world, old, 1).returncode == 0
    assert run_with(world, new, 2).returncode == 1

    world.sql(f"alter user {USER} set rsa_public_key_2 = '{public[new]}'")
    assert run_with(world, old, 3).returncode == 0
    assert run_with(world, new, 4).returncode == 0

    world.sql(f"alter user {USER} set rsa_public_key = '{public[new]}'")
    world.sql(f"alter user {USER} unset rsa_public_key_2")
    assert run_with(world, new, 5).returncode == 0
    refused = run_with(world, old, 6)
    assert refused.returncode == 1
    assert f"refused the login of user '{USER}'" in refused.sentence
    assert {row["ID"] for row in world.table("THING")} == {1, 3, 4, 5}
