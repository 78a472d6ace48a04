"""From the JSON schema of a stream to the columns of its table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_PRECISION = 38
MAX_CHARACTERS = 16 * 1024 * 1024


class Kind(Enum):
    """The families of types; a value never moves from one to another."""

    NUMBER = "NUMBER"
    FLOAT = "FLOAT"
    BOOLEAN = "BOOLEAN"
    TEXT = "VARCHAR"
    TIMESTAMP = "TIMESTAMP_NTZ"
    DATE = "DATE"
    TIME = "TIME"
    BINARY = "BINARY"
    VARIANT = "VARIANT"


@dataclass(frozen=True)
class ColumnType:
    """The type of a column; precision and scale belong to NUMBER."""

    kind: Kind
    precision: int = MAX_PRECISION
    scale: int = 0
    is_short: bool = False
    """Text must not be as long as it may be elsewhere: somebody else has made the column."""

    @property
    def sql(self) -> str:
        """Return the type as Snowflake writes it."""
        if self.kind is Kind.NUMBER:
            return f"NUMBER({self.precision},{self.scale})"
        return str(self.kind.value)

    @property
    def staging_sql(self) -> str:
        """Return the type in the staging table: a VARIANT travels as JSON text."""
        return str(Kind.TEXT.value) if self.kind is Kind.VARIANT else self.sql

    def holds(self, other: ColumnType) -> bool:
        """Tell whether a column of this type can take every value of the other type."""
        if self.kind is not other.kind or self.is_short:
            return False
        return self.kind is not Kind.NUMBER or (
            self.scale >= other.scale
            and (
                self.precision == MAX_PRECISION
                or self.precision - self.scale >= other.precision - other.scale
            )
        )

    def widens_to(self, other: ColumnType) -> bool:
        """Tell whether ALTER TABLE can make this type hold the other: a NUMBER may gain digits, not scale."""
        if self.is_short:
            return other.kind is self.kind
        both_numbers = self.kind is other.kind is Kind.NUMBER
        return both_numbers and self.scale == other.scale and self.precision < other.precision


VARIANT = ColumnType(Kind.VARIANT)
TEXT = ColumnType(Kind.TEXT)
INTEGER = ColumnType(Kind.NUMBER)

_TEXT_FORMATS = {
    "date-time": ColumnType(Kind.TIMESTAMP),
    "date": ColumnType(Kind.DATE),
    "time": ColumnType(Kind.TIME),
}
_SQL_NAMES = {
    "NUMBER": Kind.NUMBER,
    "DECIMAL": Kind.NUMBER,
    "NUMERIC": Kind.NUMBER,
    "FLOAT": Kind.FLOAT,
    "DOUBLE": Kind.FLOAT,
    "REAL": Kind.FLOAT,
    "VARIANT": Kind.VARIANT,
    "OBJECT": Kind.VARIANT,
    "ARRAY": Kind.VARIANT,
    "JSON": Kind.VARIANT,
    "JSONB": Kind.VARIANT,
}
_SQL_TYPE = re.compile(r"\s*([A-Z]+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*", re.IGNORECASE)


def column_type(definition: Mapping[str, Any]) -> ColumnType:
    """Return the type of the column for a property's JSON schema.

    A property of several types becomes VARIANT, which keeps them apart; text in several formats becomes
    VARCHAR; a property that says nothing of its type becomes VARIANT.
    """
    explicit = _explicit_type(definition.get("x-sql-datatype"))
    if explicit and _can_fill(explicit, {name for name, _ in _alternatives(definition)}):
        return explicit
    found = set(_types(definition))
    if len(found) == 1:
        return found.pop()
    kinds = {each.kind for each in found}
    if kinds and kinds <= {Kind.TEXT, Kind.TIMESTAMP, Kind.DATE, Kind.TIME}:
        return TEXT
    if kinds == {Kind.NUMBER}:
        return _widest(found)
    if kinds == {Kind.NUMBER, Kind.FLOAT}:
        return ColumnType(Kind.FLOAT)
    return VARIANT


def plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition of the same column in one `type`: flattening leaves out what has none.

    It makes text of an array, and of an object whose properties it does not take apart. One that may be
    something else as well is not taken apart: what it else is would have no column.
    """
    names = {name for name, _ in _alternatives(definition)}
    if names == {"object"} and "type" in definition and definition.get("properties"):
        below = {name: plain(each) for name, each in definition["properties"].items()}
        return {"type": "object", "properties": below}
    if names & {"array", "object"} and names <= {"array", "object", "string"}:
        return {"type": "string"}
    kind = column_type(definition)
    return {**_PLAIN[kind.kind], **({"x-sql-datatype": kind.sql} if kind.kind is Kind.NUMBER else {})}


