"""Reads deployments newest first, each with its statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom import times
from tap_github_custom.emission import Rows
from tap_github_custom.rows.deployment import deployment_row, deployment_status_row
from tap_github_custom.stream_names import DEPLOYMENT, DEPLOYMENT_STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.deployment_statuses import DeploymentStatuses
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json, Row


class Deployments:
    """One reading of a repository's deployments.

    GitHub lists them by creation and knows no `since`, while a status can come late: so whole pages are
    looked through until one holds nothing that was touched, and statuses are asked for where something was.
    """

    def __init__(self, source: Source, statuses: DeploymentStatuses) -> None:
        """Take where to read from."""
        self._source = source
        self._statuses = statuses
        self.newest: datetime | None = None
        """Newest `updated_at` that was seen, once the reading is over."""
        self.newest_listed: datetime | None = None
        """The same of all that was listed, wanted or not; None where that was nothing."""

    def read(self, since: datetime | None) -> Iterator[Emission]:
        """Yield the rows of the deployments touched at or after SINCE, and of all their statuses.

        One that is deleted meanwhile is left out; what moves on to the next page while the list is read comes
        once all the same.
        """
        met: set[int] = set()
        for page in self._source.pages("/deployments"):
            self._source.check_owner(page)
            self.newest_listed = times.latest(self.newest_listed, *map(_touched_at, page))
            touched = [each for each in page if since is None or _touched_at(each) >= since]
            within = (each for each in touched if self._source.is_before_end(_touched_at(each)))
            new = {each["id"]: each for each in within if each["id"] not in met}
            self.newest = times.latest(self.newest, *map(_touched_at, new.values()))
            yield from self._emissions(list(new.values()))
            met.update(new)
            if not touched:
                return

    def _emissions(self, deployments: list[Json]) -> Iterator[Emission]:
        source = self._source
        statuses = self._statuses.of(deployments)
        rows: dict[str, list[Row]] = {DEPLOYMENT: [], DEPLOYMENT_STATUS: []}
        for deployment, found in zip(deployments, statuses, strict=True):
            if found is None:
                continue
            rows[DEPLOYMENT].append(deployment_row(deployment, found, source.repository))
            rows[DEPLOYMENT_STATUS] += [
                deployment_status_row(status, deployment, source.repository) for status in found
            ]
        for stream, found in rows.items():
            if found and stream in source.wanted:
                yield Rows(stream, found)


def _touched_at(deployment: Json) -> datetime:
    return times.parse(deployment.get("updated_at") or deployment["created_at"])
