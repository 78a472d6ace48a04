"""From the columns of a Parquet file straight to those of a stream, where no value changes on the way.

What comes out is what the JSON text of the same rows would give. Where that cannot be
told of a whole column (a float for a NUMBER, a NULL in a key, a number for a VARCHAR), nothing comes out:
then the rows take the way of JSON, on which each value is looked at by itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from target_gcs_snowflake_merge.batch_files import is_bytes, is_finite
from target_gcs_snowflake_merge.columns import FIRST_MOMENT, LAST_MOMENT, UNFIT, UTC_TIMESTAMP, arrow_type
from target_gcs_snowflake_merge.schema import ColumnType, Kind
from target_gcs_snowflake_merge.values import MAX_BINARY_BYTES, MAX_VALUE_BYTES, encode_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from target_gcs_snowflake_merge.layout import Column, Layout

Array = Any  # the stubs know no array of any type
types = pa.types
_LIMITS: dict[pa.DataType, tuple[Any, Any]] = {
    UTC_TIMESTAMP: (FIRST_MOMENT, LAST_MOMENT),
    pa.date32(): (pa.scalar(dt.date.min, pa.date32()), pa.scalar(dt.date.max, pa.date32())),
}


@dataclass(frozen=True)
class ExactRows:
    """Rows as columns, in the order of the layout, without those of the loader."""

    arrays: list[Array]
    count: int
    organisations: list[str | None]


def exact_rows(chunk: pa.RecordBatch, layout: Layout) -> ExactRows | None:
    """Return the rows of a chunk as a stream keeps them, or None where a value may have to change."""
    if len(set(chunk.schema.names)) != chunk.num_columns or any(each.is_mixed for each in layout.columns):
        return None
    arrays: list[Array] = []
    for column in layout.columns:
        found = _found(chunk, column)
        if (column.is_key and found.null_count) or not is_finite(found):
            return None
        try:
            arrays.append(_converted(found, column.type))
        except UNFIT:
            return None
    organisations: list[str | None] = [None] * chunk.num_rows
    if layout.organisation_index is not None:
        organisations = arrays[layout.organisation_index].to_pylist()
    return ExactRows(arrays, chunk.num_rows, organisations)


def _converted(found: Array, wanted: ColumnType) -> Array:
    """Return a column in the type that the stream has for it."""
    if wanted.kind is Kind.VARIANT:
        values = found.to_pylist(maps_as_pydicts="lossy")
        texts = [None if each is None else encode_json(each) for each in values]
        array: Array = pa.array(texts, pa.string())
    else:
        array = _cast(found, wanted)
    if not _fits(array):
        raise ValueError
    return array


def _found(chunk: pa.RecordBatch, column: Column) -> Array:
    """Return the column of a property; without one each value is missing, which is NULL."""
    if column.property_name not in chunk.schema.names:
        return pa.nulls(chunk.num_rows)
    found: Array = chunk.column(column.property_name)
    return found.dictionary_decode() if types.is_dictionary(found.type) else found


def _is_text(data_type: pa.DataType) -> bool:
    """Tell whether a type is that of text; many a writer does not note that its bytes are UTF-8."""
    return types.is_string(data_type) or types.is_large_string(data_type) or is_bytes(data_type)


_SAME_FAMILY: dict[Kind, Callable[[pa.DataType], bool]] = {
    Kind.NUMBER: types.is_integer,
    Kind.FLOAT: lambda data_type: types.is_floating(data_type) or types.is_integer(data_type),
    Kind.BOOLEAN: types.is_boolean,
    Kind.TEXT: _is_text,
    Kind.TIMESTAMP: types.is_timestamp,
    Kind.DATE: types.is_date,
    Kind.TIME: types.is_time,
    Kind.BINARY: is_bytes,
}


def _cast(found: Array, wanted: ColumnType) -> Array:
    """Return a column in the type of the stream; raise where Arrow cannot do that without a loss."""
    known: pa.DataType = found.type
    is_decimal = types.is_decimal(known) and wanted.kind is Kind.NUMBER and known.scale <= wanted.scale
    if not (types.is_null(known) or is_decimal or _SAME_FAMILY[wanted.kind](known)):
        raise TypeError
    found.validate(full=True)
    return found.cast(arrow_type(wanted))


def _fits(array: Array) -> bool:
    """Tell whether all values of a column can be in the table."""
    data_type = array.type
    if len(array) == array.null_count:
        return True
    if types.is_string(data_type) or types.is_binary(data_type):
        lengths: Array = pc.binary_length(array)
        limit = MAX_BINARY_BYTES if types.is_binary(data_type) else MAX_VALUE_BYTES
        return int(pc.max(lengths).as_py()) <= limit
    if data_type in _LIMITS:
        first, last = _LIMITS[data_type]
        is_late, is_early = pc.greater_equal(array, first), pc.less_equal(array, last)
        return bool(pc.all(pc.and_(is_late, is_early)).as_py())
    return True
