"""Writes Singer messages: records, complete sets, and STATE as seldom as is right."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message

STATE_SHARE = 12  # STATE may take a twelfth of what records take: below a tenth, whatever comes last
STATE_SECONDS = 300.0  # ... or one goes out after so long, however few records there are


class CountingWriter(MsgSpecWriter):
    """Writes messages to standard output, and knows how many bytes of which kind."""

    def __init__(self) -> None:
        """Begin at nothing."""
        super().__init__()
        self.record_bytes = 0
        self.state_bytes = 0
        self.is_writing = False
        """Whether it waits, at this moment, for somebody who reads."""

    def write_message(self, message: Message) -> None:
        """Write one message; nothing is flushed before a STATE or the end, which saves most of the time."""
        line = self.format_message(message)
        self.record_bytes += len(line)
        self._write(line)

    def flush(self) -> None:
        """Hand on what was written."""
        self.is_writing = True
        sys.stdout.buffer.flush()
        self.is_writing = False

    def _write(self, line: bytes | bytearray) -> None:
        self.is_writing = True
        sys.stdout.buffer.write(line)
        self.is_writing = False

    def write_state(self, value: dict[str, Any], summary: dict[str, Any] | None = None) -> None:
        """Write a STATE, and all that was written before; the last one tells what the run did, too.

        Targets that do not know the convention look at the value only; target-gcs-snowflake-merge enters the
        summary into _RUN_SUMMARY.
        """
        told = {"x-run-summary": summary} if summary else {}
        line = msgspec.json.encode({"type": "STATE", "value": value, **told}) + b"\n"
        self.state_bytes += len(line)
        self._write(line)
        self.flush()


class StateRhythm:
    """Decides when a STATE is worth its bytes: with thousands of repositories each is long."""

    def __init__(self, writer: CountingWriter) -> None:
        """Begin now."""
        self._writer = writer
        self._written_at = time.monotonic()

    def is_due(self, state_bytes: int) -> bool:
        """Tell whether a STATE of this length may be written now; the run will end with another one."""
        all_bytes = self._writer.state_bytes + 2 * state_bytes
        is_affordable = all_bytes * STATE_SHARE <= self._writer.record_bytes
        return is_affordable or time.monotonic() - self._written_at >= STATE_SECONDS

    def written(self) -> None:
        """Note that one was written."""
        self._written_at = time.monotonic()
