"""The digest of a row, by which the warehouse sees that nothing has changed."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import xxhash
from pyarrow import acero

from target_gcs_snowflake_merge.naming import ROW_HASH
from target_gcs_snowflake_merge.schema import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from target_gcs_snowflake_merge.layout import Column, Layout

HASH_DIGITS = 32
# UTF-8 has no such bytes, so that no value can look like two, or like none.
_BETWEEN = b"\xff"
_NULL: Any = b"\xfe"  # the stubs want text
_literal: Callable[[bytes], pc.Expression] = pc.scalar  # type: ignore[assignment]  # the stubs want text


class RowHash:
    """Computes the digests of the rows of a layout, from their values by the names of the properties.

    NULL counts: a row that was loaded while the schema lacked a property is another one, even if the
    property comes back without a value. Not so where the digest is the key: there a new column would make a
    new row of each.
    """

    def __init__(self, layout: Layout) -> None:
        """Lay down what is hashed as one expression: after each call a thread waits for Python's lock."""
        columns = sorted(layout.columns, key=lambda column: column.property_name)
        names = [column.property_name.encode("utf-8", "surrogatepass") for column in columns]
        if layout.keys:
            known = sha256(_BETWEEN.join(names)).digest()
            text = _joined([_literal(known), *map(_text, columns)], pc.JoinOptions("replace", _NULL))
        else:
            pairs = zip(map(_literal, names), map(_text, columns), strict=True)
            text = _joined([_literal(b""), *map(_joined, pairs)], pc.JoinOptions("skip"))
        self._step = acero.Declaration("project", acero.ProjectNodeOptions([text], [ROW_HASH]))
        self._digest = _fast_digest if layout.keys else _safe_digest

    def of(self, rows: pa.RecordBatch) -> pa.Array[Any]:
        """Return the digests of rows, whose columns have the names of the layout."""
        source = acero.TableSourceNodeOptions(pa.Table.from_batches([rows]))
        steps = [acero.Declaration("table_source", source), self._step]
        table = acero.Declaration.from_sequence(steps).to_table(use_threads=False)
        texts: list[Any] = table.column(0).to_pylist()
        return pa.array(map(self._digest, texts), pa.string(), size=len(texts))


def _joined(values: Sequence[pc.Expression], options: pc.JoinOptions | None = None) -> pc.Expression:
    """Return the bytes of values, one behind the other; NULL where one is NULL, unless OPTIONS say more."""
    return pc.binary_join_element_wise(*values, _literal(_BETWEEN), options=options)


def _text(column: Column) -> pc.Expression:
    """Return the value of a column as bytes that do not depend on how the tap has written it."""
    value = pc.field(column.name)
    if column.type.kind is Kind.TIMESTAMP:
        value = value.cast(pa.int64())
    if column.type.kind is Kind.BINARY:
        return _joined([pc.binary_length(value).cast(pa.string()).cast(pa.binary()), value])
    return value.cast(pa.string()).cast(pa.binary())


_fast_digest: Callable[[bytes], str] = xxhash.xxh3_128_hexdigest


def _safe_digest(text: bytes) -> str:
    """Return a digest for which nobody can make two rows alike: as a key it would lose one of them."""
    return sha256(text).hexdigest()[:HASH_DIGITS]
