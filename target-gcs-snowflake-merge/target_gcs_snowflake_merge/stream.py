"""One stream: what is known of it, and the batch that is being filled for it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.columns import utc_moment
from target_gcs_snowflake_merge.errors import BadInputError, BadRecordError
from target_gcs_snowflake_merge.records import RecordDecoder
from target_gcs_snowflake_merge.schema import Kind
from target_gcs_snowflake_merge.sql import MAX_SET_VALUES
from target_gcs_snowflake_merge.values import convert, encode_json

if TYPE_CHECKING:
    import datetime as dt
    from typing import Any

    from target_gcs_snowflake_merge.batch import Batch, Limits
    from target_gcs_snowflake_merge.layout import Column, Layout, StreamSchema
    from target_gcs_snowflake_merge.sql import Parent, Table

logger = logging.getLogger("target-gcs-snowflake-merge")

PATIENCE_WITH_SETS = 4  # times the limits of size, for a tap that promises sets and never completes them


class Stream:
    """A stream that is being read."""

    def __init__(self, schema: StreamSchema, layout: Layout, target: Table) -> None:
        """Begin with no batch."""
        self.schema = schema
        self.layout = layout
        self.target = target
        self.decoder = RecordDecoder(layout)
        self.batch: Batch | None = None
        self.has_unversioned_records = False
        self.has_rejected_records = False
        self.is_inside_set = False
        self.is_set_split = False

    def take_over(self, known: Stream) -> None:
        """Go on where the same stream stood before its schema changed."""
        self.has_unversioned_records = known.has_unversioned_records
        self.has_rejected_records = known.has_rejected_records
        # No record of a parent that is announced later may stand before: a set of other parents begins whole,
        # unless a record was put aside, which may be what a row of such a parent has become.
        is_other = known.schema.parents != self.schema.parents
        self.is_set_split = known.has_rejected_records if is_other else known.is_set_split

    def note_record(self, version: int | None) -> None:
        """Remember that a record came, and of which version of the table."""
        if version is None:
            self.has_unversioned_records = True
        if self.layout.parents:
            self.is_inside_set = True

    def note_rejected(self) -> None:
        """Remember that a record was put aside: its row is missing, though the source has it."""
        self.has_rejected_records = True
        self.is_set_split = True

    def is_full(self, limits: Limits) -> bool:
        """Tell whether the batch should be loaded now; a complete set is not split between two batches."""
        if self.batch is None:
            return False
        if self.is_inside_set:
            return self.batch.is_large(limits, PATIENCE_WITH_SETS)
        return self.batch.is_full(limits)

    def detach(self) -> None:
        """Let the batch go, which is to be loaded, and begin anew."""
        self.batch = None
        self.is_set_split = self.is_set_split or self.is_inside_set

    def complete(self, batch: Batch, sets: list[Any]) -> None:
        """Note for which parents the batch holds every row; a set that was split tells nothing."""
        parents = [self._parent(each) for each in sets]
        if self.is_set_split:
            text = "Stream %r: %d complete sets are not whole in their batch, so nothing is missing from them"
            logger.warning(text, self.schema.stream, len(parents))
        else:
            batch.complete(parents)
        self.end_set()

    def end_set(self) -> None:
        """Take note that no record of a set is missing any more."""
        self.is_inside_set = self.is_set_split = False

    @property
    def open_files(self) -> int:
        """Return how many files its batch has open."""
        return self.batch.open_files if self.batch else 0

    @property
    def is_full_of_sets(self) -> bool:
        """Tell whether more parents would take one more statement."""
        parents = len(self.batch.complete_sets) if self.batch else 0
        return parents * len(self.layout.parents) >= MAX_SET_VALUES

    def _parent(self, announced: Any) -> Parent:  # noqa: ANN401 - a JSON value
        parents = self.layout.parents
        names = [column.property_name for column in parents]
        if not isinstance(announced, dict) or not all(
            isinstance(announced.get(name), str | int) for name in names
        ):
            message = f"x-complete-sets needs a value of {', '.join(names)} in each element"
            raise BadInputError(message, stream=self.schema.stream)
        try:
            return tuple(_value(column, announced[column.property_name]) for column in parents)
        except BadRecordError as error:
            message = f"x-complete-sets: {error.reason}"
            raise BadInputError(message, stream=self.schema.stream) from None


def _value(column: Column, value: str | int) -> str | int | dt.date:
    """Return a value as the column has it, or raise `BadRecordError`: the MERGE would fail without a line."""
    if column.is_mixed:
        return value if isinstance(value, str) else encode_json(value).decode()
    converted = convert(column, value)
    if column.type.kind is Kind.DATE:
        day: dt.date = converted
        return day
    return _moment(column, converted) if column.type.kind is Kind.TIMESTAMP else value


def _moment(column: Column, text: str) -> dt.datetime:
    """Return a moment as a statement compares it with the column, which is in UTC and has no offset."""
    try:
        return utc_moment(text).replace(tzinfo=None)
    except OverflowError:
        raise BadRecordError.of_field(column.property_name, text, f"is no {column.type.sql}") from None
