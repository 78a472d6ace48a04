"""The treemap's geometry."""

from __future__ import annotations

import pytest
from dashboard.treemap import Box, squarify
from hypothesis import given
from hypothesis import strategies as st

VALUES = st.lists(st.integers(1, 10**6), min_size=1, max_size=60).map(lambda each: sorted(each, reverse=True))


def test_the_example_of_the_paper() -> None:
    """Bruls, Huizing and van Wijk, figure 3: 6, 6, 4, 3, 2, 2, 1 in a box of 6 by 4."""
    boxes = squarify([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 6, 4))
    assert [(box.left, round(box.top, 2), round(box.right, 2), round(box.bottom, 2)) for box in boxes] == [
        (0, 0, 3, 2),
        (0, 2, 3, 4),
        (3, 0, 4.71, 2.33),
        (pytest.approx(4.71, abs=0.01), 0, 6, 2.33),
        (3, 2.33, 4.2, 4),
        (pytest.approx(4.2), 2.33, 5.4, 4),
        (pytest.approx(5.4), 2.33, 6, 4),
    ]


@given(VALUES)
def test_areas_are_in_proportion_and_fill_the_box(values: list[int]) -> None:
    """Nothing is lost and nothing lies outside."""
    boxes = squarify(values, Box(0, 0, 2.4, 1))
    assert [box.width * box.height for box in boxes] == pytest.approx(
        [2.4 * value / sum(values) for value in values], rel=1e-6, abs=1e-12
    )
    assert all(-1e-9 <= box.left <= box.right <= 2.4 + 1e-9 for box in boxes)
    assert all(-1e-9 <= box.top <= box.bottom <= 1 + 1e-9 for box in boxes)
