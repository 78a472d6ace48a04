"""Which STATE may be emitted: one whose records are all committed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

MOST_WAITING = 32
MOST_BYTES = 16 * 1024 * 1024


@dataclass
class StateGate:
    """Holds each STATE back until every record before it is committed.

    Records are counted in the order in which they came; a STATE stands behind those that came before it.
    """

    _waiting: deque[tuple[int, bytes]] = field(default_factory=deque)
    _uncommitted: dict[str, int] = field(default_factory=dict)
    _emitted: bytes | None = None

    def hold(self, batch_id: str, first_sequence: int) -> None:
        """Note that records from this one on lie in a batch that is not committed."""
        self._uncommitted[batch_id] = min(first_sequence, self._uncommitted.get(batch_id, first_sequence))

    def release(self, batch_id: str) -> None:
        """Note that a batch is committed."""
        self._uncommitted.pop(batch_id, None)

    def arrive(self, sequence: int, state: bytes) -> None:
        """Queue a STATE that came behind the record of this number.

        When many wait, or large ones, every other one is forgotten, so that a tap that sends a large STATE
        often does not fill the memory: a STATE that goes out later covers the same records. The oldest stays,
        which can go out first, and the newest.
        """
        self._waiting.append((sequence, state))
        while len(self._waiting) > 2 and self._are_too_many():  # noqa: PLR2004 - the oldest and the newest
            oldest, *others, newest = self._waiting
            self._waiting = deque([oldest, *others[1::2], newest])

    def emittable(self) -> bytes | None:
        """Return the newest STATE that may go out and has not; older ones are forgotten."""
        oldest = min(self._uncommitted.values(), default=None)
        newest = None
        while self._waiting and (oldest is None or self._waiting[0][0] < oldest):
            newest = self._waiting.popleft()[1]
        if newest is None or newest == self._emitted:
            return None
        self._emitted = newest
        return newest

    def _are_too_many(self) -> bool:
        return len(self._waiting) > MOST_WAITING or sum(len(state) for _, state in self._waiting) > MOST_BYTES
