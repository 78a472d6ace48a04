"""A statement: the text of a file in queries/, with its values beside it, never in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    Value = str | int | bool | date
    Values = Mapping[str, Value | tuple[str, ...]]

FOLDER = Path(__file__).parent / "queries"
REFERENCE = re.compile(r"\{(\w+)\}")
PLACEHOLDER = re.compile(r"(?<!:):([a-z_]+)")
COMMENT = re.compile(r"^\s*--.*\n?", re.MULTILINE)
SCHEMAS = {"fct": "MARTS", "dim": "MARTS", "rpt": "REPORTS"}


@dataclass(frozen=True)
class Statement:
    """A SELECT with a `?` for each of its values, in their order."""

    text: str
    values: tuple[Value | None, ...]


def statement(name: str, values: Values, *, schema_prefix: str = "") -> Statement:
    """Return the statement of queries/<name>.sql.

    In the file `{fct_...}` is a mart, `{other}` is what other.sql holds, and `:name` is a value. A tuple
    becomes a list for IN; an empty one becomes `null`, which nothing is in.
    """
    bound: list[Value | None] = []

    def place(match: re.Match[str]) -> str:
        value = values[match[1]]
        several = value if isinstance(value, tuple) else (value,)
        bound.extend(several or (None,))
        return ", ".join("?" * max(len(several), 1))

    return Statement(PLACEHOLDER.sub(place, _text(name, schema_prefix)), tuple(bound))


@cache
def _text(name: str, schema_prefix: str) -> str:
    def put(match: re.Match[str]) -> str:
        schema = SCHEMAS.get(match[1].partition("_")[0])
        return f"{schema_prefix}{schema}.{match[1]}" if schema else _text(match[1], schema_prefix)

    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return REFERENCE.sub(put, COMMENT.sub("", text)).strip()
