"""From rows to Arrow columns, a chunk at a time."""

from __future__ import annotations

import datetime as dt
import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from target_gcs_snowflake_merge.errors import BadRecordError
from target_gcs_snowflake_merge.layout import Layout
from target_gcs_snowflake_merge.naming import ROW_HASH, SEQUENCE, TABLE_VERSION
from target_gcs_snowflake_merge.row_hash import RowHash
from target_gcs_snowflake_merge.schema import MAX_PRECISION, ColumnType, Kind
from target_gcs_snowflake_merge.values import exact_number, moment_of, time_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from target_gcs_snowflake_merge.exact_columns import ExactRows
    from target_gcs_snowflake_merge.layout import Column
    from target_gcs_snowflake_merge.records import RecordDecoder, Row

MAX_DEPTH = 500
NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
LAYOUT_KEY = b"target_gcs_snowflake_merge.layout"
UTC_TIMESTAMP = pa.timestamp("us", tz="UTC")
FIRST_MOMENT = pa.scalar(dt.datetime(1, 1, 1, tzinfo=dt.UTC), UTC_TIMESTAMP)
LAST_MOMENT = pa.scalar(dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC), UTC_TIMESTAMP)
UNROUNDED = Context(prec=1_000, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[Inexact])
UNFIT = (pa.ArrowException, ValueError, ArithmeticError, TypeError)

_ARROW_TYPES: dict[Kind, pa.DataType] = {
    Kind.FLOAT: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.TEXT: pa.string(),
    Kind.TIMESTAMP: UTC_TIMESTAMP,
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.time64("us"),
    Kind.BINARY: pa.binary(),
    Kind.VARIANT: pa.string(),
}


class BadRowError(Exception):
    """One row of a chunk cannot be written; the caller knows which line it came from."""

    def __init__(self, index: int, error: BadRecordError) -> None:
        """Remember the position of the row in its chunk."""
        super().__init__(index, error)
        self.index = index
        self.error = error


def arrow_type(column_type: ColumnType) -> pa.DataType:
    """Return the Arrow type of a column."""
    if column_type.kind is Kind.NUMBER:
        return pa.decimal128(column_type.precision, column_type.scale)
    return _ARROW_TYPES[column_type.kind]


def arrow_schema(layout: Layout) -> pa.Schema:
    """Return the schema of the files of a stream: its columns, then the loader's own, and how they lie."""
    fields = [pa.field(column.name, arrow_type(column.type)) for column in layout.columns]
    fields.append(pa.field(SEQUENCE, pa.int64()))
    if layout.is_versioned:
        fields.append(pa.field(TABLE_VERSION, pa.int64()))
    fields.append(pa.field(ROW_HASH, pa.string()))
    return pa.schema(fields, {LAYOUT_KEY: msgspec.json.encode(layout)})


def layout_of(schema: pa.Schema) -> Layout:
    """Return the layout that a file of the lake was written with."""
    return msgspec.json.decode((schema.metadata or {})[LAYOUT_KEY], type=Layout)


