"""Compare facts with expected rows, value by value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .raw_rows import Row

DIFFERENCES_SHOWN = 8


def assert_equal_rows(found: Mapping[Any, Row], expected: Mapping[Any, Row]) -> None:
    """Fail where a key is on one side only, or a value of an expected column differs."""
    assert found.keys() == expected.keys()
    differences = [
        f"{key} {column}: {found[key][column]!r} instead of {value!r}"
        for key, row in expected.items()
        for column, value in row.items()
        if found[key][column] != value
    ]
    assert not differences, "\n".join([str(len(differences)), *differences[:DIFFERENCES_SHOWN]])
