"""A squarified treemap: a rectangle for each value, its area in proportion, as near to squares as they come.

After Bruls, Huizing and van Wijk, "Squarified treemaps" (2000).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Box:
    """A rectangle; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Return its extent from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Return its extent from top to bottom."""
        return self.bottom - self.top


def squarify(values: Sequence[float], box: Box) -> list[Box]:
    """Return a box for each of VALUES, which are positive and fall; together they fill BOX."""
    total = sum(values)
    areas = [value * box.width * box.height / total for value in values]
    placed: list[Box] = []
    while len(placed) < len(areas):
        row = _row(areas[len(placed) :], min(box.width, box.height))
        boxes, box = _lay(row, box)
        placed += boxes
    return placed


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """Return the areas that stand best in a row along a side: as many as make it less oblong."""
    for count in range(1, len(areas)):
        if _worst(areas[: count + 1], side) > _worst(areas[:count], side):
            return areas[:count]
    return areas


def _worst(row: Sequence[float], side: float) -> float:
    """Return how oblong the most oblong rectangle of a row is; 1 is a square."""
    depth = sum(row) / side
    return max(max(depth * depth / area, area / (depth * depth)) for area in row)


def _lay(row: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """Lay a row along the shorter side of a box; return its boxes and what is left of the box."""
    total = sum(row)
    shares = [0.0, *accumulate(area / total for area in row)]
    if box.width >= box.height:
        edge = box.left + total / box.height
        marks = [box.top + share * box.height for share in shares]
        return [Box(box.left, top, edge, bottom) for top, bottom in pairwise(marks)], replace(box, left=edge)
    edge = box.top + total / box.width
    marks = [box.left + share * box.width for share in shares]
    return [Box(left, box.top, right, edge) for left, right in pairwise(marks)], replace(box, top=edge)
