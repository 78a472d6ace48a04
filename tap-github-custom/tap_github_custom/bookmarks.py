"""Up to where each repository has been read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tap_github_custom import times
from tap_github_custom.stream_names import COMMITS, GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tap_github_custom.repository import Json

REACHED = {**GROUPS, "head": COMMITS}
MOMENTS = ("pulls", "deployments", "releases", "head_at", "read", "tried", "reconciled", "start", "end")


@dataclass(frozen=True)
class Refusal:
    """Why a repository could not be read, and what the change probe had been told of it then."""

    at: datetime
    reason: str
    sight: str

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Refusal:
        """Take a refusal out of the state."""
        return cls(times.parse(saved["at"]), str(saved["reason"]), str(saved["sight"]))

    def to_json(self) -> Json:
        """Return what goes into the state."""
        return {"at": times.write(self.at), "reason": self.reason, "sight": self.sight}


@dataclass(frozen=True)
class Bookmark:
    """Up to where one repository has been read; written only when all of it is done."""

    pulls: datetime | None = None
    """Newest `updated_at` of its pull requests."""
    head: str | None = None
    """SHA of its default branch."""
    former_head: str | None = None
    """What that was when commits were read last, where all of them are to be read again."""
    head_at: datetime | None = None
    """When that commit was committed."""
    deployments: datetime | None = None
    releases: datetime | None = None
    read: datetime | None = None
    """Begin of the run that read it last."""
    tried: datetime | None = None
    """Begin of a run since then in which it failed, or whose budget did not suffice for it; kept as long as
    its reconciliation is put off for that."""
    reconciled: datetime | None = None
    """Begin of the run that re-read all its pull requests."""
    start: datetime | None = None
    """The start_date that it was read with; an earlier one asks for more."""
    end: datetime | None = None
    """The end_date that it was read with; a later one, or none, asks for more."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Digests of what the change probe saw, by group."""
    streams: frozenset[str] = frozenset()
    """Streams that are complete up to here; one that is newly selected is read from the start."""
    refused: Refusal | None = None
    """Why it could not be read any further, where GitHub has refused."""
    unread: tuple[int, ...] = ()
    """Numbers of pull requests that could not be read, or not whole, when all others were."""

    @property
    def last_head(self) -> str | None:
        """Return the head with which commits were read last, be they read again or not."""
        return self.head or self.former_head

    @property
    def turn(self) -> float:
        """Return what repositories are sorted by: who waited for the longest time comes first."""
        last = times.latest(self.read, self.tried)
        return last.timestamp() if last else 0.0

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> Bookmark:
        """Take a bookmark out of the state; what a later version may have added is ignored."""
        moments = {name: times.parse(saved[name]) for name in MOMENTS if saved.get(name)}
        return cls(
            **moments,
            head=saved.get("head"),
            former_head=saved.get("former_head"),
            seen=dict(saved.get("seen") or {}),
            streams=frozenset(str(saved.get("streams", "")).split()),
            refused=Refusal.from_json(saved["refused"]) if saved.get("refused") else None,
            unread=tuple(int(number) for number in saved.get("unread") or ()),
        )

    def to_json(self) -> Json:
        """Return what goes into the state, as little as possible: it is written for every repository."""
        moments = {name: getattr(self, name) for name in MOMENTS}
        saved: Json = {name: times.write(value) for name, value in moments.items() if value}
        others = {
            "head": self.head,
            "former_head": self.former_head,
            "seen": dict(self.seen),
            "streams": " ".join(sorted(self.streams)),
            "refused": self.refused.to_json() if self.refused else None,
            "unread": list(self.unread),
        }
        return saved | {name: value for name, value in others.items() if value}

    def covered(self, other: Bookmark, streams: frozenset[str]) -> frozenset[str]:
        """Return those streams of which all that had come up to another bookmark has come again."""
        if self.read is None or self.end or (other.read and self.read < other.read):
            return frozenset()
        if self.start and (other.start is None or other.start < self.start):
            return frozenset()
        lacking = {name for name in REACHED if getattr(other, name) and not getattr(self, name)}
        lacking |= {"pulls"} if self.unread else set()
        return streams.difference(*(REACHED[name] for name in lacking))

    def covering(
        self, wanted: frozenset[str], start: datetime | None, end: datetime | None = None
    ) -> Bookmark:
        """Return the bookmark without the groups that lack a wanted stream, or history at either end."""
        is_earlier = self.start and (start is None or start < self.start)
        is_later = self.end and (end is None or end > self.end)
        if is_earlier or is_later:
            return Bookmark(former_head=self.last_head, tried=self.tried, refused=self.refused)
        missing = wanted - self.streams
        unread = [name for name, streams in GROUPS.items() if missing & streams]
        moments: dict[str, Any] = dict.fromkeys(unread)
        if missing & COMMITS:
            moments |= {"head": None, "former_head": self.last_head}
        seen = {name: digest for name, digest in self.seen.items() if name not in unread}
        return replace(self, seen=seen, **moments)