_PLAIN: dict[Kind, dict[str, Any]] = {
    Kind.NUMBER: {"type": "number"},
    Kind.FLOAT: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.TEXT: {"type": "string"},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.TIME: {"type": "string", "format": "time"},
    Kind.BINARY: {"type": "string", "contentEncoding": "base64"},
    Kind.VARIANT: {"type": ["string", "number", "boolean"]},
}


def _types(definition: Mapping[str, Any]) -> Iterator[ColumnType]:
    """Yield the type of each alternative of a definition."""
    return (_single_type(name, words) for name, words in _alternatives(definition))


def _alternatives(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the type of JSON of each alternative of a definition, NULL left out, and all that is said of it.

    What is around it counts, too; one that may be anything has no name.
    """
    common = _merged(definition)
    alternatives = [each for word in ("anyOf", "oneOf") for each in common.pop(word, None) or ()]
    alternatives = [each for each in alternatives if isinstance(each, dict)]
    for alternative in alternatives:
        yield from _alternatives({**common, **alternative})
    if "type" in common:
        if alternatives and not any("type" in each for each in alternatives):
            return  # they only say more of it
        declared = common["type"]
        for name in [declared] if isinstance(declared, str) else declared:
            if name != "null":
                yield name, common
    elif not alternatives:
        values = common.get("enum") or ([common["const"]] if "const" in common else [])
        yield "string" if values and all(isinstance(value, str | None) for value in values) else "", {}


def _merged(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return a definition with all that its `allOf` adds."""
    merged = {word: value for word, value in definition.items() if word != "allOf"}
    for branch in definition.get("allOf") or ():
        if isinstance(branch, dict):
            merged |= _merged(branch)
    return merged


def _single_type(name: str, definition: Mapping[str, Any]) -> ColumnType:
    if name == "integer":
        return INTEGER
    if name == "number":
        return _number_type(definition.get("multipleOf"))
    if name == "boolean":
        return ColumnType(Kind.BOOLEAN)
    if name == "string":
        if definition.get("contentEncoding") == "base64":
            return ColumnType(Kind.BINARY)
        return _TEXT_FORMATS.get(str(definition.get("format")), TEXT)
    return VARIANT


def _number_type(multiple_of: float | None) -> ColumnType:
    """Return an exact type where the schema says how exact, else FLOAT."""
    if not multiple_of:
        return ColumnType(Kind.FLOAT)
    exponent = Decimal(str(multiple_of)).normalize().as_tuple().exponent
    scale = -int(exponent) if int(exponent) < 0 else 0
    return ColumnType(Kind.NUMBER, scale=scale) if scale < MAX_PRECISION else ColumnType(Kind.FLOAT)


def _explicit_type(declared: object) -> ColumnType | None:
    """Return the type that `x-sql-datatype` asks for, where it is one that JSON values fit into."""
    match = _SQL_TYPE.fullmatch(declared) if isinstance(declared, str) else None
    kind = _SQL_NAMES.get(match[1].upper()) if match else None
    if match is None or kind is None:
        return None
    if kind is not Kind.NUMBER:
        return ColumnType(kind)
    precision, scale = int(match[2] or MAX_PRECISION), int(match[3] or 0)
    return ColumnType(kind, precision, scale) if scale <= precision <= MAX_PRECISION else None


def _can_fill(explicit: ColumnType, names: set[str]) -> bool:
    """Tell whether values of these types of JSON fit: text does where a NUMBER has digits for a fraction.

    Without a type nothing is known of them.
    """
    if explicit.kind is Kind.VARIANT or not names:
        return True
    return not names.isdisjoint({"number", "integer", "", *(["string"] if explicit.scale else [])})


def _widest(types: set[ColumnType]) -> ColumnType:
    scale = max(each.scale for each in types)
    return ColumnType(Kind.NUMBER, scale=scale)
