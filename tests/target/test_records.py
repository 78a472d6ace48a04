"""Records: typed as the layout says, mended where that is harmless, else blamed by field."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from decimal import Decimal
from typing import Any

import pytest
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.columns import BadRowError, Columns
from target_gcs_snowflake_merge.errors import BadRecordError, MissingKeyError
from target_gcs_snowflake_merge.layout import Catalog, Layout, StreamSchema, plan
from target_gcs_snowflake_merge.messages import decode
from target_gcs_snowflake_merge.records import RecordDecoder
from target_gcs_snowflake_merge.values import MAX_BINARY_BYTES, MAX_VALUE_BYTES

PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer"},
    "whole": {"type": "integer"},
    "price": {"type": "number", "multipleOf": 0.01},
    "share": {"type": "number", "x-sql-datatype": "NUMBER(2,2)"},
    "ratio": {"type": "number"},
    "flag": {"type": "boolean"},
    "text": {"type": "string"},
    "at": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "clock": {"type": "string", "format": "time"},
    "blob": {"type": "string", "contentEncoding": "base64"},
    "doc": {"type": ["object", "array", "null"]},
}


def layout(properties: dict[str, Any] | None = None) -> Layout:
    """Return the layout of a stream with the key `id`."""
    described = StreamSchema("item", properties or PROPERTIES, ("id",))
    return plan(described, sql.Table("DB", "RAW", "ITEM"), Catalog())[0]


def written(record: bytes) -> dict[str, Any]:
    """Return what a Parquet file would hold of a record."""
    where = layout()
    message = decode(b'{"type": "RECORD", "stream": "item", "record": ' + record + b"}")
    decoder = RecordDecoder(where)
    row = decoder.decode(message.record) if message.decoded is None else decoder.convert(message.decoded)
    values: dict[str, Any] = Columns(decoder).record_batch([row], [1]).to_pylist()[0]
    return values


@pytest.mark.parametrize(
    ("value", "column", "expected"),
    [
        (b'"whole": 18446744073709551616', "WHOLE", Decimal(2**64)),
        (b'"whole": -99999999999999999999999999999999999999', "WHOLE", Decimal(-(10**38 - 1))),
        (b'"whole": 7.0', "WHOLE", Decimal(7)),
        (b'"whole": 1e3', "WHOLE", Decimal(1000)),
        (b'"price": 5.25', "PRICE", Decimal("5.25")),
        (
            b'"price": 123456789012345678901234567890.01',
            "PRICE",
            Decimal("123456789012345678901234567890.01"),
        ),
        (b'"price": "0.10"', "PRICE", Decimal("0.10")),
        (b'"price": "-1.5e+1"', "PRICE", Decimal(-15)),
        (b'"price": 3', "PRICE", Decimal(3)),
        (b'"share": 0, "whole": 7.0', "SHARE", Decimal(0)),
        (b'"ratio": 0.001', "RATIO", 0.001),
        (b'"ratio": 3', "RATIO", 3.0),
        (b'"text": "nul \\u0000, emoji \xf0\x9f\x98\x80"', "TEXT", "nul \0, emoji 😀"),
        (b'"text": "half \\ud83d pair"', "TEXT", "half \ufffd pair"),
        (b'"text": "\\ud83d\\ude00"', "TEXT", "😀"),
        (b'"text": {"a": [1, 0.50, "\xc3\xa9"]}', "TEXT", '{"a":[1,0.50,"é"]}'),
        (b'"text": []', "TEXT", "[]"),
        (b'"text": null', "TEXT", None),
        (
            b'"at": "2026-01-31T23:59:59.123456+02:00"',
            "AT",
            dt.datetime(2026, 1, 31, 21, 59, 59, 123456, dt.UTC),
        ),
        (b'"at": "2026-01-31 23:59:59"', "AT", dt.datetime(2026, 1, 31, 23, 59, 59, 0, dt.UTC)),
        (b'"at": "2026-01-31"', "AT", dt.datetime(2026, 1, 31, tzinfo=dt.UTC)),
        (b'"at": "0001-01-01T00:00:00Z"', "AT", dt.datetime(1, 1, 1, tzinfo=dt.UTC)),
        (b'"day": "2024-02-29"', "DAY", dt.date(2024, 2, 29)),
        (b'"day": "2024-02-29T00:00:00Z"', "DAY", dt.date(2024, 2, 29)),
        (b'"clock": "10:11:12.000013"', "CLOCK", dt.time(10, 11, 12, 13)),
        (b'"clock": "10:11"', "CLOCK", dt.time(10, 11)),
        (b'"clock": "23:59:59.9999999"', "CLOCK", dt.time(23, 59, 59, 999999)),
        (b'"clock": "01:30:00+02:00"', "CLOCK", dt.time(23, 30)),
        (b'"blob": "AAEC"', "BLOB", b"\x00\x01\x02"),
        (b'"doc": {"a": [1, null, 1.10]}', "DOC", '{"a": [1, null, 1.10]}'),
        (b'"doc": []', "DOC", "[]"),
        (b'"doc": "plain"', "DOC", '"plain"'),
        (b'"doc": null', "DOC", None),
        (b'"doc": {"a": "\\ud83d", "b": 1.10}', "DOC", '{"a":"\ufffd","b":1.10}'),
        (b'"unknown": 1', "TEXT", None),
    ],
)
def test_a_value_arrives_as_it_was_sent(value: bytes, column: str, expected: object) -> None:
    """Whatever JSON can say exactly is in the file exactly."""
    result = written(b'{"id": 1, ' + value + b"}")[column]
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b'"whole": 100000000000000000000000000000000000000', "whole"),
        (b'"whole": ' + b"9" * 5_000, "whole"),
        (b'"whole": 1.5', "whole"),
        (b'"whole": "5"', "whole"),
        (b'"whole": true', "whole"),
        (b'"price": 1.234', "price"),
        (b'"price": "NaN"', "price"),
        (b'"price": 1e37', "price"),
        (b'"price": ' + b"9" * 5_000, "price"),
        (b'"price": "1_000"', "price"),
        (b'"price": " 1"', "price"),
        (b'"price": "\xd9\xa1"', "price"),
        (b'"price": "Infinity"', "price"),
        (b'"price": ""', "price"),
        (b'"price": true', "price"),
        (b'"price": [1]', "price"),
        (b'"whole": 1.0, "price": "1_000"', "price"),
        (b'"ratio": NaN', "ratio"),
        (b'"ratio": Infinity', "ratio"),
        (b'"ratio": 1e999', "ratio"),
        (b'"flag": 1', "flag"),
        (b'"text": 5', "text"),
        (b'"at": "2026-02-30T00:00:00Z"', "at"),
        (b'"at": "10000-01-01T00:00:00Z"', "at"),
        (b'"at": "2026-01-31T24:00:00Z"', "at"),
        (b'"day": "2026-01-31T12:00:00Z"', "day"),
        (b'"clock": "24:00:00"', "clock"),
        (b'"blob": "not base64"', "blob"),
        (b'"day": "2026-01-31T24:00:00"', "day"),
        (b'"doc": [NaN]', "doc"),
        (b'"doc": ' + b'[{"a": ' * 260 + b"1" + b"}]" * 260, "doc"),
        (b'"doc": "\xff"', "doc"),
    ],
)
def test_a_value_that_no_column_can_hold_is_blamed(value: bytes, field: str) -> None:
    """The error names the field."""
    with pytest.raises((BadRecordError, BadRowError)) as caught:
        written(b'{"id": 1, ' + value + b"}")
    error = caught.value.error if isinstance(caught.value, BadRowError) else caught.value
    assert field in str(error)


@pytest.mark.parametrize("field", ["whole", "price", "ratio", "unknown"])
def test_an_exponent_that_no_number_has_is_blamed(field: str) -> None:
    """Python has none of so many digits; what a record has besides its properties has to be read too."""
    odd = b', "doc": [NaN]' if field == "unknown" else b""
    with pytest.raises(BadRecordError, match=f"exponent|{field}"):
        written(b'{"id": 1, "%s": 1e99999999999999999999%s}' % (field.encode(), odd))


@pytest.mark.parametrize("record", [b'{"text": "x"}', b'{"id": null}'])
def test_a_key_must_be_there(record: bytes) -> None:
    """NULL never matches in a MERGE, so a record without its key is refused."""
    with pytest.raises(MissingKeyError, match="'id'"):
        written(record)


@pytest.mark.parametrize("kind", ["string", ["string", "array"]])
@pytest.mark.parametrize("key", [rb'"\ud800"', rb'["\ud800"]', rb'{"\ud800": 1}'])
def test_a_key_with_half_a_surrogate_pair_is_blamed(kind: object, key: bytes) -> None:
    """Mended, two keys would be one."""
    decoder = RecordDecoder(layout({"id": {"type": kind}}))
    with pytest.raises(BadRecordError, match="'id'"):
        decoder.decode(b'{"id": %s}' % key)


def test_a_decimal_key_is_no_exception() -> None:
    """Neither one that is NULL nor one that is spelt as no number is."""
    decoder = RecordDecoder(layout({"id": {"type": "number", "multipleOf": 0.01}}))
    for key in (b"null", b'"1_000"'):
        with pytest.raises(BadRecordError, match="'id'"):
            decoder.decode(b'{"id": %s}' % key)


def test_a_value_that_is_too_long_is_blamed() -> None:
    """A VARCHAR holds 16 MB; a longer value is refused before it is uploaded."""
    record = json.dumps({"id": 1, "text": "x" * (MAX_VALUE_BYTES + 1)}).encode()
    with pytest.raises(BadRecordError, match="'text' is longer than 16 MB"):
        RecordDecoder(layout()).decode(record)


def test_a_binary_value_that_is_too_long_is_blamed() -> None:
    """A BINARY holds 8 MB, half of what a VARCHAR does; its record is shorter than that."""
    described = layout({"id": {"type": "integer"}, "blob": {"type": "string", "contentEncoding": "base64"}})
    text = b64encode(b"x" * (MAX_BINARY_BYTES + 1))
    with pytest.raises(BadRecordError, match="'blob' is longer than 8 MB"):
        RecordDecoder(described).decode(b'{"id": 1, "blob": "%s"}' % text)
    assert not RecordDecoder(described).decode_many([line(b'{"id": 1, "blob": "%s"}' % text)], b"").rows


def line(record: bytes, version: int | None = None, stream: str = "item") -> bytes:
    """Return a RECORD message."""
    told = b"" if version is None else b', "version": %d' % version
    return b'{"type": "RECORD", "stream": "%s", "record": %s%s}' % (stream.encode(), record, told)


@pytest.mark.parametrize(
    ("lines", "taken", "version"),
    [
        ([line(b'{"id": 1}'), line(b'{"id": 2}')], 2, None),
        ([line(b'{"id": 1}'), b'{"type": "STATE", "value": {}}', line(b'{"id": 2}')], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": 2}', stream="other")], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": null}'), line(b'{"id": 3}')], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": 2, "text": "\xff"}')], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": 2}') + b"}"], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": 2, "doc": ' + b"[" * 500_000 + b"]" * 500_000 + b"}")], 1, None),
        ([line(b'{"id": 1}'), line(b'{"id": 2, "text": "%s"}' % (b"x" * MAX_VALUE_BYTES))], 1, None),
        ([line(b'{"id": 1}', 7), line(b'{"id": 2}', 7), line(b'{"id": 3}', 8)], 2, 7),
        ([line(b'{"id": 1}'), line(b'{"id": 2}', 7)], 1, None),
        ([line(b'{"id": 1}', 7), line(b'{"id": 2}')], 1, 7),
        ([line(b'{"id": 1.0}')], 0, None),
    ],
)
def test_many_records_are_decoded_up_to_one_that_needs_a_closer_look(
    lines: list[bytes], taken: int, version: int | None
) -> None:
    """Each that is taken was decoded."""
    described = StreamSchema("item", PROPERTIES, ("id",), is_versioned=True)
    decoder = RecordDecoder(plan(described, sql.Table("DB", "RAW", "ITEM"), Catalog())[0])
    decoded = decoder.decode_many(lines, b'{"type": "RECORD", "stream": "item", ')
    assert len(decoded.rows) == taken
    assert decoded.version == version
    values = decoder.columns(decoded.rows)[0] if decoded.rows else ()
    assert list(values) == list(range(1, taken + 1))


def test_a_version_that_the_table_has_no_column_for_needs_a_closer_look() -> None:
    """The table gets the column first."""
    decoded = RecordDecoder(layout()).decode_many([line(b'{"id": 1}', 7)], b"{")
    assert decoded.rows == []
