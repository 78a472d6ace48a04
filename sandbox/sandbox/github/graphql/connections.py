"""Connections: the part of a list that `first`, `after`, `last` and `before` ask for."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.github.graphql.errors import CursorError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Key = list[str | int]
"""What an item is ordered by; the last part tells items of the same order apart."""


@dataclass(frozen=True)
class Edge:
    """An item, and the cursor behind it."""

    cursor: str
    node: Any


@dataclass(frozen=True)
class PageInfo:
    """What lies around a page."""

    start_cursor: str | None
    end_cursor: str | None
    has_next_page: bool
    has_previous_page: bool


@dataclass(frozen=True)
class Order:
    """How a list is ordered: by a key, which cursors hold on to whatever comes or goes before them."""

    key: Callable[[Any], Key]
    descending: bool = False

    def sort(self, items: Sequence[Any]) -> list[Any]:
        """Return the items in this order."""
        return sorted(items, key=self.key, reverse=self.descending)


class Connection:
    """One page of a list, with the total of the whole list."""

    def __init__(
        self,
        items: Sequence[Any],
        order: Order,
        *,
        total: int | None = None,
        **bounds: Any,  # noqa: ANN401 - the arguments of every connection
    ) -> None:
        """Take items that are in their order already; TOTAL is their number where not all are listed."""
        keys = [order.key(item) for item in items]
        start, end = _window(keys, bounds.get("after"), bounds.get("before"), descending=order.descending)
        first, last = bounds.get("first"), bounds.get("last")
        low = start if last is None else max(end - last, start)
        high = end if first is None else min(start + first, end)
        self.total_count = len(items) if total is None else total
        self.edges = [Edge(_cursor(keys[index]), items[index]) for index in range(low, high)]
        self.nodes = [edge.node for edge in self.edges]
        self.page_info = PageInfo(
            self.edges[0].cursor if self.edges else None,
            self.edges[-1].cursor if self.edges else None,
            has_next_page=high < len(items),
            has_previous_page=low > 0,
        )


@dataclass(frozen=True)
class Total:
    """A connection of which only the total is known."""

    total_count: int


def listed(items: Sequence[Any], identity: Callable[[Any], str | int], **bounds: Any) -> Connection:  # noqa: ANN401
    """Return a page of a list whose order is that of its file."""
    places = {identity(item): place for place, item in enumerate(items)}
    return Connection(items, Order(lambda item: [places[identity(item)], identity(item)]), **bounds)


def _window(keys: list[Key], after: str | None, before: str | None, *, descending: bool) -> tuple[int, int]:
    start, end = 0, len(keys)
    if after is not None:
        bound = key_of(after)
        start = sum(not _is_beyond(key, bound, descending=descending) for key in keys)
    if before is not None:
        bound = key_of(before)
        end = sum(_is_beyond(bound, key, descending=descending) for key in keys)
    return start, max(start, end)


def _is_beyond(key: Key, bound: Key, *, descending: bool) -> bool:
    return key < bound if descending else key > bound


def _cursor(key: Key) -> str:
    return base64.b64encode(b"cursor:v2:" + msgspec.msgpack.encode(key)).decode()


def key_of(cursor: str) -> Key:
    """Return the key that a cursor holds on to."""
    try:
        packed = base64.b64decode(cursor, validate=True).removeprefix(b"cursor:v2:")
        return msgspec.msgpack.decode(packed, type=Key)
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        raise CursorError(cursor) from None
