"""Global node ids in both forms that GitHub has given out."""

from __future__ import annotations

import base64

import msgspec


def node_id(kind: str, number: int | str) -> str:
    """Return an id in the older form, which accounts and what is as old as they have."""
    return base64.b64encode(f"0{len(kind)}:{kind}{number}".encode()).decode()


def node_id_in(repository_id: int, prefix: str, number: int | str) -> str:
    """Return an id in the newer form: it names the repository, then the thing in it."""
    packed = msgspec.msgpack.encode([0, repository_id, number])
    return f"{prefix}_{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"
