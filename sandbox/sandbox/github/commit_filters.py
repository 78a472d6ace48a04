"""Which of the commits of a history a list is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.github.history import History
    from sandbox.github.lines import Json

LAST_TIME = "9999-12-31T23:59:59Z"


@dataclass(frozen=True)
class CommitFilter:
    """What a list of commits is narrowed by; nonsense in the place of a time counts as not asked."""

    since: str | None = None
    until: str | None = None
    authors: frozenset[str] | None = None
    """Logins or e-mail addresses."""
    path: str | None = None

    def choose(self, history: History, sha: str) -> list[Json]:
        """Return what is reachable from a commit and wanted, in the order of `git log`."""
        since, until = _utc(self.since) or "", _utc(self.until) or LAST_TIME
        return [
            row
            for row in (history.commits[each] for each in history.log(sha))
            if since <= row["commit"]["committer"]["date"] <= until
            and (self.authors is None or self.authors & _names(row))
            and (not self.path or _touches(row, self.path))
        ]


def _utc(asked: str | None) -> str | None:
    """Return a time in GitHub's own form."""
    try:
        # A plus sign that was not escaped arrives as a blank.
        moment = datetime.fromisoformat((asked or "").replace(" ", "+"))
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _names(row: Json) -> set[str | None]:
    """Return how the author of a commit may be called: by login or by e-mail address."""
    return {(row.get("author") or {}).get("login"), row["commit"]["author"].get("email")}


def _touches(row: Json, path: str) -> bool:
    """Tell whether a commit changes a file or a folder; merges bring in nothing of their own."""
    folder = path.rstrip("/") + "/"
    return len(row["parents"]) <= 1 and any(
        file["filename"] == path or file["filename"].startswith(folder) for file in row["files"]
    )
