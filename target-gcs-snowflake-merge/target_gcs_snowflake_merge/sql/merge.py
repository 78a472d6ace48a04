"""The statements that bring staged rows into a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.naming import (
    BATCH_ID,
    DELETED_AT,
    INGESTED_AT,
    ROW_HASH,
    SEQUENCE,
    SOFT_DELETED_AT,
    TABLE_VERSION,
)
from target_gcs_snowflake_merge.schema import Kind
from target_gcs_snowflake_merge.sql.text import NOW_UTC, literal, moment, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.sql.text import Table


END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_BOOKMARK = '"bookmark"'  # no column is called so: their names are in upper case


def merge(layout: Layout, target: Table, staging: Table, run_id: str, *, hard_delete: bool = False) -> str:
    """Return the MERGE of staged rows on the keys of the stream.

    Of several rows with one key the newest by replication key counts, among equals the last that was
    sent. A row is left alone when nothing in it changed, or when the table holds a newer one.
    """
    loaded = _loader_values(layout, run_id)
    columns = [column.name for column in layout.columns]
    updated = {
        **{name: f"S.{quote(name)}" for name in columns if name not in layout.keys},
        **dict.fromkeys(layout.displaced, "NULL"),
        **_bookmark_kept(layout),
        **loaded,
        **_version_kept(layout),
    }
    inserted = {**{name: f"S.{quote(name)}" for name in columns}, **_bookmark_begun(layout), **loaded}
    on = "\n  AND ".join(f"T.{quote(key)} = S.{quote(key)}" for key in layout.keys)
    is_deleted = _is_deleted(layout) if hard_delete else None
    delete = f"WHEN MATCHED AND {is_deleted}{_not_older(layout)} THEN DELETE\n" if is_deleted else ""
    wanted = f" AND NOT ({is_deleted})" if is_deleted else ""
    return (
        f"MERGE INTO {target} AS T\n"
        f"USING (\n{_indent(_newest_rows(layout, staging))}\n) AS S\n"
        f"ON {on}\n"
        f"{delete}"
        f"WHEN MATCHED{_changed(layout)}{_not_older(layout)} THEN UPDATE SET\n{_assignments(updated)}\n"
        f"{_version_clause(layout)}"
        f"{_insert(inserted, wanted)}"
    )


def append(layout: Layout, target: Table, staging: Table, run_id: str) -> str:
    """Return the MERGE that adds all staged rows: unlike INSERT it takes the lock of the table.

    An earlier attempt whose outcome is not known cannot commit behind this one, as it could behind an INSERT.
    No row was ever loaded at the end of time. A constant instead might be refused, or made an INSERT; of this
    condition the warehouse knows from the limits of its partitions that there is nothing to read.
    """
    inserted = {column.name: f"S.{quote(column.name)}" for column in layout.columns}
    inserted |= _loader_values(layout, run_id)
    return (
        f"MERGE INTO {target} AS T\n"
        f"USING (\n{_indent(_all_rows(layout, staging))}\n) AS S\n"
        f"ON T.{quote(ROW_HASH)} = S.{quote(ROW_HASH)}\n"
        f"  AND T.{quote(INGESTED_AT)} >= {moment(END_OF_TIME)}\n"
        f"{_insert(inserted)}"
    )


def _bookmark_of_deletions(layout: Layout) -> str | None:
    """Return the column of the bookmark where a deletion may have none of its own."""
    key = layout.replication_key
    return key if key and key not in layout.keys and _soft_deletion(layout) else None


def _bookmark_kept(layout: Layout) -> dict[str, str]:
    """Return what gives a deletion without a bookmark that of the row: older data would replace it else."""
    key = _bookmark_of_deletions(layout)
    if key is None:
        return {}
    lacks_one = f"S.{quote(key)} IS NULL AND {_is_deleted(layout)}"
    is_newer = f"S.{_BOOKMARK} IS NULL OR S.{_BOOKMARK} < T.{quote(key)}"
    return {key: f"CASE WHEN {lacks_one} AND ({is_newer}) THEN T.{quote(key)} ELSE S.{_BOOKMARK} END"}


def _bookmark_begun(layout: Layout) -> dict[str, str]:
    """Return what gives a deletion the bookmark of the row that came before it in the same batch."""
    key = _bookmark_of_deletions(layout)
    return {key: f"S.{_BOOKMARK}"} if key else {}


def _insert(values: Mapping[str, str], condition: str = "") -> str:
    names, expressions = _lines(map(quote, values)), _lines(values.values())
    return f"WHEN NOT MATCHED{condition} THEN INSERT (\n{names}\n) VALUES (\n{expressions}\n)"  # noqa: S608 - all quoted


def _all_rows(layout: Layout, source: Table | str, more: Sequence[str] = ()) -> str:
    selected = [_column(quote(column.name), column.type.kind) for column in layout.columns]
    selected += map(quote, [ROW_HASH, *([TABLE_VERSION] if layout.is_versioned else [])])
    return f"SELECT\n{_lines([*selected, *more])}\nFROM {source}"


def _newest_rows(layout: Layout, staging: Table) -> str:
    source, more, order = str(staging), [], [f"{quote(SEQUENCE)} DESC"]
    keys = ", ".join(map(quote, layout.keys))
    if layout.replication_key:
        bookmark = quote(layout.replication_key)
        if _soft_deletion(layout):
            source, bookmark = _with_bookmarks(layout, staging, keys), _BOOKMARK
            (kind,) = (each.type.kind for each in layout.columns if each.name == layout.replication_key)
            more = [_column(_BOOKMARK, kind)]
        order.insert(0, f"{bookmark} DESC NULLS LAST")
    return (
        f"{_all_rows(layout, source, more)}\n"
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {keys} ORDER BY {', '.join(order)}) = 1"
    )


def _with_bookmarks(layout: Layout, staging: Table, keys: str) -> str:
    """Return the staged rows with the bookmark to go by: many a deletion says no more than a key.

    It is as new as the newest row of its key, so that what was sent last counts.
    """
    bookmark, deleted_at = quote(layout.replication_key or ""), quote(_soft_deletion(layout) or "")
    newest = f"MAX({bookmark}) OVER (PARTITION BY {keys})"
    chosen = f"CASE WHEN {bookmark} IS NULL AND {deleted_at} IS NOT NULL THEN {newest} ELSE {bookmark} END"
    return f"(\n  SELECT\n    *,\n    {chosen} AS {_BOOKMARK}\n  FROM {staging}\n)"


def _changed(layout: Layout) -> str:
    """Return the condition that a row differs, comes back, goes, or does not lie where it should.

    It may have to move to a column of another type, or into one that somebody had dropped.
    """
    differs = f"T.{quote(ROW_HASH)} IS DISTINCT FROM S.{quote(ROW_HASH)}"
    deleted = f"T.{quote(DELETED_AT)} IS DISTINCT FROM {_deleted_at(layout)}"
    if not _is_deleted(layout):
        deleted = f"T.{quote(DELETED_AT)} IS NOT NULL"
    moves = "".join(f" OR T.{quote(name)} IS NOT NULL" for name in layout.displaced)
    lacks = "".join(f" OR (T.{quote(name)} IS NULL AND S.{quote(name)} IS NOT NULL)" for name in layout.added)
    return f"\n  AND ({differs} OR {deleted}{moves}{lacks})"


def _not_older(layout: Layout) -> str:
    """Return the condition that keeps older data from replacing newer; a NULL is older than everything.

    The order is that of `_newest_rows`, so that it does not matter where one batch ends and the next begins.
    A row that was found missing is newer than nothing: if the source sends it, it is there again.
    """
    if not layout.replication_key or layout.replication_key in layout.keys:
        return ""
    key, is_missing = quote(layout.replication_key), f"T.{quote(DELETED_AT)} IS NOT NULL"
    counts = is_missing
    if name := _soft_deletion(layout):
        soft = quote(name)
        is_back = f"{is_missing} AND T.{soft} IS NULL AND S.{soft} IS NULL"
        counts = f"S.{key} IS NULL AND S.{soft} IS NOT NULL OR {is_back}"
    return f"\n  AND (T.{key} IS NULL OR S.{key} >= T.{key} OR {counts})"


def _version_clause(layout: Layout) -> str:
    """Return what notes that an unchanged row is in this version too, and touches nothing else.

    A version only rises: rows of an earlier one come again with a replay, or from a run beside this one.
    """
    if not layout.is_versioned:
        return ""
    version = quote(TABLE_VERSION)
    return (
        f"WHEN MATCHED AND (S.{version} > T.{version} OR T.{version} IS NULL AND S.{version} IS NOT NULL)"
        f" THEN UPDATE SET\n  {version} = S.{version}\n"
    )


def _version_kept(layout: Layout) -> dict[str, str]:
    """Return what leaves a row that changes in the newest version that it came with."""
    if not layout.is_versioned:
        return {}
    version = quote(TABLE_VERSION)
    is_newer = f"T.{version} > S.{version} OR S.{version} IS NULL"
    return {TABLE_VERSION: f"CASE WHEN {is_newer} THEN T.{version} ELSE S.{version} END"}


def _is_deleted(layout: Layout) -> str | None:
    """Return the condition that the source reports a row as deleted, where the stream can say so."""
    name = _soft_deletion(layout)
    return f"S.{quote(name)} IS NOT NULL" if name else None


def _deleted_at(layout: Layout) -> str:
    name = _soft_deletion(layout)
    return f"S.{quote(name)}" if name else "NULL"


def _soft_deletion(layout: Layout) -> str | None:
    """Return the column that says when the source deleted a row; it may have been given another type."""
    names = (column.name for column in layout.columns if column.property_name.upper() == SOFT_DELETED_AT)
    return next(names, None)


def _loader_values(layout: Layout, run_id: str) -> dict[str, str]:
    values = {
        INGESTED_AT: NOW_UTC,
        BATCH_ID: literal(run_id),
        DELETED_AT: _deleted_at(layout),
        ROW_HASH: f"S.{quote(ROW_HASH)}",
    }
    if layout.is_versioned:
        values[TABLE_VERSION] = f"S.{quote(TABLE_VERSION)}"
    return values


def _column(name: str, kind: Kind) -> str:
    """Return a staged column; JSON text becomes a real VARIANT here, since COPY would leave it a string.

    With `d` the last value of a name counts that comes twice.
    """
    return f"PARSE_JSON({name}, 'd') AS {name}" if kind is Kind.VARIANT else name


def _assignments(values: Mapping[str, str]) -> str:
    return _lines(f"{quote(name)} = {value}" for name, value in values.items())


def _lines(parts: Iterable[str]) -> str:
    return ",\n".join(f"  {part}" for part in parts)


def _indent(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
