"""From the JSON text of a record to a typed row.

The fast way is one typed decode by a Struct generated from the layout. What it refuses takes the slow way,
which mends what is harmless (an integer written as 1.0, a date-time without a time, half a surrogate pair)
and names the field of what is not.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import astuple

from target_gcs_snowflake_merge.errors import BadRecordError, MissingKeyError
from target_gcs_snowflake_merge.layout import DELETION
from target_gcs_snowflake_merge.schema import Kind
from target_gcs_snowflake_merge.values import (
    MAX_BINARY_BYTES,
    MAX_VALUE_BYTES,
    convert,
    load_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from target_gcs_snowflake_merge.layout import Column, Layout

Row: TypeAlias = msgspec.Struct

JSON_NULL = msgspec.Raw(b"null")
_DELETION_TEXT = f'"{DELETION}"'.encode()
REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, InvalidOperation)
UNFIT_NAME = re.compile(r'[\x00-\x1f"\\\ud800-\udfff]')

_PYTHON_TYPES: dict[Kind, Any] = {
    Kind.FLOAT: float,
    Kind.BOOLEAN: bool,
    Kind.TEXT: str,
    Kind.TIMESTAMP: str,  # Arrow reads it, many at a time
    Kind.DATE: dt.date,
    Kind.TIME: str,  # msgspec would round 23:59:59.9999999 up to midnight
    Kind.BINARY: bytes,
    Kind.VARIANT: msgspec.Raw,
}

Version: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class RecordMessage(msgspec.Struct, gc=False):
    """A RECORD message that is decoded in one go."""

    record: Row
    version: Version | None = None


class Decoded(NamedTuple):
    """Records of one stream and one version that stand one after the other."""

    rows: list[Row]
    version: int | None


class RecordDecoder:
    """Decodes the records of one stream into rows.

    The fields of a row are called `f0`, `f1`, ... as the columns are numbered.
    """

    def __init__(self, layout: Layout) -> None:
        """Generate the type of the rows; a key must be there and must not be NULL."""
        self.layout = layout
        names = [column.property_name for column in layout.columns]
        self._lacks_deletions = DELETION not in names
        # A Struct cannot have such names: the records of the stream take the slow way, all of them.
        is_unfit = any(UNFIT_NAME.search(name) for name in names)
        self.is_slow = is_unfit or any(_needs_a_look(column) for column in layout.columns)
        if is_unfit:
            names = [column.name for column in layout.columns]
        has_binary = any(column.type.kind is Kind.BINARY for column in layout.columns)
        self._checked_above = MAX_BINARY_BYTES if has_binary else MAX_VALUE_BYTES
        # Where no schema tells of deletions, a record with one needs a closer look: only null fits.
        undeclared: list[Any] = [("deleted_at", None, None)] if self._lacks_deletions else []
        self._row_type: type[Row] = msgspec.defstruct(
            "Row",
            [_field(index, column) for index, column in enumerate(layout.columns)] + undeclared,
            rename={f"f{index}": name for index, name in enumerate(names)} | {"deleted_at": DELETION},
            kw_only=True,
            gc=False,
        )
        self._decode: Callable[[msgspec.Raw | bytes], Row] = _decoder(self._row_type)
        # It decodes a whole line, and refuses all but a record of this stream.
        message_type: Any = msgspec.defstruct(
            "Message",
            [
                ("type", Literal["RECORD"]),
                ("stream", Literal[layout.stream]),
                ("record", self._row_type),
                ("version", Version | None, None),
            ],
            gc=False,
        )
        self._decode_message: Callable[[bytes], RecordMessage] = _decoder(message_type)

    def columns(self, rows: Sequence[Row]) -> list[Sequence[Any]]:
        """Return the values of rows by column, in the order of the layout."""
        values: list[Sequence[Any]] = list(zip(*map(astuple, rows), strict=True))
        return values[: len(self.layout.columns)]

    def decode_many(self, lines: Iterable[bytes], beginning: bytes) -> Decoded:
        """Decode lines that begin so, up to the first that needs a closer look, or is of another version.

        A message with a version needs one until the layout has a column for it.
        """
        longest = self._checked_above
        alike = takewhile(lambda line: line.startswith(beginning) and len(line) <= longest, lines)
        messages: list[RecordMessage] = []
        with suppress(*REFUSED, RecursionError):
            messages.extend(map(self._decode_message, alike))  # keeps those before one that it refuses
        version = messages[0].version if messages else None
        if version is not None and not self.layout.is_versioned:
            return Decoded([], None)
        of_version = takewhile(lambda message: message.version == version, messages)
        return Decoded([message.record for message in of_version], version)

    def decode(self, record: msgspec.Raw | bytes, decoded: Any = None) -> Row:  # noqa: ANN401 - any JSON value
        """Return the row of a record's JSON text, or of what it was DECODED to, or raise `BadRecordError`."""
        if decoded is None and not self.is_slow:
            with suppress(*REFUSED):
                row = self._decode(record)
                if len(memoryview(record)) > self._checked_above:
                    self._check_sizes(row)
                return row
        row = self.convert(load_json(bytes(record)) if decoded is None else decoded)
        self._check_sizes(row)
        return row

    def is_undeclared_deletion(self, record: msgspec.Raw | bytes, decoded: Any = None) -> bool:  # noqa: ANN401
        """Tell whether the source has deleted the row of a record, though no schema says that it tells."""
        if not self._lacks_deletions:
            return False
        if decoded is None and _DELETION_TEXT in bytes(record):
            with suppress(BadRecordError):
                decoded = load_json(bytes(record))
        return isinstance(decoded, dict) and decoded.get(DELETION) is not None

    def convert(self, record: Any) -> Row:  # noqa: ANN401 - whatever the message holds
        """Return the row of a decoded record, value by value, or raise `BadRecordError`."""
        if not isinstance(record, dict):
            message = "the record is not an object"
            raise BadRecordError(message)
        values = {}
        for index, column in enumerate(self.layout.columns):
            value = record.get(column.property_name)
            if value is None and column.is_key:
                state = "is NULL" if column.property_name in record else "is missing"
                message = f"key property {column.property_name!r} {state}"
                raise MissingKeyError(message)
            if value is not None:
                values[f"f{index}"] = convert(column, value)
        return self._row_type(**values)

    def _check_sizes(self, row: Row) -> None:
        """Raise `BadRecordError` where a value is too long for its column."""
        for index, column in enumerate(self.layout.columns):
            value = getattr(row, f"f{index}")
            if isinstance(value, str):
                value = value.encode("utf-8")
            limit = MAX_BINARY_BYTES if column.type.kind is Kind.BINARY else MAX_VALUE_BYTES
            if isinstance(value, bytes | msgspec.Raw) and len(memoryview(value)) > limit:
                shown = bytes(memoryview(value)[:100])
                raise BadRecordError.of_field(column.property_name, shown, f"is longer than {limit >> 20} MB")


def _decoder(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type
    """Return what decodes JSON text to a type; numbers of fields that may be anything are exact."""
    return msgspec.json.Decoder(kind, float_hook=Decimal).decode


def _needs_a_look(column: Column) -> bool:
    """Tell whether each value has to be looked at: as `_field` types a decimal key, it could be NULL."""
    return column.is_mixed or (column.is_key and column.type.kind is Kind.NUMBER and column.type.scale > 0)


def _field(index: int, column: Column) -> Any:  # noqa: ANN401 - what defstruct takes
    kind = column.type.kind
    # A Decimal would take text such as 1_000: so text stays text until the column is made.
    python_type = _PYTHON_TYPES.get(kind, Any if column.type.scale else int)
    if column.is_key:
        return (f"f{index}", python_type)
    if kind is Kind.VARIANT:
        return (f"f{index}", python_type, JSON_NULL)
    return (f"f{index}", python_type | None, None)
