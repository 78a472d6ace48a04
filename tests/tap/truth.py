"""The one question of most tests of the tap: do its rows equal the data folder?"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.pipeline.expected import EXPECTED, KEYS, Table, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .running import Output, Row

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
DIFFERENCES_SHOWN = 5


@cache
def expected(name: str, data: Path) -> Table:
    """Return what the data folder holds of a table; it must not change while this process lives."""
    return EXPECTED[name](data)


def assert_rows_are_those_of(
    data: Path, output: Output, *, organizations: Iterable[str] = (), tables: Iterable[str] = KEYS
) -> None:
    """Fail where a stream lacks a row of the data, has one too many or twice, or differs in a value."""
    for name in tables:
        rows = output.of(name.lower())
        by_key = {tuple(row[column.lower()] for column in KEYS[name]): row for row in rows}
        assert len(by_key) == len(rows), f"{name} has a key more than once"
        assert_equal(name, by_key, expected(name, data), organizations)


def assert_equal(name: str, rows: Mapping[Any, Row], truth: Table, organizations: Iterable[str] = ()) -> None:
    """Fail where the rows of a table, by key, are not the true ones (of some organisations)."""
    chosen = set(organizations)
    wanted = {key: row for key, row in truth.items() if not chosen or key[0] in chosen}
    assert not sorted(wanted.keys() - rows.keys())[:DIFFERENCES_SHOWN], f"{name} lacks rows"
    assert not sorted(rows.keys() - wanted.keys())[:DIFFERENCES_SHOWN], f"{name} has rows too many"
    differences = [
        f"{name} {key} {column}: {told!r} instead of {value!r}"
        for key, row in wanted.items()
        for column, value in row.items()
        if (told := _told(rows[key], column)) != value
    ]
    by_column = Counter(line.split(": ")[0].rsplit(" ", 1)[-1] for line in differences)
    assert not differences, "\n".join([str(dict(by_column)), *differences[:DIFFERENCES_SHOWN]])


def _told(row: Row, column: str) -> Any:
    value = row[column.lower()]
    return timestamp(value) if column.endswith("_AT") else value
