"""Singer messages, decoded no further than needed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from target_gcs_snowflake_merge.errors import BadInputError, BadRecordError
from target_gcs_snowflake_merge.records import Version  # noqa: TC001 - msgspec reads the annotations
from target_gcs_snowflake_merge.values import encode_json, load_json, whole_text, whole_value

RECORD, SCHEMA, STATE = "RECORD", "SCHEMA", "STATE"
ACTIVATE_VERSION, BATCH = "ACTIVATE_VERSION", "BATCH"

TOO_DEEP = "its values are nested too deep"
LONGEST_BEGINNING = 300
_OTHER_TYPE = re.compile(rb'"type"\s*:\s*"(?:SCHEMA|STATE|ACTIVATE_VERSION|BATCH)"', re.IGNORECASE)
_STREAM = re.compile(rb'"stream"\s*:\s*"((?:[^"\\]|\\.){0,200})"')


class Message(msgspec.Struct):
    """A message whose larger parts are still JSON text."""

    type: str
    stream: str | None = None
    record: msgspec.Raw = msgspec.Raw()
    schema: msgspec.Raw = msgspec.Raw()
    value: msgspec.Raw = msgspec.Raw()
    key_properties: list[str] | None = None
    bookmark_properties: list[str | None] | None = None
    version: Version | None = None
    encoding: dict[str, Any] | None = None
    manifest: list[str] | None = None
    complete_sets: list[Any] | None = msgspec.field(default=None, name="x-complete-sets")
    run_summary: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="x-run-summary")
    decoded: Any = None
    """The record, where it had to be decoded already."""


def beginning(line: bytes) -> bytes:
    """Return the line up to its record where the stream is named before it, else nothing."""
    found = line[: line.find(b'"record"', 0, LONGEST_BEGINNING)]
    return found if len(found) < LONGEST_BEGINNING and b'"stream"' in found else b""


_decode = msgspec.json.Decoder(Message).decode


def decode(line: bytes) -> Message:
    """Return the message of a line, or raise `BadInputError`; `BadRecordError` where it may be a record."""
    try:
        message = _decode(line)
    except RecursionError:
        raise _broken(line, TOO_DEEP) from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return _decode_slowly(line, error)
    message.decoded = None  # whatever a tap may call so
    return message


def _decode_slowly(line: bytes, reason: Exception) -> Message:
    """Decode what the fast decoder refuses although it may be JSON, such as half a surrogate pair or NaN.

    The record stays as it is decoded: what is wrong with it is found field by field.
    """
    try:
        decoded = load_json(line)
    except BadInputError as error:
        raise _broken(line, error.reason) from None
    except RecursionError:
        raise _broken(line, TOO_DEEP) from None
    try:
        record = decoded.pop("record", None)
        decoded["version"] = _whole(decoded.get("version"))
        message = _decode(encode_json(whole_value(decoded)))
    except (msgspec.MsgspecError, ValueError, AttributeError, TypeError):
        text = f"the message is not valid: {reason}"
        is_record = isinstance(decoded, dict) and decoded.get("type") == RECORD
        raise (BadRecordError if is_record else BadInputError)(text, stream=stream_of(line)) from None
    if isinstance(record, dict):  # names as the schema has them
        record = {whole_text(name): value for name, value in record.items()}
    message.decoded = record
    return message


def _whole(version: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a version as an integer where it is one that was written as 1.0."""
    is_integral = isinstance(version, Decimal) and version == version.to_integral_value()
    return int(version) if is_integral else version


def _broken(line: bytes, reason: str) -> BadInputError:
    """Return the error of a line that cannot be decoded: only a record may be put aside."""
    is_other = _OTHER_TYPE.search(line.partition(b'"record"')[0])
    return (BadInputError if is_other else BadRecordError)(reason, stream=stream_of(line))


def stream_of(line: bytes) -> str:
    """Return the stream that a broken line speaks of, as far as can be told."""
    match = _STREAM.search(line)
    return match[1].decode("utf-8", "replace") if match else ""
