"""The mapping file: a CSV that says who a login is."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from tap_github_custom.errors import ConfigurationError
from tap_github_custom.identity.person import MappedPerson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOGIN, LDAP = "github_login", "ldap"
TEXTS = (LDAP, "name", "email", "team", "title", "manager_ldap")
TRUTHS = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0"), False),
}
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def read_mapping_file(path: Path) -> tuple[MappedPerson, ...]:
    """Return the people of a mapping file, or raise `ConfigurationError` that names file and line.

    Columns, in any order and case: github_login and ldap; where there are, name, email, team, title,
    manager_ldap, is_active, github_user_id and updated_at. A row without updated_at gets the time at
    which the file was last changed.
    """
    return _MappingFile(path).people()


@dataclass
class _MappingFile:
    path: Path
    line: int = 0

    def people(self) -> tuple[MappedPerson, ...]:
        found: dict[str, MappedPerson] = {}
        changed_at = self._changed_at()
        for row in self._rows():
            person = self._person(row, changed_at)
            former = found.setdefault(person.login.casefold(), person)
            if former is not person:
                self._fail(f"the login {person.login} stands in line {former.line} as well")
        return tuple(found.values())

    def _changed_at(self) -> str:
        try:
            return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).strftime(MOMENT)
        except OSError as error:
            message = f"The mapping file {self.path} (user_mapping_file) cannot be read: {error.strerror}."
            raise ConfigurationError(message) from None

    def _rows(self) -> Iterator[dict[str, str]]:
        """Yield the cells by their column; `line` is where the row begins, counted from 1."""
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, strict=True)
                columns: list[str] | None = None
                while True:
                    self.line = reader.line_num + 1
                    cells = next(reader, None)
                    if cells is None:
                        break
                    if not any(cell.strip() for cell in cells):
                        continue
                    if columns is None:
                        columns = self._columns(cells)
                    else:
                        yield self._row(columns, cells)
        except UnicodeDecodeError:
            self._fail("it is not UTF-8", line=False)
        except csv.Error as error:
            self._fail(f"it is no CSV ({error})")
        except OSError as error:
            self._fail(f"it cannot be read: {error.strerror}", line=False)
        if columns is None:
            self._fail(
                "it is empty; its first line names the columns: github_login,ldap,name,...", line=False
            )

    def _columns(self, cells: list[str]) -> list[str]:
        columns = [cell.strip().lower() for cell in cells]
        missing = [name for name in (LOGIN, LDAP) if name not in columns]
        if missing:
            self._fail(f"there is no column {' nor '.join(missing)} (commas part the columns)")
        doubles = sorted({name for name in columns if name and columns.count(name) > 1})
        if doubles:
            self._fail(f"the column {doubles[0]} stands there twice")
        return columns

    def _row(self, columns: list[str], cells: list[str]) -> dict[str, str]:
        if len(cells) > len(columns):
            self._fail(f"there are {len(cells)} cells for {len(columns)} columns")
        return {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}

    def _person(self, row: dict[str, str], changed_at: str) -> MappedPerson:
        login = row.get(LOGIN, "").removeprefix("@")
        if not login:
            self._fail(f"there is no {LOGIN}")
        return MappedPerson(
            login=login,
            line=self.line,
            user_id=self._user_id(row.get("github_user_id", "")),
            is_active=self._truth(row.get("is_active", "")),
            updated_at=self._moment(row.get("updated_at", "")) or changed_at,
            **{name: row.get(name, "") for name in TEXTS},
        )

    def _user_id(self, text: str) -> int | None:
        if text and not (text.isascii() and text.isdigit()):
            self._fail(f"github_user_id is {text!r}, not a number")
        return int(text) if text else None

    def _truth(self, text: str) -> bool | None:
        if text and text.lower() not in TRUTHS:
            self._fail(f"is_active is {text!r}, neither true nor false")
        return TRUTHS.get(text.lower())

    def _moment(self, text: str) -> str:
        if not text:
            return ""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self._fail(f"updated_at is {text!r}, not a moment such as 2026-01-31T00:00:00Z")
        known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return known.astimezone(UTC).strftime(MOMENT)

    def _fail(self, reason: str, *, line: bool = True) -> NoReturn:
        place = f", line {self.line}" if line else ""
        message = f"The mapping file {self.path}{place} (user_mapping_file): {reason}."
        raise ConfigurationError(message)
