"""Records that cannot be loaded, as a stream of their own: they take the same way as all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge.layout import StreamSchema

if TYPE_CHECKING:
    from target_gcs_snowflake_merge.errors import BadRecordError

SCHEMA = StreamSchema(
    stream="_rejected_record",
    properties={
        "stream": {"type": ["string", "null"]},
        "line": {"type": "integer"},
        "record_sequence": {"type": "integer"},
        "reason": {"type": "string"},
        "raw_text": {"type": "string"},
    },
    keys=(),
)
MAX_RAW_CHARACTERS = 1024 * 1024


def rejected_record(error: BadRecordError, sequence: int) -> dict[str, Any]:
    """Return what is kept of a record that cannot be loaded."""
    return {
        "stream": error.stream or None,
        "line": error.line,
        "record_sequence": sequence,
        "reason": error.reason,
        "raw_text": error.raw.decode("utf-8", "replace").rstrip("\n")[:MAX_RAW_CHARACTERS],
    }
