"""The commits of a repository and their ancestry."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sandbox.github.lines import Json


@dataclass(frozen=True)
class Comparison:
    """How two commits lie to each other; the commits ahead are listed oldest first."""

    merge_base: str
    ahead: list[str]
    behind_by: int

    @property
    def status(self) -> str:
        """Return GitHub's word for it."""
        if self.ahead:
            return "diverged" if self.behind_by else "ahead"
        return "behind" if self.behind_by else "identical"


class History:
    """Commits by SHA; those of the default branch in the order in which GitHub lists them."""

    def __init__(self, rows: list[Json]) -> None:
        """Take commits, those on the default branch first and newest first."""
        self.commits = {row["sha"]: row for row in rows}
        self.default_branch = [row["sha"] for row in rows if row["on_default_branch"]]

    def parents(self, sha: str) -> list[str]:
        """Return the parents of a commit that are known here."""
        return [parent["sha"] for parent in self.commits[sha]["parents"] if parent["sha"] in self.commits]

    def committed_at(self, sha: str) -> str:
        """Return the committer date of a commit."""
        date: str = self.commits[sha]["commit"]["committer"]["date"]
        return date

    def log(self, sha: str) -> list[str]:
        """Return everything reachable from a commit, in the order of `git log`."""
        if self.default_branch and sha == self.default_branch[0]:
            return self.default_branch
        return list(self._walk(sha, stop=()))

    def ancestors(self, sha: str) -> set[str]:
        """Return the commits reachable from a commit, itself included."""
        found = {sha}
        waiting = [sha]
        while waiting:
            new = [parent for parent in self.parents(waiting.pop()) if parent not in found]
            found.update(new)
            waiting.extend(new)
        return found

    def compare(self, base: str, head: str) -> Comparison | None:
        """Return how HEAD lies to BASE, or None where they have nothing in common."""
        of_base = self.ancestors(base)
        of_head = self.ancestors(head)
        common = of_base & of_head
        if not common:
            return None
        below = {parent for sha in common for parent in self.parents(sha)}
        merge_base = max(common - below, key=lambda sha: (self.committed_at(sha), sha))
        ahead = list(self._walk(head, stop=of_base))[::-1]
        return Comparison(merge_base, ahead, len(of_base) - len(common))

    def _walk(self, sha: str, stop: Collection[str]) -> Iterator[str]:
        """Yield what is reachable from a commit and not in STOP, newest committer date first.

        As in git, of two commits of the same second the one that was met first comes first.
        """
        met = count()
        seen = {sha, *stop}
        waiting = [] if sha in stop else [(_newest_first(self.committed_at(sha)), next(met), sha)]
        while waiting:
            _, _, newest = heapq.heappop(waiting)
            yield newest
            for parent in self.parents(newest):
                if parent not in seen:
                    seen.add(parent)
                    heapq.heappush(waiting, (_newest_first(self.committed_at(parent)), next(met), parent))


def _newest_first(timestamp: str) -> int:
    """Return a number that is the smaller, the later a UTC timestamp of GitHub's fixed form is."""
    return -int("".join(character for character in timestamp if character.isdigit()))
