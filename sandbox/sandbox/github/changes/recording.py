"""A data folder whose rows can be changed."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.github.dataset import CHANGES_FILE
from sandbox.github.lines import Json, read_lines, write_bytes, write_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class ChangeError(ValueError):
    """A change of something that is not there."""


class RecordedRepository:
    """The files of one repository."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder

    @property
    def recorded(self) -> Json:
        """Return the repository's own object, with what the sandbox knows beside it."""
        row: Json = json.loads((self.folder / "repository.json").read_text(encoding="utf-8"))
        return row

    def write_recorded(self, row: Json) -> None:
        """Put another object in its place."""
        write_json(self.folder / "repository.json", row)

    def rows(self, name: str) -> list[Json]:
        """Return the rows of a kind."""
        return read_lines(self.folder, name)

    def write(self, name: str, rows: list[Json]) -> None:
        """Put other rows in their place."""
        write_rows(self.folder, name, rows)

    def row(self, name: str, **wanted: Any) -> tuple[list[Json], Json]:  # noqa: ANN401 - JSON values
        """Return all rows of a kind, and the one that has these values; it may be changed in its place."""
        rows = self.rows(name)
        for row in rows:
            if all(row.get(key) == value for key, value in wanted.items()):
                return rows, row
        message = f"{self.folder} has none of {name} with {wanted}."
        raise ChangeError(message)


class Recording:
    """A data folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder."""
        self.folder = folder

    def repository(self, full_name: str) -> RecordedRepository:
        """Return a repository by its present name."""
        for path in sorted(self.folder.glob("*/*/repository.json")):
            found = RecordedRepository(path.parent)
            if found.recorded["full_name"].lower() == full_name.lower():
                return found
        message = f"{self.folder} has no repository {full_name}."
        raise ChangeError(message)

    def organization(self, login: str) -> tuple[Path, Json]:
        """Return the folder of an organisation, and its object."""
        for path in sorted(self.folder.glob("*/organization.json")):
            row: Json = json.loads(path.read_text(encoding="utf-8"))
            if row["login"].lower() == login.lower():
                return path.parent, row
        message = f"{self.folder} has no organisation {login}."
        raise ChangeError(message)

    def announce(self) -> None:
        """Let a server that serves the folder read it anew."""
        write_bytes(self.folder / CHANGES_FILE, b"{}\n")


def rewrite(folder: Path, change: Callable[[Any], Any]) -> None:
    """Put each JSON value of the files below a folder through a change, the innermost first."""
    for path in sorted(folder.rglob("*.json")):
        if "git" not in path.relative_to(folder).parts:
            write_json(path, rewritten(json.loads(path.read_text(encoding="utf-8")), change))
    for path, name in _line_files(folder):
        write_rows(path, name, [rewritten(row, change) for row in read_lines(path, name)])


def rewritten(value: Any, change: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - JSON values
    """Return a value after a change of it and of everything in it."""
    if isinstance(value, dict):
        value = {key: rewritten(each, change) for key, each in value.items()}
    elif isinstance(value, list):
        value = [rewritten(each, change) for each in value]
    return change(value)


def _line_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz"))):
        yield path.parent, path.name.partition(".")[0]


def write_json(path: Path, row: Json) -> None:
    """Write one JSON object."""
    write_bytes(path, msgspec.json.format(msgspec.json.encode(row), indent=1) + b"\n")


def write_rows(folder: Path, name: str, rows: list[Json]) -> None:
    """Write JSON lines in the form that the file had."""
    packed = folder / f"{name}.jsonl.gz"
    if packed.exists():
        lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        write_bytes(packed, gzip.compress(lines, mtime=0))
    else:
        write_lines(folder / f"{name}.jsonl", rows)
