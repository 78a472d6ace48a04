"""What a reading hands on: rows, and which parents' rows are complete with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_github_custom.repository import Row


SETS_AT_ONCE = 2_500  # the statement of a loader names each, by up to three columns


@dataclass(frozen=True)
class Rows:
    """Rows of one stream."""

    stream: str
    rows: list[Row]


@dataclass(frozen=True)
class CompleteSets:
    """Parents of which every row was just handed on: a row that is missing has vanished on GitHub."""

    stream: str
    parents: list[Row]


Emission = Rows | CompleteSets
