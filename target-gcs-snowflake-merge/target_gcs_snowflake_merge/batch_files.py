"""The files of BATCH messages: lines of JSON, or Parquet, some rows of it at a time."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import fsspec  # type: ignore[import-untyped]
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from target_gcs_snowflake_merge.batch import CHUNK_BYTES, CHUNK_ROWS
from target_gcs_snowflake_merge.errors import BadInputError
from target_gcs_snowflake_merge.lines import BYTE_ORDER_MARK
from target_gcs_snowflake_merge.values import encode_json

if TYPE_CHECKING:
    from collections.abc import Iterator

BUFFER_BYTES = 1024 * 1024
_GZIP = b"\x1f\x8b"
_WRAPPED = re.compile(rb'\s*\{\s*"type"\s*:\s*"RECORD"')


class _RecordMessage(msgspec.Struct):
    stream: str
    record: msgspec.Raw


class Piece(NamedTuple):
    """The JSON text of a record, or columns of rows; with the file, and the first line or row in there."""

    data: bytes | pa.RecordBatch
    address: str
    first: int

    def records(self) -> Iterator[tuple[bytes, Any, str]]:
        """Yield the JSON text of each record, what it says where JSON cannot (NaN, bytes), and its place."""
        name = "line" if isinstance(self.data, bytes) else "row"
        for number, (text, decoded) in enumerate(_records(self.data), self.first):
            yield text, decoded, f"{name} {number} of {self.address}"


def parts(encoding: dict[str, Any], manifest: list[str]) -> Iterator[Piece]:
    """Yield what is in the files of a manifest, in order."""
    form = encoding.get("format")
    if form not in ("jsonl", "parquet"):
        message = f"a BATCH message in the format {form!r} cannot be read, only jsonl and parquet"
        raise BadInputError(message)
    compression = encoding.get("compression") or "none"
    if form == "jsonl" and compression not in ("gzip", "none"):
        message = f"a BATCH message with the compression {compression!r} cannot be read, only gzip and none"
        raise BadInputError(message)
    for address in manifest:
        try:
            if form == "jsonl":
                for number, text in _json_lines(address, is_compressed=compression == "gzip"):
                    yield Piece(text, address, number)
            else:
                first = 1
                for rows in _parquet_rows(address):
                    yield Piece(rows, address, first)
                    first += rows.num_rows
        except (OSError, EOFError, zlib.error, ImportError, ValueError, pa.ArrowException) as error:
            message = f"the file {address} of a BATCH message cannot be read: {error}"
            raise BadInputError(message) from None


def _json_lines(address: str, *, is_compressed: bool) -> Iterator[tuple[int, bytes]]:
    with _opened(address) as file:
        is_gzip = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        if is_gzip and not is_compressed:
            message = 'it is compressed, and the encoding does not say "compression": "gzip"'
            raise ValueError(message)
        lines = gzip.GzipFile(fileobj=file) if is_compressed else file
        for number, line in enumerate(lines, 1):
            if not line.isspace():
                text = bytes(line) if number > 1 else bytes(line).removeprefix(BYTE_ORDER_MARK)
                yield number, _unwrapped(text)


def _opened(address: str) -> Any:  # noqa: ANN401 - a file of whichever kind
    """Open a file; in the URL of a local one, other than plain characters may be quoted."""
    file = fsspec.open(address, "rb")
    if address.startswith("file:") and "%" in address and not file.fs.exists(file.path):
        return fsspec.open(unquote(address), "rb")
    return file


def _unwrapped(line: bytes) -> bytes:
    """Return the record of a line; some taps write whole RECORD messages into their files."""
    if not _WRAPPED.match(line):
        return line
    try:
        return bytes(msgspec.json.decode(line, type=_RecordMessage).record)
    except msgspec.MsgspecError:
        return line


def _parquet_rows(address: str) -> Iterator[pa.RecordBatch]:
    # What is read ahead would be kept until the end of the file, and a row group is read as a whole.
    with (
        _opened(address) as file,
        pq.ParquetFile(file, pre_buffer=False, buffer_size=BUFFER_BYTES) as parquet,
    ):
        metadata = parquet.metadata
        groups = range(metadata.num_row_groups)
        for count, alike in groupby(groups, lambda index: _rows_at_a_time(metadata.row_group(index))):
            for chunk in parquet.iter_batches(count, row_groups=list(alike)):
                yield _in_microseconds(chunk)


def _rows_at_a_time(group: pq.RowGroupMetaData) -> int:
    """Return how many rows of a row group to read at once, by what they weigh."""
    return max(1, min(CHUNK_ROWS, CHUNK_BYTES * group.num_rows // max(group.total_byte_size, 1)))


def _in_microseconds(chunk: pa.RecordBatch) -> pa.RecordBatch:
    """Cut what is below a microsecond, as it is cut from the text of a record."""
    columns = [_cut(each) for each in chunk.columns]
    return pa.RecordBatch.from_arrays(columns, chunk.schema.names) if columns else chunk


def _cut(column: Any) -> Any:  # noqa: ANN401 - the stubs know no array of any type
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        floored: Any = pc.floor_temporal(column.view(pa.timestamp("ns")), unit="microsecond")
        return floored.cast(pa.timestamp("us")).view(pa.timestamp("us", kind.tz))
    wanted = _microseconds(kind)
    return column if wanted == kind else column.cast(wanted, safe=False)


def _microseconds(kind: Any) -> Any:  # noqa: ANN401 - a type of Arrow, nested ones too
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if kind == pa.time64("ns"):
        return pa.time64("us")
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_microseconds(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(_microseconds(kind.key_type), _microseconds(kind.item_type))
    return _list_in_microseconds(kind)


def _list_in_microseconds(kind: Any) -> Any:  # noqa: ANN401 - a type of Arrow
    if pa.types.is_list(kind):
        return pa.list_(_microseconds(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_microseconds(kind.value_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_microseconds(kind.value_type), kind.list_size)
    return kind


def _records(data: bytes | pa.RecordBatch) -> list[tuple[bytes, Any]]:
    if isinstance(data, bytes):
        return [(data, None)]
    try:
        rows, is_json = _rows(data)
        return [(encode_json(row), None if is_json or _is_json(row) else _as_decoded(row)) for row in rows]
    except (ValueError, TypeError, ArithmeticError, pa.ArrowException) as error:
        message = f"a row of a file of a BATCH message cannot be read: {error}"
        raise BadInputError(message) from None


def _rows(data: pa.RecordBatch) -> tuple[list[dict[str, Any]], bool]:
    """Return rows as Python objects; true where JSON has a word for each value of their columns."""
    try:
        return data.to_pylist(maps_as_pydicts="lossy"), all(map(_is_plain, data.columns))
    except (ValueError, OverflowError):
        return [_row(data.slice(number, 1)) for number in range(data.num_rows)], False


def _row(data: pa.RecordBatch) -> dict[str, Any]:
    """Return one row."""
    return dict(zip(data.schema.names, map(_value, data.columns), strict=True))


def _value(column: Any) -> Any:  # noqa: ANN401 - the stubs know no array of any type
    """Return the value of a column in one row; a day that Python has no word for is told by its text.

    What holds such a day below is NaN: where a property asks for it the record is bad.
    """
    try:
        (value,) = column.to_pylist(maps_as_pydicts="lossy")
    except (ValueError, OverflowError):
        if not pa.types.is_temporal(column.type):
            return math.nan
        (value,) = column.cast(pa.string()).to_pylist()
    return value


def _is_plain(column: Any) -> bool:  # noqa: ANN401 - the stubs know no array of any type
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return is_finite(column) and not is_bytes(kind)


def is_bytes(kind: Any) -> bool:  # noqa: ANN401 - a type of Arrow
    """Tell whether a type is that of bytes, of which nobody has said that they are text."""
    plain = pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
    return plain or pa.types.is_fixed_size_binary(kind)


def is_finite(array: Any) -> bool:  # noqa: ANN401 - the stubs know no array of any type
    """Tell whether there is no NaN and no infinity in a column, nor anywhere below it."""
    kind = array.type
    if pa.types.is_floating(kind):
        return bool(pc.all(pc.is_finite(array), min_count=0).as_py())
    if pa.types.is_struct(kind):
        return all(is_finite(array.field(index)) for index in range(kind.num_fields))
    if pa.types.is_map(kind):
        return is_finite(array.keys) and is_finite(array.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return is_finite(array.flatten())
    return True


def _is_json(value: Any) -> bool:  # noqa: ANN401 - any value of a row
    if isinstance(value, dict):
        return all(map(_is_json, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_json, value))
    return not isinstance(value, bytes) and (not isinstance(value, float) or math.isfinite(value))


def _as_decoded(row: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON value
    """Return a row as `load_json` would: with exact numbers, NaN and bytes left as they are."""
    return _with_exact_numbers(msgspec.to_builtins(row, builtin_types=(Decimal, bytes)))


def _with_exact_numbers(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, dict):
        return {name: _with_exact_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_exact_numbers(each) for each in value]
    return Decimal(str(value)) if isinstance(value, float) and math.isfinite(value) else value
