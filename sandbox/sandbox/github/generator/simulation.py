"""One repository's days, played from its first to any later one.

The same days always play in the same way, however many follow: to advance a generated organisation is to
play it again to a later day.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from sandbox.github.generator import merging, shipping, surprises, words
from sandbox.github.generator.clock import DAY, HOUR, LAST_DAY, MINUTE, SATURDAY, day_start, days
from sandbox.github.generator.plan import ODDITIES, Plan, committer, draw
from sandbox.github.generator.records import By, Commit, Pull, Records
from sandbox.github.generator.trees import changed, first_tree, locked_update, some_changes, vendored_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from sandbox.github.generator.people import People
    from sandbox.github.generator.plan import PlannedReview
    from sandbox.github.generator.settings import RepositorySettings, Size
    from sandbox.github.generator.trees import Change, Tree


class Simulation:
    """A repository while its history is made."""

    def __init__(self, settings: RepositorySettings, size: Size, seed: int, everyone: People) -> None:
        """Begin with the first commit, long before the first day."""
        self.settings = settings
        self.everyone = everyone
        self.records = Records()
        self._size = size
        self.key = f"{seed}/{settings.organization}/{settings.name}"
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._order = count()
        self._numbers = count(1)
        self._review_numbers = count(1)
        self._planned = 0
        if settings.folders:
            rng = self.random("first")
            at = day_start(size.since) - 90 * DAY
            tree = first_tree(rng, settings.folders, settings.extension)
            owner = By(everyone.members[0], at)
            self.push(self.commit((), owner, owner, "First commit", tree), at)

    def random(self, name: str) -> Random:
        """Return a source of chance that depends on nothing but a name."""
        return Random(f"{self.key}/{name}")  # noqa: S311 - reproducible, and no secret

    def play(self, last: date) -> Records:
        """Return what has happened at the end of a day."""
        if self.settings.folders:
            for day in days(self._size.since, min(last, self.settings.archived_on or last)):
                self._plan_day(day)
                self._run_until(day_start(day) + DAY)
        return self.records

    def at(self, time: int, action: Callable[[int], None]) -> None:
        """Let something happen later."""
        heapq.heappush(self._events, (time, next(self._order), action))

    def _run_until(self, end: int) -> None:
        while self._events and self._events[0][0] < end:
            time, _, action = heapq.heappop(self._events)
            action(time)

    def _plan_day(self, day: date) -> None:
        rng = self.random(day.isoformat())
        is_free = day.weekday() >= SATURDAY
        expected = self.settings.pulls_per_day * self._size.busyness * (0.05 if is_free else 1)
        number = int(expected) + (rng.random() < expected % 1) + (rng.random() < expected / 4)
        for index in range(number):
            self.open_later(draw(f"{self.key}/{day}/{index}", day, self.everyone, self._next_oddity()))
        if rng.random() < expected / 3:
            self.at(day_start(day) + 12 * HOUR, self._direct_push)
        if day > LAST_DAY and self.settings.has_oddities:
            surprises.plan_day(self, day)
        if not is_free or day > LAST_DAY:
            shipping.plan_day(self, day)

    def _next_oddity(self) -> str:
        self._planned += 1
        is_odd = self.settings.has_oddities and self._planned <= len(ODDITIES)
        return ODDITIES[self._planned - 1] if is_odd else "plain"

    # Commits and the default branch

    def commit(self, parents: tuple[int, ...], author: By, committer: By, message: str, tree: Tree) -> int:
        """Make a commit; return its mark."""
        mark = len(self.records.commits) + 1
        self.records.commits.append(Commit(mark, parents, author, committer, message, tree))
        return mark

    def push(self, mark: int, at: int) -> None:
        """Move the default branch."""
        self.records.default_branch.append((at, mark))

    def tree(self, mark: int) -> Tree:
        """Return the tree of a commit."""
        return self.records.commits[mark - 1].tree

    def head_at(self, at: int) -> int:
        """Return where the default branch stood at a time."""
        moves = self.records.default_branch
        position = bisect_right(moves, at, key=lambda move: move[0])
        return moves[max(position - 1, 0)][1]

    @property
    def head(self) -> int:
        """Return where the default branch stands."""
        return self.records.default_branch[-1][1]

    def _direct_push(self, at: int) -> None:
        rng = self.random(f"push/{at}")
        author = By(rng.choice(self.everyone.members[:-1]), at)
        tree = changed(self.tree(self.head), some_changes(rng, self.tree(self.head), 1))
        self.push(self.commit((self.head,), author, author, words.message(rng), tree), at)

    # Pull requests

    def open_later(self, plan: Plan, changes: list[Change] | None = None) -> None:
        """Open a pull request when its time has come, with given changes or with drawn ones."""
        self.at(plan.opened_at, lambda at: self._open(plan, at, changes))

    def _open(self, plan: Plan, at: int, changes: list[Change] | None) -> None:
        rng = plan.random
        base = self.head_at(plan.started_at)
        mark, marks = base, []
        for index, time in enumerate(plan.committed_at):
            author = By(committer(plan, index), time)
            tree = self.tree(mark)
            after = changed(tree, changes or self._changes(plan, rng, tree, index))
            mark = self.commit((mark,), author, author, words.message(rng), after)
            marks.append(mark)
        for _ in range(rng.choice((0, 0, 1, 2))):
            next(self._numbers)  # issues have numbers too
        pull = Pull(plan, next(self._numbers), plan.title, base, self.head, marks, at)
        self.records.pulls[pull.number] = pull
        self._schedule(pull)

    def _changes(self, plan: Plan, rng: Random, tree: Tree, index: int) -> list[Change]:
        if plan.oddity == "vendored" and index == 0:
            return vendored_files(rng)
        if plan.oddity == "renamed_file" and index == 0:
            return surprises.renamed_file(tree)
        if plan.author.type == "Bot":
            return locked_update(rng, tree)
        return some_changes(rng, tree, min(1 + int(rng.expovariate(0.4)), 12))

    def _schedule(self, pull: Pull) -> None:
        plan = pull.plan
        for time in plan.pushed_at:
            self.at(time, lambda at: self._push_to(pull, at))
        for review in plan.reviews:
            self.at(review.at, lambda at, review=review: self._review(pull, review, at))  # type: ignore[misc]
        if plan.outcome == "merge":
            self.at(plan.ended_at, lambda at: self._merge(pull, at))
        elif plan.outcome == "close":
            self.at(plan.ended_at, lambda at: self._close(pull, at))

    def _push_to(self, pull: Pull, at: int) -> None:
        rng = self.random(f"{pull.plan.key}/{at}")
        tree = self.tree(pull.head)
        after = changed(tree, some_changes(rng, tree, 1))
        author = By(pull.plan.author, at - MINUTE)
        pull.marks.append(self.commit((pull.head,), author, author, words.message(rng), after))
        pull.updated_at = at

    def _review(self, pull: Pull, review: PlannedReview, at: int) -> None:
        pull.reviews.append((next(self._review_numbers), review))
        if review.state != "PENDING":  # nobody else sees those, and they move nothing
            pull.updated_at = at

    def _close(self, pull: Pull, at: int) -> None:
        pull.closed_at = pull.updated_at = at

    def _merge(self, pull: Pull, at: int) -> None:
        before = self.tree(self.head)
        pull.merged = merging.METHODS[pull.plan.method](self, pull, at)
        self.push(pull.merged, at)
        self._close(pull, at)
        if pull.plan.oddity == "reverted":
            plan = surprises.revert(pull, f"{self.settings.organization}/{self.settings.name}", at)
            self.open_later(plan, surprises.undo(before, self.tree(self.head)))
