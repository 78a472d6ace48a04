"""Whatever a tap may send, and wherever a run ends: the table holds the newest record of each key."""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from base64 import b64decode, b64encode
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from target_gcs_snowflake_merge.naming import name_columns
from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge

from .conftest import World, record, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.servers import Server

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
OURS = ("key", "bookmark")
KINDS: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    "integer": ({"type": ["integer", "null"]}, st.integers(-(10**38) + 1, 10**38 - 1)),
    "number": ({"type": ["number", "null"]}, st.floats(allow_nan=False, allow_infinity=False)),
    "boolean": ({"type": ["boolean", "null"]}, st.booleans()),
    "string": ({"type": ["string", "null"]}, TEXT),
    "date-time": (
        {"type": ["string", "null"], "format": "date-time"},
        st.datetimes(timezones=st.just(dt.timezone(dt.timedelta(hours=5, minutes=30))))
        .filter(lambda moment: 2 <= moment.year <= 9998)
        .map(dt.datetime.isoformat),
    ),
    "date": ({"type": ["string", "null"], "format": "date"}, st.dates().map(dt.date.isoformat)),
    "time": ({"type": ["string", "null"], "format": "time"}, st.times().map(dt.time.isoformat)),
    "decimal": (
        {"type": ["number", "null"], "multipleOf": 0.001},
        st.integers(-(10**12), 10**12).map(lambda thousandths: thousandths / 1000),
    ),
    "bytes": (
        {"type": ["string", "null"], "contentEncoding": "base64"},
        st.binary(max_size=20).map(lambda value: b64encode(value).decode()),
    ),
    "several": (
        {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
        st.integers(-9, 9) | TEXT,
    ),
    "array": ({"type": ["array", "null"]}, st.lists(st.integers(-9, 9) | TEXT | st.none(), max_size=4)),
    "object": ({"type": ["object", "null"]}, st.dictionaries(TEXT, st.booleans() | st.none(), max_size=3)),
}


@st.composite
def streams(draw: st.DrawFn) -> tuple[dict[str, str], list[dict[str, Any]], int]:
    """Draw the kinds of properties, records whose keys come again and again, and where to part them."""
    names = draw(st.lists(TEXT.filter(lambda name: name not in OURS), unique=True, min_size=1, max_size=5))
    kinds = {name: draw(st.sampled_from(sorted(KINDS))) for name in names}
    fields = {name: st.none() | KINDS[kind][1] for name, kind in kinds.items()}
    fields["bookmark"] = st.none() | st.integers(0, 3)
    rows = draw(st.lists(st.fixed_dictionaries({"key": st.integers(0, 3)}, optional=fields), max_size=8))
    return kinds, rows, draw(st.integers(0, len(rows)))


def newest(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the record of each key that counts: the last of those with the greatest bookmark."""
    result: dict[int, dict[str, Any]] = {}
    for row in rows:
        before = result.get(row["key"])
        if before is None or rank(row) >= rank(before):
            result[row["key"]] = row
    return result


def rank(row: dict[str, Any]) -> int:
    """Return the bookmark of a record; none is older than all."""
    bookmark = row.get("bookmark")
    return -1 if bookmark is None else int(bookmark)


HELD: dict[str, Callable[[Any], Any]] = {
    "integer": Decimal,
    "date-time": lambda value: dt.datetime.fromisoformat(value).astimezone(dt.UTC).replace(tzinfo=None),
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "decimal": lambda value: Decimal(str(value)),
    "bytes": b64decode,
}


def expected(kind: str, value: Any) -> Any:
    """Return what a column holds of a value."""
    return HELD[kind](value) if kind in HELD and value is not None else value


def actual(kind: str, value: Any) -> Any:
    """Return a value of a column, with JSON decoded."""
    if value is None:
        return None
    if kind == "integer":
        return Decimal(value)
    if kind == "bytes":
        return bytes(value)
    return json.loads(value) if kind in ("array", "object", "several") else value


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(streams())
def test_the_table_holds_the_newest_record_of_each_key(
    servers: tuple[Server, Server], stream: tuple[dict[str, str], list[dict[str, Any]], int]
) -> None:
    """Column by column and value by value, whether records come in one run or in two."""
    kinds, rows, parting = stream
    world = World(*servers, f"ANY_{uuid.uuid4().hex.upper()}")
    properties = {
        "key": {"type": "integer"},
        "bookmark": {"type": ["integer", "null"]},
        **{name: KINDS[kind][0] for name, kind in kinds.items()},
    }
    described = schema("any", properties, "key", bookmark="bookmark")
    google = {"STORAGE_EMULATOR_HOST": world.gcs.url, "GOOGLE_CLOUD_PROJECT": "sandbox"}
    with mock.patch.dict(os.environ, google):
        for run in (rows[:parting], rows[parting:]):
            lines = [described, *(record("any", **row) for row in run)]
            target = TargetGCSSnowflakeMerge(config=world.config())
            target.listen(StringIO("".join(json.dumps(line) + "\n" for line in lines)))
    columns = name_columns(properties)
    found = {row["KEY"]: row for row in world.table("ANY")}
    assert found.keys() == {row["key"] for row in rows}
    for key, row in newest(rows).items():
        for name, kind in kinds.items():
            assert actual(kind, found[key][columns[name]]) == expected(kind, row.get(name))
