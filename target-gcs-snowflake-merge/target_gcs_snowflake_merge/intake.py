"""The message loop: takes lines of Singer messages, one after the other."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from target_gcs_snowflake_merge import batch_files, messages
from target_gcs_snowflake_merge.batch import Origin
from target_gcs_snowflake_merge.errors import (
    BadInputError,
    BadRecordError,
    RecordBeforeSchemaError,
)
from target_gcs_snowflake_merge.exact_columns import exact_rows
from target_gcs_snowflake_merge.layout import DELETION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from target_gcs_snowflake_merge.batch_files import Piece
    from target_gcs_snowflake_merge.dispatch import Dispatch
    from target_gcs_snowflake_merge.filling import Filling
    from target_gcs_snowflake_merge.mapping import Mapping
    from target_gcs_snowflake_merge.messages import Message
    from target_gcs_snowflake_merge.records import Row
    from target_gcs_snowflake_merge.registry import Registry
    from target_gcs_snowflake_merge.stream import Stream

logger = logging.getLogger("target-gcs-snowflake-merge")


class Intake:
    """Reads the messages of one run."""

    def __init__(
        self,
        registry: Registry,
        dispatch: Dispatch,
        filling: Filling,
        mapping: Mapping | None = None,
    ) -> None:
        """Take what it works with."""
        self._registry = registry
        self._dispatch = dispatch
        self._filling = filling
        self._mapping = mapping
        self._text = b""
        self._place = ""  # in a file of a BATCH message
        self.told_by_tap = b""
        self._line = 0
        self._sequence = 0
        self._handlers: dict[str, Callable[[Message], None]] = {
            messages.RECORD: self._record,
            messages.SCHEMA: self._schema,
            messages.STATE: self._state,
            messages.ACTIVATE_VERSION: self._activate_version,
            messages.BATCH: self._batch,
        }

    def take(self, lines: Sequence[bytes], start: int) -> tuple[str, int]:
        """Take a message, or many records of one stream; return their type, and how many lines they were."""
        beginning = messages.beginning(lines[start])
        stream = self._registry.by_beginning.get(beginning)
        if stream is not None and (taken := self._take_many(stream, lines, start, beginning)):
            return messages.RECORD, taken
        return self.process(lines[start]), 1

    def process(self, line: bytes) -> str:
        """Take one line; return the type of its message, nothing for a line that is empty."""
        self._line += 1
        if not line or line.isspace():
            return ""
        self._text = line
        try:
            message = messages.decode(line)
        except BadRecordError as error:
            self._sequence += 1
            self._put_aside(error)
            return "INVALID"
        except BadInputError as error:
            error.line = self._line
            raise
        handler = self._handlers.get(message.type.upper())
        if handler is None:
            logger.warning("Line %d: messages of type %r are not known, ignored", self._line, message.type)
        else:
            self._guarded(handler, message)
        return message.type

    def idle(self) -> None:
        """Load batches that have grown old while the tap is silent, and emit what STATE that allows."""
        self._filling.load_full()
        self._dispatch.collect()

    def _take_many(self, stream: Stream, lines: Sequence[bytes], start: int, beginning: bytes) -> int:
        """Take records whose lines begin as one of this stream did, up to one that needs a closer look."""
        end = min(len(lines), start + self._filling.room(stream))
        decoded = stream.decoder.decode_many(map(lines.__getitem__, range(start, end)), beginning)
        count = len(decoded.rows)
        if count:
            self._text = lines[start + count - 1]
            size = sum(map(len, lines[start : start + count]))
            origin = Origin(self._sequence + 1, self._line + 1, size)
            self._sequence += count
            self._line += count
            self._filling.add(stream, decoded.rows, origin, decoded.version)
        return count

    def _guarded(self, handler: Callable[[Message], None], message: Message) -> None:
        """Handle a message; a record that cannot be loaded is rejected, another fault says its line."""
        try:
            handler(message)
        except RecursionError:
            stream = message.stream or ""
            if message.type.upper() != messages.RECORD:
                raise BadInputError(messages.TOO_DEEP, line=self._line, stream=stream) from None
            self._put_aside(BadRecordError(messages.TOO_DEEP, stream=stream))
        except BadRecordError as error:
            if error.line:
                raise
            self._put_aside(error)
        except BadInputError as error:
            error.line = error.line or self._line
            error.stream = error.stream or message.stream or ""
            raise

    def _put_aside(self, error: BadRecordError) -> None:
        error.line = self._line
        error.say_where(self._place)
        error.raw = error.raw or self._text
        self._filling.reject(error, self._sequence)

    def _record(self, message: Message) -> None:
        name = message.stream or ""
        if message.decoded is None and not bytes(message.record):
            self._sequence += 1
            reason = "a RECORD message needs a record"
            raise BadRecordError(reason, stream=name)
        if self._mapping is not None and self._mapping.leaves_out(name):
            return
        if self._mapping is not None and self._mapping.knows(name):
            try:
                mapped = list(self._mapping.records(message))
            except (BadRecordError, RecursionError):
                self._sequence += 1
                raise
            for target, record in mapped:
                self._accept_mapped(self._registry.streams[target], record, message.version)
            return
        stream = self._registry.streams.get(name)
        if stream is None:
            self._sequence += 1
            reason = "a record came before the schema of its stream"
            raise RecordBeforeSchemaError(reason, stream=name)
        self._accept(stream, message.record, message.decoded, message.version)
        if message.decoded is None and self._mapping is None and not stream.decoder.is_slow:
            self._registry.by_beginning[messages.beginning(self._text)] = self._registry.streams[name]

    def _accept_mapped(self, stream: Stream, record: bytes, version: int | None) -> None:
        """Take what a stream map has made; that another stream cannot take what it gets is its own matter."""
        try:
            self._accept(stream, record, None, version)
        except BadRecordError as error:
            if error.line:
                raise
            self._put_aside(error)

    def _accept(
        self,
        stream: Stream,
        record: msgspec.Raw | bytes,
        decoded: Any,  # noqa: ANN401 - any JSON value
        version: int | None,
    ) -> None:
        self._sequence += 1
        try:
            is_deletion = stream.decoder.is_undeclared_deletion(record, decoded)
            stream = self._registry.with_columns_for(stream, version, is_deletion=is_deletion)
            row = stream.decoder.decode(record, decoded)
        except BadRecordError as error:
            error.stream, error.raw = stream.schema.stream, bytes(record) or self._text
            raise
        self._add(stream, row, version)

    def _add(self, stream: Stream, row: Row, version: int | None) -> None:
        origin = Origin(self._sequence, self._line, len(self._text), self._place)
        self._filling.add(stream, [row], origin, version)

    def _state(self, message: Message) -> None:
        if not bytes(message.value):
            reason = "a STATE message needs a value"
            raise BadInputError(reason)
        try:
            bytes(message.value).decode()
        except UnicodeDecodeError as error:
            reason = f"the value of a STATE message is not UTF-8: {error.reason}"
            raise BadInputError(reason) from None
        self.told_by_tap = bytes(message.run_summary) or self.told_by_tap
        self._filling.load_full()
        self._dispatch.arrive(self._sequence, bytes(message.value))

    def _schema(self, message: Message) -> None:
        for stream in self._registry.take(message):
            if message.complete_sets and stream.layout.parents and stream.layout.keys:
                self._complete(stream, message.complete_sets)

    def _complete(self, stream: Stream, sets: list[Any]) -> None:
        """Take the announcement that all rows of some parents have been sent.

        A table that is overwritten holds nothing else; without a record it is left alone.
        """
        if self._dispatch.is_overwriting:
            stream.end_set()
        else:
            stream.complete(stream.batch or self._filling.open_batch(stream, self._sequence), sets)
        if stream.is_full_of_sets or stream.is_full(self._filling.limits):
            self._dispatch.load(stream)

    def _activate_version(self, message: Message) -> None:
        """Remove the rows of earlier versions of a table, behind all records that came before.

        A stream that sent no record at all has become empty; one whose records carry no version says nothing
        of its rows.
        """
        for name in self._registry.targets(message.stream or ""):
            stream = self._registry.streams.get(name)
            if stream is None or message.version is None or stream.has_unversioned_records:
                logger.warning("Line %d: no versioned records of stream %r, ignored", self._line, name)
            elif not self._dispatch.is_overwriting:
                stream = self._registry.describe(replace(stream.schema, is_versioned=True))
                self._dispatch.load(stream)  # which finds the last records that do not fit
                if stream.has_rejected_records:
                    text = "Line %d: records of stream %r were put aside, so rows of earlier versions stay"
                    logger.warning(text, self._line, name)
                    continue
                self._dispatch.activate_version(stream, message.version, self._sequence)

    def _batch(self, message: Message) -> None:
        """Take the records of the files that a BATCH message names; a signal ends it in the midst."""
        name = message.stream or ""
        if self._mapping is not None and self._mapping.leaves_out(name):
            return
        if not all(target in self._registry.streams for target in self._registry.targets(name)):
            reason = "a batch came before the schema of its stream"
            raise BadInputError(reason, stream=name)
        for piece in batch_files.parts(message.encoding or {}, message.manifest or []):
            if self._dispatch.is_hurried:
                return  # no STATE can follow: the reader stops before the next message
            if isinstance(piece.data, bytes) or not self._take_columns(message, piece.data):
                self._take_records(message, piece)

    def _take_records(self, message: Message, piece: Piece) -> None:
        for record, decoded, self._place in piece.records():
            self._text = record
            raw = msgspec.Raw(record)
            self._guarded(
                self._record,
                messages.Message(
                    messages.RECORD, message.stream, raw, version=message.version, decoded=decoded
                ),
            )
        self._place = ""

    def _take_columns(self, message: Message, chunk: pa.RecordBatch) -> bool:
        """Take rows as columns; false when they need a closer look, one by one."""
        if self._mapping is not None:
            return False
        stream = self._registry.streams[message.stream or ""]
        is_deletion = DELETION in chunk.schema.names and chunk.column(DELETION).null_count < chunk.num_rows
        stream = self._registry.with_columns_for(stream, message.version, is_deletion=is_deletion)
        rows = exact_rows(chunk, stream.layout)
        if rows is None or not rows.count:
            return False
        self._filling.add_columns(stream, rows, self._sequence + 1, message.version)
        self._sequence += rows.count
        return True
