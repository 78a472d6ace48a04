"""Names in the warehouse: which table a stream has, which column a property has."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MAX_CHARACTERS = 255  # Snowflake's limit for an identifier
KEPT_CHARACTERS = 200  # leaves room for suffixes

INGESTED_AT = "_INGESTED_AT"
BATCH_ID = "_BATCH_ID"
DELETED_AT = "_DELETED_AT"
ROW_HASH = "_ROW_HASH"
SEQUENCE = "_SEQUENCE"
TABLE_VERSION = "_SDC_TABLE_VERSION"
SOFT_DELETED_AT = "_SDC_DELETED_AT"
RESERVED_COLUMNS = frozenset({INGESTED_AT, BATCH_ID, DELETED_AT, ROW_HASH, SEQUENCE, TABLE_VERSION})

LEDGER_TABLE = "_LOAD_LEDGER"
REJECTED_TABLE = "_REJECTED_RECORD"
SUMMARY_TABLE = "_RUN_SUMMARY"
STAGING_PREFIX = "_STAGING_"
RESERVED_TABLES = frozenset({LEDGER_TABLE, REJECTED_TABLE, SUMMARY_TABLE})


def conform(name: str) -> str:
    """Return NAME in upper case, with an underscore for all that is neither letter, digit nor `_`.

    A name that begins with a digit gets an underscore in front, so that it needs no quotes.
    """
    conformed = "".join(character if character.isalnum() or character == "_" else "_" for character in name)
    conformed = conformed.upper()
    if not conformed or conformed[0].isdigit():
        conformed = f"_{conformed}"
    return conformed if len(conformed) <= KEPT_CHARACTERS else with_digest(conformed[:KEPT_CHARACTERS], name)


def with_digest(conformed: str, name: str) -> str:
    """Return a name that belongs to NAME alone, whatever else the stream holds."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{conformed}__{digest.upper()}"


def name_columns(
    properties: Iterable[str], keys: Collection[str] = (), existing: Collection[str] = ()
) -> dict[str, str]:
    """Return the column of each property, in the order given.

    Of properties whose names collide, one of the key keeps the plain name, else one that is spelt with its
    characters, else the one in lower case, else the one in upper case, else the first by code point; the
    others get a suffix made from their own name. So a column keeps its name, in whichever order a tap lists
    its properties. One that got a suffix before, among the EXISTING columns, keeps it without the others too.
    """
    names = list(properties)
    rivals: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if with_digest(conform(name), name) not in existing:
            rivals[conform(name)].append(name)
    plain = {
        min(rival, key=lambda name: (name not in keys, *_precedence(name))): conformed
        for conformed, rival in rivals.items()
        if conformed not in RESERVED_COLUMNS
    }
    taken = set(plain.values())
    named = dict(plain)
    for name in sorted(names):
        if name not in plain:
            named[name] = _beside(conform(name), name, taken)
            taken.add(named[name])
    return {name: named[name] for name in names}


def _precedence(name: str) -> tuple[bool, bool, bool, str]:
    return (conform(name) != name.upper(), name != name.lower(), name != name.upper(), name)


def _beside(conformed: str, name: str, taken: Collection[str]) -> str:
    """Return a name with a suffix; another name may look just like it."""
    beside = with_digest(conformed, name)
    while beside in taken:
        beside = with_digest(beside, name)
    return beside


def name_table(
    stream: str,
    taken: Collection[str],
    existing: Collection[str] = (),
    loaded: Collection[tuple[str, str]] = (),
) -> str:
    """Return the table of a stream; a name that is taken or the loader's own gets a suffix.

    So does one that got it before, among the EXISTING tables: else of two streams that differ only by case
    each would fill the other's table once they come in another order. And so does a stream whose plain name
    is the table of another alone, among the streams that earlier runs have LOADED, each with a table.
    """
    conformed = conform(stream)
    if conformed.startswith(STAGING_PREFIX):  # what is called so is swept one day
        return with_digest(f"_{conformed}", stream)
    beside = _beside(conformed, stream, taken)
    owners = {each for each, table in loaded if table == conformed}
    is_anothers = bool(owners) and stream not in owners
    if is_anothers or conformed in taken or conformed in RESERVED_TABLES or beside in existing:
        return beside
    return conformed
