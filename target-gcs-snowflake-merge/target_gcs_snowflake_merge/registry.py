"""The streams of a run: how each lies in its table, and what happens when its schema changes."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from target_gcs_snowflake_merge import rejected
from target_gcs_snowflake_merge.errors import BadInputError, BadRecordError
from target_gcs_snowflake_merge.layout import DELETION, StreamSchema, plan
from target_gcs_snowflake_merge.mapping import Described
from target_gcs_snowflake_merge.naming import REJECTED_TABLE, SOFT_DELETED_AT, conform, name_table
from target_gcs_snowflake_merge.references import resolved_properties
from target_gcs_snowflake_merge.stream import Stream
from target_gcs_snowflake_merge.values import load_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_gcs_snowflake_merge.dispatch import Dispatch
    from target_gcs_snowflake_merge.loader import Loader
    from target_gcs_snowflake_merge.mapping import Mapping
    from target_gcs_snowflake_merge.messages import Message

logger = logging.getLogger("target-gcs-snowflake-merge")

COMPLETE_SET_OF = "x-complete-set-of"
MAX_BEGINNINGS = 1_000


class Beginnings(dict[bytes, Stream]):
    """Streams by how the lines of their records begin; some taps begin each in another way."""

    def __setitem__(self, beginning: bytes, stream: Stream) -> None:
        """Take note of one, and forget all others where they have become too many."""
        if len(self) >= MAX_BEGINNINGS:
            self.clear()
        super().__setitem__(beginning, stream)


class Registry:
    """Knows the streams by their names."""

    def __init__(self, loader: Loader, dispatch: Dispatch, mapping: Mapping | None = None) -> None:
        """Know no stream yet."""
        self._loader = loader
        self._dispatch = dispatch
        self._mapping = mapping
        self._tables: dict[str, str] = {}
        self._sources: dict[str, str] = {}
        self.streams: dict[str, Stream] = {}
        self._rejects: Stream | None = None
        self.by_beginning = Beginnings()
        """Streams by how the lines of their records begin, as long as no schema changes."""

    def take(self, message: Message) -> Iterator[Stream]:
        """Yield the streams that a SCHEMA message describes: one, or what stream maps make of it."""
        name = message.stream or ""
        schema = _decoded(bytes(message.schema), name) if bytes(message.schema) else None
        if not name or not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
            reason = "a SCHEMA message needs a stream and a schema with properties"
            raise BadInputError(reason, stream=name)
        keys = message.key_properties or []
        described = [Described(name, schema, keys)]
        if self._mapping is not None:
            described = list(self._mapping.register(name, schema, keys))
        for target, mapped, mapped_keys, computed in described:
            source = self._sources.setdefault(target, name)
            if source != name:
                reason = f"stream_maps call it {target!r}, as they do the stream {source!r}: name them apart"
                raise BadInputError(reason, stream=name)
            properties = resolved_properties(target, mapped)
            bookmark = next(filter(None, message.bookmark_properties or ()), None)
            parents = schema.get(COMPLETE_SET_OF) or ()
            if not isinstance(parents, list | tuple) or not all(isinstance(each, str) for each in parents):
                reason = f"{COMPLETE_SET_OF} is a list of properties"
                raise BadInputError(reason, stream=name)
            if not mapped_keys or (mapped is not schema and not properties.keys() >= set(parents)):
                parents = ()  # what is missing of a set can only be told by keys, and by what a map leaves
            known = self.streams.get(target)
            if not computed.isdisjoint(parents):
                if known is None:
                    text = (
                        "Stream %r: a stream map makes another %s, so nothing is missing from complete sets"
                    )
                    logger.warning(text, target, ", ".join(sorted(computed.intersection(parents))))
                parents = ()  # rows have a value of the map's, the tap announces its own
            is_versioned = known is not None and known.schema.is_versioned
            wanted = StreamSchema(
                target, properties, tuple(mapped_keys), bookmark, tuple(parents), is_versioned
            )
            stream = self.describe(wanted.with_deletions() if self._lacks_deletions(wanted) else wanted)
            if stream is not known:
                _warn_of_what_is_ignored(stream)
            yield stream

    def _lacks_deletions(self, schema: StreamSchema) -> bool:
        """Tell whether a deletion that no schema told of has made a column, in this run or an earlier one.

        Without the property a row that comes back would keep it, and be another by its digest.
        """
        there = self._loader.catalog.tables.get(self._table_of(schema.stream), {})
        return SOFT_DELETED_AT in there and SOFT_DELETED_AT not in map(str.upper, schema.properties)

    def describe(self, schema: StreamSchema) -> Stream:
        """Take the schema of a stream; what came under an earlier one is loaded before the table changes."""
        known = self.streams.get(schema.stream)
        if known is not None and known.schema == schema:
            return known
        stream = self._lay_out(schema, self._table_of(schema.stream), known)
        self.streams[schema.stream] = stream
        self.by_beginning.clear()
        return stream

    def with_columns_for(self, stream: Stream, version: int | None, *, is_deletion: bool) -> Stream:
        """Return a stream that can take a record of a version, or of a deletion that no schema tells of."""
        schema = stream.schema
        if version is not None and not schema.is_versioned:
            schema = replace(schema, is_versioned=True)
        if is_deletion and DELETION not in schema.properties:
            schema = schema.with_deletions()
        return stream if schema is stream.schema else self.describe(schema)

    def note_rejected(self, name: str) -> None:
        """Take note that a record was put aside; of a broken line nobody knows whose it was.

        Of a stream that a map leaves out no record is missing anywhere.
        """
        if self._mapping is not None and self._mapping.leaves_out(name):
            return
        known = [self.streams[each] for each in {name, *self.targets(name)} if each in self.streams]
        for stream in known or self.streams.values():
            stream.note_rejected()

    def targets(self, name: str) -> list[str]:
        """Return the streams that records of a stream go to: itself, or what stream maps make of it."""
        return self._mapping.targets(name) if self._mapping else [name]

    @property
    def rejects(self) -> Stream:
        """Return the stream of records that cannot be loaded; a tap may have one of the same name."""
        self._rejects = self._rejects or self._lay_out(rejected.SCHEMA, REJECTED_TABLE, None)
        return self._rejects

    @property
    def all_streams(self) -> list[Stream]:
        """Return the streams of the tap, then that of the rejected records, where there are some."""
        return [*self.streams.values(), *([self._rejects] if self._rejects else [])]

    def _lay_out(self, schema: StreamSchema, table: str, known: Stream | None) -> Stream:
        target = self._loader.tables.named(table)
        layout, statements = plan(schema, target, self._loader.catalog)
        stream = Stream(schema, layout, target)
        if known is not None:
            if known.schema.keys != schema.keys:
                text = (
                    "The key of stream %r is %s now: rows that were loaded under %s stay beside the new ones"
                )
                logger.warning(text, schema.stream, list(schema.keys), list(known.schema.keys))
            self._dispatch.load(known)
            stream.take_over(known)
        if statements:
            wanted = {column.name: column.type for column in layout.columns}
            self._dispatch.change_table(target, statements, wanted)
        return stream

    def _table_of(self, name: str) -> str:
        if name not in self._tables:
            existing, loaded = self._loader.catalog.tables, self._loader.catalog.loaded
            table = self._tables[name] = name_table(name, self._tables.values(), existing, loaded)
            if table not in existing and table != conform(name):
                text = "The table of stream %r is %s: the plain name is the loader's own, or another stream's"
                logger.warning(text, name, table)
        return self._tables[name]


def _warn_of_what_is_ignored(stream: Stream) -> None:
    """Say so where a table cannot have what a schema asks for: what is newer, or what is missing."""
    schema, layout = stream.schema, stream.layout
    if schema.replication_key and not layout.replication_key:
        is_there = schema.replication_key in schema.properties
        why = "%r, its bookmark, of a type with an order" if is_there else "property %r, its bookmark"
        text = f"The stream %r has no {why}: older records may replace newer ones"
        logger.warning(text, schema.stream, schema.replication_key)
    if schema.parents and not layout.parents:
        text = (
            "Stream %r: a complete set is told by no time of day, bytes or JSON, so of %s nothing is missing"
        )
        logger.warning(text, schema.stream, ", ".join(schema.parents))


def _decoded(text: bytes, stream: str) -> Any:  # noqa: ANN401 - a JSON value
    """Decode a schema, also with numbers that no float can hold: a limit of values is nothing to a column."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        try:
            return load_json(text)
        except BadRecordError as error:
            raise BadInputError(error.reason, stream=stream) from None
