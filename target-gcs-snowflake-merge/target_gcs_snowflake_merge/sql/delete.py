"""The statements that mark or remove rows which the source no longer has."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.naming import BATCH_ID, DELETED_AT, INGESTED_AT, TABLE_VERSION
from target_gcs_snowflake_merge.sql.text import NOW_UTC, literal, moment, quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from target_gcs_snowflake_merge.layout import Layout
    from target_gcs_snowflake_merge.sql.text import Table

# Of one statement: Snowflake takes 16,384 expressions in a list, and 1 MB of text.
MAX_SET_VALUES = 8_000
MAX_SET_BYTES = 512 * 1024

_SENT = '"sent rows"'  # no table is called so

Parent = tuple[str | int | dt.date, ...]
"""Text, numbers, booleans, days, and moments in UTC without an offset."""


@dataclass(frozen=True)
class CompleteSets:
    """The parents all of whose rows a batch holds, and when the run began.

    That is before the source was read, unless the output of a tap was saved and is loaded later.
    """

    parents: Sequence[Parent]
    began_at: dt.datetime


def of_one_statement(parents: Iterable[Parent]) -> Iterator[list[Parent]]:
    """Split parents into as many as one statement takes, by number and by length."""
    some: list[Parent] = []
    values = size = 0
    for parent in parents:
        length = len(_row(parent).encode())
        if some and (values + len(parent) > MAX_SET_VALUES or size + length > MAX_SET_BYTES):
            yield some
            some, values, size = [], 0, 0
        some.append(parent)
        values += len(parent)
        size += length
    if some:
        yield some


def mark_missing(  # noqa: PLR0913 - the parts of one statement
    layout: Layout, target: Table, staging: Table | None, sets: CompleteSets, run_id: str, *, hard: bool
) -> str:
    """Return the statement for rows of complete sets that were not among the staged rows.

    With NOT IN the warehouse would mind NULL, which no key is, and could compare each row with each. Without
    a staging table no row was sent at all. Rows that another run has written since this one began stay: they
    may be newer than what the source said, since lines wait in the pipe while others hold the lock.
    """
    columns = ", ".join(quote(column.name) for column in layout.parents)
    parents = ",\n".join(map(_row, sets.parents))
    conditions = [
        f"({columns}) IN (\n{parents}\n  )",
        f"({quote(INGESTED_AT)} < {moment(sets.began_at)} OR {quote(BATCH_ID)} = {literal(run_id)})",
    ]
    if staging is not None:
        same = " AND ".join(
            f"{_SENT}.{quote(key)} = {quote(target.name)}.{quote(key)}" for key in layout.keys
        )
        sent = f"    SELECT 1\n    FROM {staging} AS {_SENT}\n    WHERE {same}"  # noqa: S608 - all quoted
        conditions.append(f"NOT EXISTS (\n{sent}\n  )")
    return _remove(target, conditions, run_id, hard=hard)


def activate_version(target: Table, version: int, run_id: str, *, hard: bool) -> str:
    """Return the statement for rows that are in no version of the table from this one on."""
    column = quote(TABLE_VERSION)
    return _remove(target, [f"({column} IS NULL OR {column} < {version})"], run_id, hard=hard)


def _row(parent: Parent) -> str:
    return f"    ({', '.join(map(value, parent))})"


def value(told: str | int | dt.date) -> str:
    """Return a value as a literal of its type: in a row it may be compared as text else."""
    if isinstance(told, dt.datetime):
        return f"TO_TIMESTAMP_NTZ({literal(str(told))})"
    if isinstance(told, dt.date):
        return f"TO_DATE({literal(str(told))})"
    if isinstance(told, bool):
        return str(told).upper()
    return str(told) if isinstance(told, int) else literal(told)


def _remove(target: Table, conditions: Sequence[str], run_id: str, *, hard: bool) -> str:
    if hard:
        where = "\n  AND ".join(conditions)
        return f"DELETE FROM {target}\nWHERE {where}"  # noqa: S608 - every name is quoted
    where = "\n  AND ".join([*conditions, f"{quote(DELETED_AT)} IS NULL"])
    return (
        f"UPDATE {target} SET\n"
        f"  {quote(DELETED_AT)} = {NOW_UTC},\n"
        f"  {quote(INGESTED_AT)} = {NOW_UTC},\n"
        f"  {quote(BATCH_ID)} = {literal(run_id)}\n"
        f"WHERE {where}"
    )
