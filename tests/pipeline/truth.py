"""The one question of every pipeline test: do the raw tables equal the data folder?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .expected import EXPECTED, KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Sandbox

DIFFERENCES_SHOWN = 5


def assert_tables_equal_the_data(sandbox: Sandbox, data: Path) -> None:
    """Fail where a raw table lacks a row of the data, has one too many, or differs in a value."""
    for name, keys in KEYS.items():
        loaded = sandbox.table(name, keys)
        expected = EXPECTED[name](data)
        assert not sorted(expected.keys() - loaded.keys())[:DIFFERENCES_SHOWN], f"{name} lacks rows"
        assert not sorted(loaded.keys() - expected.keys())[:DIFFERENCES_SHOWN], f"{name} has rows too many"
        differences = [
            f"{name} {key} {column}: {loaded[key][column]!r} instead of {value!r}"
            for key, row in expected.items()
            for column, value in row.items()
            if loaded[key][column] != value
        ]
        by_column = Counter(line.split(": ")[0].rsplit(" ", 1)[-1] for line in differences)
        assert not differences, "\n".join([str(dict(by_column)), *differences[:DIFFERENCES_SHOWN]])
