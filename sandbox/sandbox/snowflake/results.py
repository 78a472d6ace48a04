"""Gap: results in the connector's form: NULL timestamps stay NULL, whole numbers of any size arrive."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_TYPES = {
    "BIGINT": "fixed",
    "BLOB": "binary",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DOUBLE": "real",
    "FLOAT": "real",
    "HUGEINT": "fixed",
    "INTEGER": "fixed",
    "JSON": "variant",
    "SMALLINT": "fixed",
    "TIME": "time",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp_tz",
    "TIMESTAMP_NS": "timestamp_ntz",
    "TINYINT": "fixed",
    "UBIGINT": "fixed",
    "UINTEGER": "fixed",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_LENGTHS = {"text": 16_777_216, "variant": 16_777_216, "binary": 8_388_608}
_NANOSECONDS = 1_000_000_000
_UTC_OFFSET_MINUTES = 1440  # the connector's form of an offset of zero
Column = dict[str, Any]


def describe(name: str, duckdb_type: str) -> Column:
    """Return what a client is told of a column."""
    decimal = _DECIMAL.fullmatch(duckdb_type)
    nested = duckdb_type.endswith("]") or duckdb_type.startswith(("STRUCT", "MAP"))
    kind = "fixed" if decimal else "variant" if nested else _TYPES.get(duckdb_type, "text")
    precision, scale = {"fixed": (38, 0), "time": (0, 9)}.get(kind.split("_")[0], (None, None))
    if kind.startswith("timestamp"):
        precision, scale = 0, 9
    if decimal:
        precision, scale = int(decimal[1]), int(decimal[2])
    return {
        "name": name,
        "database": "",
        "schema": "",
        "table": "",
        "nullable": True,
        "type": kind,
        "byteLength": _LENGTHS.get(kind),
        "length": _LENGTHS.get(kind),
        "scale": scale,
        "precision": precision,
        "collation": None,
    }


def as_rowset(table: pa.Table) -> list[list[str | None]]:
    """Return rows as text, the way the counts of a DML statement travel."""
    return [
        [None if value is None else str(value) for value in row]
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
    ]


def as_arrow(table: pa.Table, columns: list[Column]) -> str:
    """Return rows as an Arrow stream, in base64."""
    arrays = [
        _array(table.column(index).combine_chunks(), column["type"]) for index, column in enumerate(columns)
    ]
    fields = [
        pa.field(column["name"], array.type, metadata=_metadata(column))
        for column, array in zip(columns, arrays, strict=True)
    ]
    sink = pa.BufferOutputStream()
    converted = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    with pa.ipc.new_stream(sink, converted.schema) as writer:
        writer.write_table(converted)
    return b64encode(sink.getvalue()).decode("ascii")


def _metadata(column: Column) -> dict[str, str]:
    return {
        "logicalType": column["type"].upper(),
        "precision": str(column["precision"] or 38),
        "scale": str(column["scale"] or 0),
        "charLength": str(column["length"] or 0),
    }


def _array(array: Any, kind: str) -> Any:  # noqa: ANN401 - the stubs know no array of any type
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if kind.startswith("timestamp"):
        return _timestamps(array)
    if kind == "time":
        return pc.multiply(array.cast(pa.int64()), 1000)
    if kind == "fixed":
        return _whole_numbers(array)
    if kind == "variant":
        return _json_texts(array)
    if kind == "text" and not pa.types.is_string(array.type):
        return array.cast(pa.string()) if pa.types.is_null(array.type) else _texts(array)
    return array


def _timestamps(array: Any) -> Any:  # noqa: ANN401 - see above
    """Return seconds and nanoseconds, a struct; the struct is NULL where the timestamp is."""
    has_zone = array.type.tz is not None
    ticks = {"us": 1_000_000, "ns": _NANOSECONDS, "ms": 1000, "s": 1}[array.type.unit]
    valid = array.is_valid()
    whole = pc.fill_null(array.cast(pa.int64()), 0)
    seconds = pc.floor_temporal(array, unit="second").cast(pa.timestamp("s", array.type.tz), safe=False)
    epoch = pc.fill_null(seconds.cast(pa.int64()), 0)
    rest = pc.subtract(whole, pc.multiply(epoch, ticks))
    parts = [epoch, pc.multiply(rest, _NANOSECONDS // ticks).cast(pa.int32())]
    fields = [pa.field("epoch", pa.int64(), nullable=False), pa.field("fraction", pa.int32(), nullable=False)]
    if has_zone:
        parts.append(pa.array([_UTC_OFFSET_MINUTES] * len(array), pa.int32()))
        fields.append(pa.field("timezone", pa.int32(), nullable=False))
    return pa.StructArray.from_arrays(parts, fields=fields, mask=pc.invert(valid))


def _whole_numbers(array: Any) -> Any:  # noqa: ANN401 - see above
    """Return numbers without a fraction as 64 bit integers where they fit, as Snowflake does."""
    if pa.types.is_decimal(array.type) and array.type.scale > 0:
        return array
    try:
        return array.cast(pa.int64())
    except pa.ArrowInvalid:
        return array.cast(pa.decimal128(38, 0))


def _json_texts(array: Any) -> Any:  # noqa: ANN401 - see above
    if pa.types.is_string(array.type):
        return array
    return pa.array(
        [None if value is None else json.dumps(value, default=str) for value in array.to_pylist()],
        pa.string(),
    )


def _texts(array: Any) -> Any:  # noqa: ANN401 - see above
    return pa.array([None if value is None else str(value) for value in array.to_pylist()], pa.string())
