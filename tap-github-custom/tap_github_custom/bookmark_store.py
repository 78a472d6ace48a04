"""The bookmarks of all repositories inside Singer's STATE."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from tap_github_custom.bookmarks import Bookmark
from tap_github_custom.errors import UNFORESEEN, ConfigurationError
from tap_github_custom.state_file import WAY_OUT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_github_custom.repository import Repository

REVIEW_COMMENTS = "review_comments"
BOTS = "bots"
DEPLOYMENT_STATUSES = "deployment_statuses"
STREAM_SETS = "stream_sets"
LOGINS = "logins"
PEOPLE_OWED = "people_owed"
NAME_CHARACTERS = 6


@dataclass(frozen=True)
class Former:
    """A repository under an owner that it no longer has."""

    key: str
    owner: str
    """Login, as rows spell it."""
    present: Repository
    streams: frozenset[str]
    """What was read of it there, and has come again under the present owner."""


class BookmarkStore:
    """Reads and writes `{"repositories": {"<organisation>/<id>": ...}}`, the state of one stream."""

    def __init__(self, stream_state: dict[str, Any]) -> None:
        """Take the part of the STATE that it keeps up to date."""
        for name in ("repositories", STREAM_SETS, BOTS, LOGINS):
            if not isinstance(stream_state.get(name, {}), dict):
                message = f"The state holds no object as {name!r} of repository: {WAY_OUT}."
                raise ConfigurationError(message)
        self._state = stream_state
        self._repositories: dict[str, Any] = stream_state.setdefault("repositories", {})
        # Most repositories have the same streams. A set is named by its digest: states can be merged.
        self._stream_sets: dict[str, str] = stream_state.setdefault(STREAM_SETS, {})
        self._lengths = {key: _length(key, saved) for key, saved in self._repositories.items()}
        self.length = sum(self._lengths.values())
        """Bytes that a STATE takes, more or less."""

    def of(self, repository: Repository) -> Bookmark:
        """Return a repository's bookmark; an empty one where it was never read."""
        return self._bookmark(repository.key, self._repositories.get(repository.key, {}))

    def _bookmark(self, key: str, saved: Any) -> Bookmark:  # noqa: ANN401 - whatever the state holds
        try:
            return Bookmark.from_json({**saved, "streams": self._stream_sets.get(saved.get("streams"), "")})
        except UNFORESEEN as error:
            message = (
                f"The state of repository {key} cannot be read ({error}): remove {key!r} from the state, "
                "and it is read from the start."
            )
            raise ConfigurationError(message) from None

    def put(self, repository: Repository, bookmark: Bookmark) -> None:
        """Move a repository's bookmark."""
        self._put(repository.key, bookmark)

    def _put(self, key: str, bookmark: Bookmark) -> None:
        saved = bookmark.to_json()
        streams = saved.pop("streams", "")
        saved["streams"] = hashlib.sha256(streams.encode()).hexdigest()[:NAME_CHARACTERS]
        self._stream_sets[saved["streams"]] = streams
        self._repositories[key] = saved
        self.length -= self._lengths.get(key, 0)
        self._lengths[key] = _length(key, saved)
        self.length += self._lengths[key]

    def moved(self, repositories: Iterable[Repository], wanted: frozenset[str]) -> Iterator[Former]:
        """Yield which WANTED streams were read under former owners of these repositories, and again by now.

        What came under the present owner reaches as far as what came before, and leaves nothing out.
        """
        now = {str(each.id): each for each in repositories}
        for key, saved in list(self._repositories.items()):
            owner, _, number = key.rpartition("/")
            present, login = now.get(number), self.login(owner)
            if present is None or login is None or owner.lower() == present.organization.lower():
                continue
            bookmark, before = self.of(present), self._bookmark(key, saved)
            if streams := bookmark.covered(before, before.streams & bookmark.streams & wanted):
                yield Former(key, login, present, streams)

    def told(self, former: Former, streams: frozenset[str]) -> None:
        """Forget of a former owner's streams those that were told as gone."""
        before = self._bookmark(former.key, self._repositories[former.key])
        if left := before.streams - streams:
            self._put(former.key, replace(before, streams=left))
        else:
            del self._repositories[former.key]
            self.length -= self._lengths.pop(former.key)

    def login(self, login: str) -> str | None:
        """Return an owner's login as `spelt` did first, whatever its capitals; None for a new one."""
        known: str | None = (self._state.get(LOGINS) or {}).get(login.lower())
        return known

    def spelt(self, login: str) -> str:
        """Return an owner's login as GitHub spelt it when it was first met.

        It is part of every key: with other capitals, whatever is read again would be there twice.
        """
        return self.login(login) or self._state.setdefault(LOGINS, {}).setdefault(login.lower(), login)

    @property
    def review_comments(self) -> str | None:
        """Return what was found out about `totalCommentsCount`."""
        return self._state.get(REVIEW_COMMENTS)

    @review_comments.setter
    def review_comments(self, settled: str | None) -> None:
        if settled is not None:
            self._state[REVIEW_COMMENTS] = settled

    @property
    def deployment_statuses(self) -> str | None:
        """Return what was found out about the statuses that GraphQL tells."""
        return self._state.get(DEPLOYMENT_STATUSES)

    @deployment_statuses.setter
    def deployment_statuses(self, settled: str | None) -> None:
        if settled is not None:
            self._state[DEPLOYMENT_STATUSES] = settled

    @property
    def is_people_owed(self) -> bool:
        """Tell whether a run has ended before it came to the people."""
        return bool(self._state.get(PEOPLE_OWED))

    @is_people_owed.setter
    def is_people_owed(self, is_owed: bool) -> None:
        if is_owed:
            self._state[PEOPLE_OWED] = True
        else:
            self._state.pop(PEOPLE_OWED, None)

    @property
    def bots(self) -> dict[str, str]:
        """Return how the REST API calls bots, as far as it was found out."""
        known: dict[str, str] = self._state.get(BOTS) or {}
        return known

    @bots.setter
    def bots(self, known: dict[str, str]) -> None:
        if known:
            self._state[BOTS] = known


def _length(key: str, saved: Any) -> int:  # noqa: ANN401 - whatever the state holds
    return len(key) + len(msgspec.json.encode(saved))
