"""Reads streams that are a plain list of a repository: whole, and with the names of the API.

The change probe does not look at them. They are read whenever anything else of the repository has changed,
and when it is reconciled, and told as complete: a row that is no longer listed has vanished.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tap_github_custom.emission import CompleteSets, Rows
from tap_github_custom.errors import RepositoryError
from tap_github_custom.schema_files import schema_of
from tap_github_custom.stream_names import MILESTONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json, Repository, Row

GONE = 410

logger = logging.getLogger("tap-github-custom")


@dataclass(frozen=True)
class Listed:
    """Where a stream is listed below its repository, and which columns are not called as in the API."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Column -> name in the API, `creator.login` for one inside an object."""


LISTED = {
    MILESTONE: Listed("/milestones", {"state": "all"}, {"creator_login": "creator.login"}),
}


def read_listed(source: Source, stream: str) -> Iterator[Emission]:
    """Yield all rows of a stream, page by page, and that they are all.

    Where the list is switched off, as milestones may be with issues, nothing comes, and rows stay.
    """
    listed, columns = LISTED[stream], schema_of(stream)["properties"]
    try:
        for page in source.pages(listed.path, listed.params):
            yield Rows(stream, [_row(item, columns, listed, source.repository) for item in page])
    except RepositoryError as error:
        if error.status != GONE:
            raise
        logger.info("%s has no list of %ss: %s", source.repository.full_name, stream, error)
        return
    yield CompleteSets(stream, [source.repository.columns])


def _row(item: Json, columns: Mapping[str, Any], listed: Listed, repository: Repository) -> Row:
    row = {name: _value(item, listed.renamed.get(name, name)) for name in columns}
    return {**row, **repository.columns}


def _value(item: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value
    for name in path.split("."):
        item = item.get(name) if item else None
    return item