class Columns:
    """Turns the rows of one stream into Arrow."""

    def __init__(self, decoder: RecordDecoder) -> None:
        """Take what knows the rows."""
        self._decoder = decoder
        self._columns = decoder.layout.columns
        self.schema = arrow_schema(decoder.layout)
        self._undigested = self.schema.remove(len(self.schema) - 1)
        self._row_hash = RowHash(decoder.layout)

    def record_batch(
        self, rows: Sequence[Row], sequences: Sequence[int], versions: Sequence[int | None] = ()
    ) -> pa.RecordBatch:
        """Return rows as columns without their digests, or raise `BadRowError` for one that does not fit."""
        values = self._decoder.columns(rows)
        try:
            arrays = [_convert(*each) for each in zip(self._columns, self.schema.types, values, strict=False)]
        except UNFIT:
            _blame(self._columns, values)
            raise
        return self._numbered(arrays, sequences, versions)

    def of_exact(self, rows: ExactRows, first_sequence: int, version: int | None) -> pa.RecordBatch:
        """Return rows that are columns already, numbered from the first, but for their digests."""
        sequences = range(first_sequence, first_sequence + rows.count)
        return self._numbered(rows.arrays, sequences, [version] * rows.count)

    def _numbered(
        self, arrays: Sequence[pa.Array[Any]], sequences: Sequence[int], versions: Sequence[int | None]
    ) -> pa.RecordBatch:
        added: list[pa.Array[Any]] = [pa.array(sequences, pa.int64())]
        if self._decoder.layout.is_versioned:
            added.append(pa.array(versions, pa.int64()))
        return pa.RecordBatch.from_arrays([*arrays, *added], schema=self._undigested)

    def with_digests(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Return rows with their digests, as they are written."""
        return pa.RecordBatch.from_arrays([*rows.columns, self._row_hash.of(rows)], schema=self.schema)


def _blame(columns: Sequence[Column], values: Sequence[Sequence[Any]]) -> None:
    """Raise `BadRowError` for the first row that does not fit."""
    suspects = [(one, some) for one, some in zip(columns, values, strict=True) if not _fits(one, some)]
    for index in range(len(values[0])):
        for column, some in suspects:
            if not _fits(column, [some[index]]):
                value = bytes(some[index]) if isinstance(some[index], msgspec.Raw) else some[index]
                error = BadRecordError.of_field(column.property_name, value, f"is no {column.type.sql}")
                raise BadRowError(index, error)


def _fits(column: Column, values: Sequence[Any]) -> bool:
    try:
        _convert(column, arrow_type(column.type), values)
    except UNFIT:
        return False
    return True


def _convert(column: Column, data_type: pa.DataType, values: Sequence[Any]) -> pa.Array[Any]:
    kind = column.type.kind
    if kind is Kind.VARIANT:
        return _variants(values)
    if kind is Kind.TIMESTAMP:
        return _timestamps(values)
    if kind is Kind.NUMBER and not column.type.scale:
        return _integers(data_type, values)
    if kind is Kind.NUMBER:
        values = [None if value is None else _exact(exact_number(value)) for value in values]
    elif kind is Kind.TIME:
        values = [None if value is None else _utc_time(value) for value in values]
    return pa.array(values, data_type)


def _variants(values: Sequence[msgspec.Raw]) -> pa.Array[Any]:
    """Return JSON texts, NULL for null; joined first, since each by itself takes four times as long.

    What ends a line of the input cannot be inside.
    """
    joined = pa.array([b"\n".join(values)], pa.string())
    texts: pa.Array[Any] = pc.split_pattern(joined, "\n").flatten()
    if _are_too_deep(texts):
        raise ValueError
    known: pa.Array[Any] = pc.if_else(pc.equal(texts, pa.scalar("null")), None, texts)
    return known


def _are_too_deep(texts: Any) -> bool:  # noqa: ANN401 - the stubs know no array of any type
    """Tell whether a value is nested deeper than the warehouse may take: it would refuse all of the batch.

    Most values are too short for that; how deep Python itself goes depends on its version.
    """
    longest: Any = pc.max(pc.binary_length(texts))
    if (longest.as_py() or 0) < 2 * MAX_DEPTH:
        return False
    opened: Any = pc.add(pc.count_substring(texts, "["), pc.count_substring(texts, "{"))
    suspects: list[str] = texts.filter(pc.greater(opened, pa.scalar(MAX_DEPTH))).to_pylist()
    return any(_depth(text) > MAX_DEPTH for text in suspects)


def _depth(text: str) -> int:
    depth = accumulate(1 if mark in "[{" else -1 for mark in NESTING.findall(text) if mark[0] != '"')
    return max(depth, default=0)


def _integers(data_type: pa.DataType, values: Sequence[int | None]) -> pa.Array[Any]:
    try:
        return pa.array(values, pa.int64()).cast(data_type)
    except (OverflowError, pa.ArrowInvalid):
        return pa.array([None if value is None else Decimal(value) for value in values], data_type)


def _exact(value: Decimal) -> Decimal:
    """Return a number that Arrow can bring to the scale of a column: of 1e-999999999 it dies."""
    if not value.is_finite():
        raise ValueError
    if value.adjusted() <= MAX_PRECISION and -int(value.as_tuple().exponent) <= MAX_PRECISION:
        return value
    short = value.normalize(UNROUNDED)
    if max(short.adjusted(), -int(short.as_tuple().exponent)) > MAX_PRECISION:
        raise ValueError
    return short


def _timestamps(values: Sequence[str | None]) -> pa.Array[Any]:
    """Return moments in UTC: Arrow reads what has an offset, the slow way what else ISO 8601 allows."""
    try:
        moments = pa.array(values, pa.string()).cast(UTC_TIMESTAMP)
    except pa.ArrowInvalid:
        moments = pa.array([None if value is None else utc_moment(value) for value in values], UTC_TIMESTAMP)
    limits = pc.min_max(moments)
    if limits["min"].is_valid and (
        pc.less(limits["min"], FIRST_MOMENT).as_py() or pc.greater(limits["max"], LAST_MOMENT).as_py()
    ):
        raise ValueError
    return moments


def utc_moment(text: str) -> dt.datetime:
    """Return the moment in UTC; one without an offset is in UTC already."""
    moment = moment_of(text)
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _utc_time(text: str) -> dt.time:
    """Return the time of day in UTC, to the microsecond; one without an offset is in UTC already."""
    time = time_of(text)
    if time.tzinfo is None:
        return time
    moment = dt.datetime.combine(dt.date(2000, 1, 1), time)
    return moment.astimezone(dt.UTC).time()
