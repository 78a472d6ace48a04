"""The digest of a row: equal where nothing has changed, and nowhere else."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.columns import Columns
from target_gcs_snowflake_merge.layout import Catalog, StreamSchema, plan
from target_gcs_snowflake_merge.records import RecordDecoder

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT = {"type": ["string", "null"]}
BINARY = {"type": ["string", "null"], "contentEncoding": "base64"}
PROPERTIES: dict[str, Any] = {
    "id": {"type": "integer"},
    "whole": {"type": ["integer", "null"]},
    "price": {"type": ["number", "null"], "multipleOf": 0.01},
    "ratio": {"type": ["number", "null"]},
    "flag": {"type": ["boolean", "null"]},
    "text": TEXT,
    "other": TEXT,
    "at": {"type": ["string", "null"], "format": "date-time"},
    "day": {"type": ["string", "null"], "format": "date"},
    "clock": {"type": ["string", "null"], "format": "time"},
    "blob": BINARY,
    "blot": BINARY,
    "doc": {"type": ["object", "array", "null"]},
}
KEYED, KEYLESS = ("id",), ()


def digests(
    records: Iterable[bytes],
    properties: dict[str, Any] | None = None,
    keys: tuple[str, ...] = KEYED,
) -> list[str]:
    """Return the digests of records."""
    schema = StreamSchema("item", properties or PROPERTIES, keys)
    decoder = RecordDecoder(plan(schema, sql.Table("DB", "RAW", "ITEM"), Catalog())[0])
    rows = [decoder.decode(record) for record in records]
    columns = Columns(decoder)
    found = columns.with_digests(columns.record_batch(rows, range(len(rows))))
    return [str(each) for each in found.column("_ROW_HASH").to_pylist()]


DIFFERENT = [
    b'{"id": 1}',
    b'{"id": 2}',
    *(b'{"id": 1, "whole": %s}' % value for value in (b"0", b"1", b"12", b"18446744073709551616")),
    *(b'{"id": 1, "price": %s}' % value for value in (b"0", b"1", b"1.5", b"-1.5")),
    *(b'{"id": 1, "ratio": %s}' % value for value in (b"0", b"1", b"1e300", b"0.1", b"0.10000000000000002")),
    *(b'{"id": 1, "flag": %s}' % value for value in (b"true", b"false")),
    *(b'{"id": 1, "text": %s}' % value for value in (b'""', b'"1"', b'"null"', b'"a"', rb'"\u0000"')),
    *(b'{"id": 1, "text": %s, "other": %s}' % pair for pair in ((b'""', b'"a"'), (b'"a"', b'"a"'))),
    *(b'{"id": 1, "other": %s}' % value for value in (b'"a"', b'""')),
    *(b'{"id": 1, "at": "2026-01-01T00:00:0%s"}' % value for value in (b"0Z", b"1Z", b"0.000001Z")),
    *(b'{"id": 1, "%s": "%s"}' % pair for pair in ((b"day", b"2026-01-01"), (b"day", b"2026-01-02"))),
    *(b'{"id": 1, "clock": "00:00:0%s"}' % value for value in (b"0", b"1", b"0.5")),
    b'{"id": 1, "blob": "Yf8=", "blot": "Yg=="}',  # a\xff and b
    b'{"id": 1, "blob": "YQ==", "blot": "/2I="}',  # a and \xffb
    b'{"id": 1, "blob": "", "blot": "/g=="}',
    b'{"id": 1, "blob": ""}',
    *(b'{"id": 1, "doc": %s}' % value for value in (b"{}", b"[]", b"[1]", b"[null]", b'{"a": null}')),
]


@pytest.mark.parametrize("keys", [KEYED, KEYLESS])
def test_rows_that_differ_have_different_digests(keys: tuple[str, ...]) -> None:
    """By each type, by NULL and what is empty, by which column a value is in and where it ends."""
    found = dict(zip(DIFFERENT, digests(DIFFERENT, keys=keys), strict=True))
    assert not [pair for pair in combinations(DIFFERENT, 2) if found[pair[0]] == found[pair[1]]]
    assert {len(each) for each in found.values()} == {32}


@pytest.mark.parametrize("keys", [KEYED, KEYLESS])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"id": 1, "text": "a"}', b'{"text":"a","id":1,"unknown":2}'),
        (b'{"id": 1, "text": null, "doc": null}', b'{"id": 1}'),
        (b'{"id": 1, "whole": 7}', b'{"id": 1.0, "whole": 7.0}'),
        (b'{"id": 1, "price": 1.5}', b'{"id": 1, "price": 1.50}'),
        (b'{"id": 1, "ratio": 1}', b'{"id": 1, "ratio": 1.0}'),
        (b'{"id": 1, "at": "2026-01-01T00:00:00Z"}', b'{"id": 1, "at": "2026-01-01T01:00:00.0+01:00"}'),
        (b'{"id": 1, "text": "\xc3\xbc"}', rb'{"id": 1, "text": "\u00fc"}'),
    ],
)
def test_the_same_values_have_the_same_digest(one: bytes, other: bytes, keys: tuple[str, ...]) -> None:
    """However the tap writes them, and in whatever order the schema has its properties."""
    turned = dict(reversed(PROPERTIES.items()))
    assert digests([one], keys=keys) == digests([other], turned, keys=keys)


def test_a_property_more_makes_another_row_unless_the_digest_is_the_key() -> None:
    """Even without a value: the table may have one from before. As a key it would make a new row of each."""
    more = {**PROPERTIES, "more": {"type": "object"}}
    assert digests(DIFFERENT[:1]) != digests(DIFFERENT[:1], more)
    assert digests(DIFFERENT, keys=KEYLESS) == digests(DIFFERENT, more, keys=KEYLESS)


@pytest.mark.parametrize("keys", [KEYED, KEYLESS])
def test_a_value_under_another_name_makes_another_row(keys: tuple[str, ...]) -> None:
    """The value belongs into another column now."""
    one, other = ({"id": {"type": "integer"}, name: TEXT} for name in ("text", "title"))
    first = digests([b'{"id": 1, "text": "a"}'], one, keys)
    assert first != digests([b'{"id": 1, "title": "a"}'], other, keys)


def test_rows_without_a_property_are_all_alike() -> None:
    """A schema may have none."""
    first, second = digests([b"{}", b'{"a": 1}'], {"only": TEXT}, KEYLESS)
    assert first == second
