"""Identifiers and literals, quoted so that no name or value can end them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# Constant within a statement, as SYSDATE() is not, and in UTC whatever the session's time zone is.
NOW_UTC = "CONVERT_TIMEZONE('UTC', CURRENT_TIMESTAMP())::TIMESTAMP_NTZ"


def quote(identifier: str) -> str:
    """Return a quoted identifier."""
    doubled = identifier.replace('"', '""')
    return f'"{doubled}"'


def literal(value: str) -> str:
    r"""Return a string literal; Snowflake reads `\` as an escape inside one."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def moment(time: datetime) -> str:
    """Return a moment in UTC as a TIMESTAMP_NTZ."""
    return f"TO_TIMESTAMP_NTZ({literal(time.strftime('%Y-%m-%d %H:%M:%S.%f'))})"


@dataclass(frozen=True)
class Table:
    """A table (or stage) by its full name, so that no statement depends on the session's schema."""

    database: str
    schema: str
    name: str

    def __str__(self) -> str:
        """Return the name as SQL."""
        return ".".join(quote(part) for part in (self.database, self.schema, self.name))

    def sibling(self, name: str) -> Table:
        """Return the object of another name in the same schema."""
        return Table(self.database, self.schema, name)


def definitions(columns: dict[str, str]) -> str:
    """Return column definitions, one a line."""
    return ",\n".join(f"  {quote(name)} {kind}" for name, kind in columns.items())
