"""The columns of a Parquet file come out as the JSON text of the same rows would, or not at all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from target_gcs_snowflake_merge import batch_files, sql
from target_gcs_snowflake_merge.columns import Columns
from target_gcs_snowflake_merge.exact_columns import exact_rows
from target_gcs_snowflake_merge.layout import Catalog, Layout, StreamSchema, plan
from target_gcs_snowflake_merge.records import RecordDecoder

MOMENT = dt.datetime(2026, 1, 31, 21, 59, 59, 123456, tzinfo=dt.UTC)
SCHEMAS: dict[str, dict[str, Any]] = {
    "integer": {"type": ["integer", "null"]},
    "float": {"type": ["number", "null"]},
    "decimal": {"type": ["number", "null"], "multipleOf": 0.01},
    "boolean": {"type": ["boolean", "null"]},
    "text": {"type": ["string", "null"]},
    "moment": {"type": ["string", "null"], "format": "date-time"},
    "date": {"type": ["string", "null"], "format": "date"},
    "time": {"type": ["string", "null"], "format": "time"},
    "bytes": {"type": ["string", "null"], "contentEncoding": "base64"},
    "variant": {"type": ["object", "array", "string", "null"]},
}
EXACT: list[tuple[str, pa.DataType, list[Any]]] = [
    *(("integer", kind, [1, 0, 120]) for kind in (pa.int8(), pa.int64(), pa.uint16())),
    ("integer", pa.uint64(), [2**64 - 1, 0, 1]),
    ("integer", pa.decimal128(38, 0), [Decimal(10**37), Decimal(-3), Decimal(0)]),
    ("integer", pa.decimal256(40, 0), [Decimal(10**37), Decimal(-3), Decimal(0)]),
    ("float", pa.float64(), [0.1, -0.0, 1e300]),
    ("float", pa.float32(), [0.1, 2.5, 1e-3]),
    ("float", pa.int32(), [1, 2, 3]),
    ("decimal", pa.decimal128(10, 2), [Decimal("5.20"), Decimal("-0.01"), Decimal("0.00")]),
    ("decimal", pa.decimal128(10, 1), [Decimal("5.2"), Decimal("-3.0"), Decimal("0.5")]),
    ("decimal", pa.int64(), [5, -3, 0]),
    ("boolean", pa.bool_(), [True, False, True]),
    ("text", pa.string(), ["", 'ünï 🚀 \0 "\\\n', "x"]),
    ("text", pa.large_string(), ["a", "b", "a"]),
    ("text", pa.binary(), [b"a", "é".encode(), b""]),
    ("text", pa.large_binary(), [b"a", b"b", b"a"]),
    ("text", pa.binary(2), [b"ab", b"cd", b"ab"]),
    ("text", pa.dictionary(pa.int8(), pa.binary()), [b"a", b"b", b"a"]),
    ("text", pa.dictionary(pa.int8(), pa.string()), ["a", "b", "a"]),
    ("moment", pa.timestamp("us", "UTC"), [MOMENT, dt.datetime(1, 1, 1, tzinfo=dt.UTC), MOMENT]),
    ("moment", pa.timestamp("ms", "Europe/Berlin"), [MOMENT.replace(microsecond=123000)] * 3),
    ("moment", pa.timestamp("s"), [dt.datetime(2026, 1, 1)] * 3),  # noqa: DTZ001 - a time without a zone
    ("moment", pa.timestamp("ns", "+02:00"), [1_000_000_001, -1, 0]),
    ("moment", pa.timestamp("ns"), [1_000_000_001, -1, 0]),
    ("date", pa.date32(), [dt.date(2026, 1, 31), dt.date(1, 1, 1), dt.date(9999, 12, 31)]),
    ("date", pa.date64(), [dt.date(2026, 1, 31)] * 3),
    ("time", pa.time32("s"), [dt.time(23, 59, 59), dt.time(), dt.time(1)]),
    ("time", pa.time64("us"), [dt.time(23, 59, 59, 999999), dt.time(), dt.time(1)]),
    ("bytes", pa.binary(), [b"\x00\xff", b"", b"x"]),
    ("bytes", pa.binary(2), [b"\x00\xff", b"ab", b"cd"]),
    ("variant", pa.struct([("a", pa.list_(pa.int64())), ("b", pa.string())]), [{"a": [1], "b": None}] * 3),
    ("variant", pa.list_(pa.decimal128(5, 2)), [[Decimal("1.50")], [], [None]]),
    ("variant", pa.map_(pa.string(), pa.int8()), [[("k", 1)], [], [("l", None)]]),
    ("variant", pa.binary(), [b"a", b"\xff", b""]),
    ("variant", pa.string(), ['{"not": "an object"}', "null", ""]),
    *((name, pa.null(), [None] * 3) for name in SCHEMAS),
]


def layout(name: str) -> Layout:
    """Return the layout of a stream with a key, an organisation and a column that is looked at."""
    properties = {"id": {"type": "integer"}, "_source_org": {"type": "string"}, name: SCHEMAS[name]}
    schema = StreamSchema("item", {**properties, "missing": SCHEMAS["text"]}, ("id",))
    return plan(schema, sql.Table("D", "S", "ITEM"), Catalog())[0]


def chunk(name: str, data_type: pa.DataType, values: list[Any]) -> pa.RecordBatch:
    """Return rows with a column that is looked at, NULL in the last of them."""
    count = len(values) + 1
    array = pa.array([*values, None], data_type)
    others: dict[str, list[Any]] = {
        "id": list(range(count)),
        "_source_org": ["acme", "umbrella"] * (count // 2),
        "extra": [1] * count,
    }
    return pa.RecordBatch.from_arrays([pa.array(each) for each in others.values()] + [array], [*others, name])


@pytest.mark.parametrize(("name", "data_type", "values"), EXACT)
def test_rows_are_those_of_their_json(name: str, data_type: pa.DataType, values: list[Any]) -> None:
    """Each type: the same values, without a look at each row; so the digests are the same as well."""
    of_file = batch_files._in_microseconds(chunk(name, data_type, values))  # noqa: SLF001 - as it is read
    decoder = RecordDecoder(layout(name))
    rows = [decoder.decode(text, decoded) for text, decoded, _ in batch_files.Piece(of_file, "", 1).records()]
    expected = Columns(decoder).record_batch(rows, range(7, 7 + len(rows)))
    exact = exact_rows(of_file, decoder.layout)
    assert exact is not None
    assert Columns(decoder).of_exact(exact, 7, None).to_pylist() == expected.to_pylist()
    assert exact.organisations == ["acme", "umbrella"] * 2


INEXACT: list[tuple[str, pa.DataType, list[Any]]] = [
    ("integer", pa.float64(), [1.0]),
    ("integer", pa.decimal128(10, 2), [Decimal("1.00")]),
    ("integer", pa.decimal256(40, 0), [Decimal(10**38)]),
    ("decimal", pa.float64(), [5.25]),
    ("decimal", pa.decimal128(10, 3), [Decimal("5.250")]),
    ("float", pa.float64(), [float("nan")]),
    ("float", pa.float64(), [float("inf")]),
    ("float", pa.int64(), [2**53 + 1]),
    ("text", pa.int64(), [1]),
    ("text", pa.binary(), [b"\xff"]),
    ("text", pa.binary(1), [b"\xff"]),
    ("text", pa.string(), ["x" * (16 * 1024 * 1024 + 1)]),
    ("moment", pa.string(), ["2026-01-31T21:59:59Z"]),
    ("moment", pa.timestamp("s"), [253_402_300_800]),
    ("date", pa.date32(), [3_000_000]),
    ("date", pa.date32(), [-2_000_000]),
    ("time", pa.time32("s"), [86_400]),
    ("date", pa.timestamp("s"), [0]),
    ("bytes", pa.string(), ["AP8="]),
    ("variant", pa.list_(pa.struct([("a", pa.float64())])), [[{"a": float("nan")}]]),
]


@pytest.mark.parametrize(("name", "data_type", "values"), INEXACT)
def test_what_may_change_is_looked_at_row_by_row(
    name: str, data_type: pa.DataType, values: list[Any]
) -> None:
    """Another type, a value that does not fit."""
    assert exact_rows(chunk(name, data_type, values), layout(name)) is None


def test_a_key_is_never_null() -> None:
    """NULL in a key, or no key at all, is found row by row."""
    names = ["id", "_source_org"]
    rows = pa.RecordBatch.from_arrays([pa.array([1, None]), pa.array(["a", "b"])], names)
    assert exact_rows(rows, layout("text")) is None
    assert exact_rows(rows.select(["_source_org"]), layout("text")) is None


def test_invalid_text_is_not_taken() -> None:
    """Arrow itself would take bytes for UTF-8 that are none."""
    broken = pa.array([b"\xff"], pa.binary()).view(pa.string())
    rows = pa.RecordBatch.from_arrays([pa.array([1]), pa.array(["a"]), broken], ["id", "_source_org", "text"])
    assert exact_rows(rows, layout("text")) is None
