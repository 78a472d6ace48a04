"""Reads releases newest first, each with the commit that its tag points at."""

from __future__ import annotations

import logging
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_github_custom import times
from tap_github_custom.emission import Rows
from tap_github_custom.errors import NO_COMMIT_STATUSES, RepositoryError
from tap_github_custom.reading.commits import EMPTY_REPOSITORY
from tap_github_custom.rows.release import release_row
from tap_github_custom.stream_names import RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json

logger = logging.getLogger("tap-github-custom")

TOO_FAR = 422  # "Only the first 1000 results are available"


class Releases:
    """One reading of a repository's releases.

    GitHub lists them by creation; a draft is published later. So whole pages are looked through until one
    holds nothing new.
    """

    def __init__(self, source: Source) -> None:
        """Take where to read from."""
        self._source = source
        self.newest: datetime | None = None
        """Newest moment that a release was made, published or changed, once the reading is over."""
        self.is_empty = True
        """Whether the list held nothing at all."""

    def read(self, since: datetime | None) -> Iterator[Emission]:
        """Yield the rows of the releases touched at or after SINCE."""
        found: dict[int, Json] = {}  # what moves on to the next page while the list is read comes twice
        for page in self._pages():
            self._source.check_owner(page)
            self.is_empty = self.is_empty and not page
            touched = [release for release in page if since is None or _touched_at(release) >= since]
            within = (release for release in touched if self._source.is_before_end(_touched_at(release)))
            found |= {release["id"]: release for release in within}
            if not touched:
                break
        if not found:
            return
        releases = list(found.values())
        self.newest = max(_touched_at(release) for release in releases)
        commits = self._commits(releases)
        repository = self._source.repository
        yield Rows(
            RELEASE,
            [release_row(release, commits.get(release["tag_name"]), repository) for release in releases],
        )

    def _pages(self) -> Iterator[list[Json]]:
        """Yield the pages; where GitHub refuses one behind others, as beyond 1,000 releases, they are all."""
        listed = 0
        try:
            for page in self._source.pages("/releases"):
                listed += len(page)
                yield page
        except RepositoryError as error:
            if error.status != TOO_FAR or not listed:
                raise
            name = self._source.repository.full_name
            logger.warning("%s: older releases than the newest %d are not listed: %s", name, listed, error)

    def _commits(self, releases: list[Json]) -> dict[str, str | None]:
        """Return the commits that the tags of releases point at, as far as the tags are there.

        The list of tags sees through annotated ones, 100 a request; it is given up where it would cost more
        than a request for each tag. Drafts have no tag yet.
        """
        wanted = {release["tag_name"] for release in releases if not release.get("draft")}
        found: dict[str, str | None] = {}
        with suppress(RepositoryError):
            for page in islice(self._source.pages("/tags"), max(len(wanted) - 1, 0)):
                found |= {tag["name"]: tag["commit"]["sha"] for tag in page if tag["name"] in wanted}
                if len(found) == len(wanted):
                    return found
        for tag in sorted(wanted - found.keys()):
            try:
                found[tag] = self._commit(tag)
            except RepositoryError as error:
                if error.status not in NO_COMMIT_STATUSES | {EMPTY_REPOSITORY}:
                    raise
                logger.info("The tag %s was deleted, its release was not: %s", tag, error)
        return found

    def _commit(self, tag: str) -> str | None:
        """Return the commit that a tag points at, by way of others where it is annotated; None: at none.

        `/commits/{ref}` would take a branch of the same name for it, and fails where the commit is too large.
        """
        target = self._source.get(f"/git/ref/tags/{quote(tag)}").body["object"]
        while target["type"] == "tag":
            target = self._source.get(f"/git/tags/{target['sha']}").body["object"]
        return str(target["sha"]) if target["type"] == "commit" else None


def _touched_at(release: Json) -> datetime:
    moments = (release.get(name) for name in ("created_at", "published_at", "updated_at"))
    return max(times.parse(moment) for moment in moments if moment)
