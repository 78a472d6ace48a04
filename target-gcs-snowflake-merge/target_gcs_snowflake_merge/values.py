"""JSON values as columns have them: mended where that is harmless, else blamed."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from base64 import b64decode
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import msgspec

from target_gcs_snowflake_merge.errors import BadRecordError
from target_gcs_snowflake_merge.schema import ColumnType, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from target_gcs_snowflake_merge.layout import Column

MAX_VALUE_BYTES = 16 * 1024 * 1024  # of a VARCHAR or VARIANT without an explicit length
MAX_BINARY_BYTES = 8 * 1024 * 1024  # of a BINARY
MAX_INT_DIGITS = 4_000
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
MIDNIGHT = re.compile(r"[^\d:.,W-]24")  # from Python 3.14 on 24:00 is the next day
encode_json = msgspec.json.Encoder(decimal_format="number").encode


def load_json(text: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Decode JSON that the fast decoder refused, with exact numbers."""
    try:
        return json.loads(text.decode("utf-8"), parse_float=Decimal, parse_int=_integer)
    except UnicodeDecodeError as error:
        message = f"the text is not UTF-8 at byte {error.start}: {text[error.start : error.start + 8]!r}"
        raise BadRecordError(message) from None
    except InvalidOperation:
        message = "a number has an exponent that no column can hold"
        raise BadRecordError(message) from None
    except ValueError as error:
        message = f"the text is not JSON: {error}"
        raise BadRecordError(message) from None


def _integer(digits: str) -> int | Decimal:
    """Return a number of any length: Python makes no int of more than 4,300 digits."""
    return int(digits) if len(digits) <= MAX_INT_DIGITS else Decimal(digits)


def convert(column: Column, value: Any) -> Any:  # noqa: ANN401 - a JSON value to a Python value
    """Return the value of a property as its column has it, or raise `BadRecordError`."""
    if column.is_key:
        require_whole_key(column.property_name, value)
    try:
        if column.is_mixed and not isinstance(value, str | bytes):
            value = encode_json(value).decode()
        return _CONVERTERS[column.type.kind](value, column.type)
    except (ValueError, TypeError, ArithmeticError, OverflowError):
        raise BadRecordError.of_field(column.property_name, value, f"is no {column.type.sql}") from None


def _to_number(value: Any, kind: ColumnType) -> int | Decimal:  # noqa: ANN401
    if isinstance(value, str) and not kind.scale:
        raise TypeError
    exact = exact_number(value)
    if not exact.is_finite() or (exact and exact.adjusted() >= kind.precision - kind.scale):
        raise InvalidOperation
    if not kind.scale:
        if exact != exact.to_integral_value():
            raise InvalidOperation
        return int(exact)
    return exact


def exact_number(value: Any) -> Decimal:  # noqa: ANN401 - a JSON value
    """Return a number, or what a text says in digits; Python would take `1_000` and `Infinity`, too."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        raise ValueError
    return Decimal(value)


def _to_float(value: Any, _: ColumnType) -> float:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _to_boolean(value: Any, _: ColumnType) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise TypeError
    return value


def _text(value: Any) -> str:  # noqa: ANN401
    """Return text; bytes are those of a Parquet file, whose writer need not note that they are UTF-8."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if not isinstance(value, str):
        raise TypeError
    return value


def _to_text(value: Any, _: ColumnType) -> str:  # noqa: ANN401
    if isinstance(value, dict | list):  # where an API sends text or JSON, taps declare text
        value = encode_json(value).decode()
    return whole_text(_text(value))


def _to_timestamp(value: Any, _: ColumnType) -> str:  # noqa: ANN401
    return moment_of(_text(value)).isoformat()


def _to_date(value: Any, _: ColumnType) -> dt.date:  # noqa: ANN401
    moment = moment_of(_text(value))
    if moment.time() != dt.time():
        raise ValueError
    return moment.date()


def _to_time(value: Any, _: ColumnType) -> str:  # noqa: ANN401
    return time_of(_text(value)).isoformat()


def _to_binary(value: Any, _: ColumnType) -> bytes:  # noqa: ANN401
    return value if isinstance(value, bytes) else b64decode(_text(value), validate=True)


def _to_variant(value: Any, _: ColumnType) -> msgspec.Raw:  # noqa: ANN401
    return msgspec.Raw(encode_json(whole_value(value)))


def moment_of(text: str) -> dt.datetime:
    """Return a moment of ISO 8601, also with the t and z of RFC 3339, or with UTC told twice, as taps do."""
    iso = text.strip().upper().replace("+00:00+00:00", "+00:00")
    if MIDNIGHT.search(iso):
        raise ValueError
    return dt.datetime.fromisoformat(iso)


def time_of(text: str) -> dt.time:
    """Return a time of day of ISO 8601; that of 24:00 is none, whatever Python reads it as."""
    iso = text.strip().upper().removeprefix("T")
    if iso.startswith("24"):
        raise ValueError
    return dt.time.fromisoformat(iso)


def whole_text(text: str) -> str:
    """Return text that UTF-8 can hold: half a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def require_whole_key(name: str, value: Any) -> None:  # noqa: ANN401 - a JSON value
    """Raise `BadRecordError` for a key with half a surrogate pair: mended, two keys would be one."""
    if isinstance(value, str) and whole_text(value) != value:
        raise BadRecordError.of_field(name, value, "is a key, and has half a surrogate pair")


def whole_value(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a JSON value whose text UTF-8 can hold; `ValueError` for a number that JSON has no word for."""
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {whole_text(name): whole_value(each) for name, each in value.items()}
    if isinstance(value, list):
        return [whole_value(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    return value


_CONVERTERS: dict[Kind, Callable[[Any, ColumnType], Any]] = {
    Kind.NUMBER: _to_number,
    Kind.FLOAT: _to_float,
    Kind.BOOLEAN: _to_boolean,
    Kind.TEXT: _to_text,
    Kind.TIMESTAMP: _to_timestamp,
    Kind.DATE: _to_date,
    Kind.TIME: _to_time,
    Kind.BINARY: _to_binary,
    Kind.VARIANT: _to_variant,
}
