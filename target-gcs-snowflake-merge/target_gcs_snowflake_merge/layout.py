"""How a stream lies in its table: which column takes which property, and which DDL makes it so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import dropwhile
from typing import TYPE_CHECKING, Any

from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import BadInputError, FatalLoadError
from target_gcs_snowflake_merge.naming import (
    BATCH_ID,
    DELETED_AT,
    INGESTED_AT,
    ROW_HASH,
    SOFT_DELETED_AT,
    TABLE_VERSION,
    conform,
    name_columns,
    with_digest,
)
from target_gcs_snowflake_merge.schema import INTEGER, MAX_CHARACTERS, TEXT, ColumnType, Kind, column_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

TIMESTAMP = ColumnType(Kind.TIMESTAMP)
LOADER_TYPES = {INGESTED_AT: TIMESTAMP, BATCH_ID: TEXT, DELETED_AT: TIMESTAMP, ROW_HASH: TEXT}
ORGANISATION = "_source_org"
DELETION = SOFT_DELETED_AT.lower()
_BESIDE = re.compile(rf"__({'|'.join(kind.value for kind in Kind)})(_\d+_\d+)?$")
ORDERED = frozenset({Kind.NUMBER, Kind.FLOAT, Kind.TEXT, Kind.TIMESTAMP, Kind.DATE})
COMPARED = ORDERED | {Kind.BOOLEAN}
"""Types whose values a statement can tell as the column has them."""


@dataclass(frozen=True)
class StreamSchema:
    """What the SCHEMA message of a stream says, references resolved."""

    stream: str
    properties: Mapping[str, Any]
    keys: tuple[str, ...]
    replication_key: str | None = None
    parents: tuple[str, ...] = ()
    is_versioned: bool = False

    def with_deletions(self) -> StreamSchema:
        """Return the schema with the property by which the source tells of deletions."""
        told = {DELETION: {"type": ["string", "null"], "format": "date-time"}}
        return replace(self, properties={**told, **self.properties})


@dataclass(frozen=True)
class Column:
    """One property and the column that takes it."""

    property_name: str
    name: str
    type: ColumnType
    is_key: bool = False
    is_mixed: bool = False
    """The values are of several types, but are kept as text, because they have to be compared."""


@dataclass(frozen=True)
class Layout:
    """Where the records of a stream go."""

    stream: str
    table: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    replication_key: str | None = None
    displaced: tuple[str, ...] = ()
    """Columns whose property moved to a column of another type: a row that is rewritten has NULL there."""
    added: tuple[str, ...] = ()
    """Columns that this run has added to a table: if somebody had dropped them, equal rows lack a value."""
    parents: tuple[Column, ...] = ()
    """Columns of the parent whose complete sets of rows the tap announces; none that cannot be compared."""
    is_versioned: bool = False
    """The records carry a version of the table, for ACTIVATE_VERSION."""

    @property
    def organisation_index(self) -> int | None:
        """Return the position of the column that says which organisation a row was read from."""
        for index, column in enumerate(self.columns):
            if column.property_name == ORGANISATION and column.type.kind is Kind.TEXT:
                return index
        return None


@dataclass
class Catalog:
    """The tables of the schema and their columns, as far as this run knows; None is a type we never write."""

    tables: dict[str, dict[str, ColumnType | None]] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    """Columns that this run has added to tables that were there."""
    loaded: frozenset[tuple[str, str]] = frozenset()
    """Streams that earlier runs have loaded, each with a table that took them."""

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Catalog:
        """Read the answer to `sql.list_columns`."""
        catalog = cls()
        for table, column, *described in rows:
            catalog.tables.setdefault(table, {})[column] = _existing_type(*described)
        return catalog


def _existing_type(
    data_type: str, precision: int | None, scale: int | None, length: int | None
) -> ColumnType | None:
    if data_type == "NUMBER":
        return ColumnType(Kind.NUMBER, int(precision or 0), int(scale or 0))
    if data_type == "TEXT":
        return replace(TEXT, is_short=length is not None and int(length) < MAX_CHARACTERS)
    return next((ColumnType(kind) for kind in Kind if kind.value == data_type), None)


def plan(schema: StreamSchema, table: sql.Table, catalog: Catalog) -> tuple[Layout, list[str]]:
    """Lay a stream out in its table; return the layout and the statements that prepare the table for it.

    CATALOG is brought up to what those statements will leave behind. A property whose type the column
    cannot hold, and cannot be widened to hold, gets a column beside it: `AMOUNT` NUMBER(38,0) stays,
    `AMOUNT__FLOAT` takes the new values.
    """
    existing = catalog.tables.get(table.name, {})
    names = name_columns(schema.properties, schema.keys, existing)
    missing = [key for key in (*schema.keys, *schema.parents) if key not in names]
    if missing:
        message = f"the schema has no property for the key {', '.join(map(repr, missing))}"
        raise BadInputError(message, stream=schema.stream)
    taken = set(names.values())
    columns: list[Column] = []
    for property_name, plain_name in names.items():
        definition = schema.properties[property_name]
        wanted = _declared_type(schema.stream, property_name, definition)
        if property_name.upper() == SOFT_DELETED_AT and wanted.kind not in {Kind.TIMESTAMP, Kind.DATE}:
            wanted = TIMESTAMP  # the table needs the moment, however loosely it is declared
        is_key = property_name in schema.keys
        is_mixed = wanted.kind is Kind.VARIANT and is_key
        wanted = TEXT if is_mixed else wanted
        name = _column_for(plain_name, wanted, existing, taken)
        wanted = _narrowed(wanted, existing.get(name))
        taken.add(name)
        columns.append(Column(property_name, name, wanted, is_key, is_mixed))
    by_property = {column.property_name: column for column in columns}
    bookmark = schema.replication_key
    if bookmark in by_property and by_property[bookmark].type.kind not in ORDERED:
        bookmark = None
    parents = tuple(by_property[parent] for parent in schema.parents)
    layout = Layout(
        schema.stream,
        table.name,
        tuple(columns),
        keys=tuple(by_property[key].name for key in schema.keys),
        replication_key=by_property[bookmark].name if bookmark in by_property else None,
        displaced=_displaced(set(names.values()), existing, {column.name for column in columns}),
        parents=parents if all(parent.type.kind in COMPARED for parent in parents) else (),
        is_versioned=schema.is_versioned,
    )
    return prepare_table(layout, table, catalog)


def prepare_table(layout: Layout, table: sql.Table, catalog: Catalog) -> tuple[Layout, list[str]]:
    """Return the statements that give a table the columns of a layout; CATALOG takes note of them.

    The layout comes back with what this run has added to the table so far.
    """
    is_new = table.name not in catalog.tables
    existing = catalog.tables.setdefault(table.name, {})
    wanted = {column.name: column.type for column in layout.columns} | loader_types(layout)
    statements = []
    for name, kind in wanted.items():
        current = existing.get(name)
        if name not in existing:
            statements.append(sql.add_column(table, name, kind.sql))
            if not is_new:
                catalog.added.setdefault(table.name, []).append(name)
        elif current and current.widens_to(kind):
            statements.append(sql.widen_column(table, name, kind.sql))
        elif current is None or not current.holds(kind):
            message = f"The column {name} of {table} cannot hold {kind.sql}: rename or drop it."
            raise FatalLoadError(message)
        else:
            continue
        existing[name] = kind
    if is_new:
        statements = [sql.create_table(table, {name: kind.sql for name, kind in wanted.items()})]
    columns = {column.name for column in layout.columns}
    added = tuple(name for name in catalog.added.get(table.name, ()) if name in columns)
    return replace(layout, added=added), statements


def loader_types(layout: Layout) -> dict[str, ColumnType]:
    """Return the columns that the loader itself fills."""
    return {**LOADER_TYPES, **({TABLE_VERSION: INTEGER} if layout.is_versioned else {})}


def _declared_type(stream: str, name: str, definition: Any) -> ColumnType:  # noqa: ANN401 - any JSON value
    try:
        return column_type(definition if isinstance(definition, dict) else {})
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        reason = f"the type of the property {name!r} cannot be understood: {definition}"
        raise BadInputError(reason, stream=stream) from error


def _takes(existing: ColumnType | None, wanted: ColumnType) -> bool:
    """Tell whether a column can hold values of a type, as it is or widened."""
    return existing is not None and (existing.holds(wanted) or existing.widens_to(wanted))


def _narrowed(wanted: ColumnType, existing: ColumnType | None) -> ColumnType:
    """Return the type for a column some of whose digits are for a fraction: the others have less room."""
    if existing is None or existing.kind is not Kind.NUMBER or existing.widens_to(wanted):
        return wanted
    return replace(
        wanted, precision=min(wanted.precision, existing.precision - existing.scale + wanted.scale)
    )


def _column_for(
    plain_name: str, wanted: ColumnType, existing: Mapping[str, ColumnType | None], taken: Collection[str]
) -> str:
    """Return the column of a property: that of its plain name, or one beside it where that does not fit."""
    if plain_name not in existing:
        return plain_name
    if _takes(existing[plain_name], wanted):
        return plain_name
    beside = f"{plain_name}__{conform(wanted.sql if wanted.scale else wanted.kind.value).strip('_')}"
    return with_digest(beside, plain_name) if beside in taken else beside


def _displaced(
    plain_names: Collection[str], existing: Mapping[str, ColumnType | None], used: Collection[str]
) -> tuple[str, ...]:
    """Return the columns that properties have left for another type: plain ones, and others beside them.

    Those beside them were added to the table, so they stand behind the columns that it was made with.
    """
    added = set(dropwhile(lambda name: name != INGESTED_AT, existing))
    return tuple(
        name
        for name in existing
        if name not in used
        and (name in plain_names or (name in added and _is_beside(name, plain_names, existing)))
    )


def _is_beside(name: str, plain_names: Collection[str], existing: Mapping[str, ColumnType | None]) -> bool:
    """Tell whether a column took values that the plain column does not hold; its name alone says little."""
    match, kind = _BESIDE.search(name), existing[name]
    plain_name = name[: match.start()] if match else name
    if match is None or kind is None or plain_name not in plain_names or plain_name not in existing:
        return False
    return match[1] == kind.kind.value and not _takes(existing[plain_name], kind)
