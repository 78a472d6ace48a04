"""The life of a pull request, drawn before it begins."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from sandbox.github.generator import words
from sandbox.github.generator.clock import DAY, HOUR, MINUTE, at_work, day_start
from sandbox.github.generator.people import DEPENDABOT, DEPLOYER, GHOST, NOBODY, REVIEW_BOT, People, Person
from sandbox.github.generator.trees import NAMES

if TYPE_CHECKING:
    from datetime import date

ODDITIES = (
    *("plain", "vendored", "reverted", "renamed_file", "ghost_author", "null_reviewer", "deleted_fork"),
    *("deleted_fork_owner", "fork", "bot", "draft", "dismissed", "pending", "empty_body", "null_body"),
    *("long_body", "emoji", "nul", "closed_after_merge", "merged_by_missing", "no_account", "late"),
    *("service_account", "auto_merge", "abandoned", "changes_requested", "self_review"),
)
"""What the pull requests of the first repository are about, in this order; later ones are plain."""
OPEN_ENDED = frozenset(("draft", "pending", "auto_merge"))


@dataclass(frozen=True)
class PlannedReview:
    """One review that will be given."""

    at: int
    reviewer: Person
    state: str
    body: str


@dataclass(frozen=True)
class Plan:
    """Everything that will happen to a pull request; times are seconds since 1970."""

    key: str
    oddity: str
    author: Person
    title: str
    body: str | None
    branch: str
    opened_at: int
    committed_at: list[int]
    """When the commits before the opening were made; the branch began just before the first."""
    pushed_at: list[int] = field(default_factory=list)
    reviews: list[PlannedReview] = field(default_factory=list)
    outcome: str = "merge"
    method: str = "squash"
    ended_at: int = 0
    merger: Person | None = None

    @property
    def started_at(self) -> int:
        """Return when the branch left the default branch."""
        return self.committed_at[0] - 5 * MINUTE

    @property
    def random(self) -> Random:
        """Return the source of whatever else has to be drawn for it."""
        return Random(self.key)  # noqa: S311 - reproducible, and no secret


def draw(key: str, day: date, everyone: People, oddity: str) -> Plan:
    """Return the plan of a pull request that is opened on a day."""
    rng = Random(f"{key}/plan")  # noqa: S311 - reproducible, and no secret
    author = _author(rng, everyone, oddity)
    opened_at = at_work(day_start(day) + 8 * HOUR + rng.randrange(9 * HOUR))
    coding = 60 * DAY if oddity == "late" else int(min(rng.lognormvariate(2.2, 1.0), 200) * HOUR)
    first = opened_at - coding - 10 * MINUTE
    count = min(1 + int(rng.expovariate(0.7)), 7)
    times = sorted(rng.randrange(first, opened_at - 5 * MINUTE) for _ in range(count - 1))
    plan = Plan(
        key=key,
        oddity=oddity,
        author=author,
        title=words.title(rng),
        body=_body(rng, oddity),
        branch=words.branch(rng, author.login or "laptop"),
        opened_at=opened_at,
        committed_at=[first, *times],
        method=rng.choice(("squash", "squash", "merge", "merge", "rebase")),
    )
    return (
        _bot_plan(plan, rng) if author == DEPENDABOT else _with_end(_with_reviews(plan, rng, everyone), rng)
    )


def _author(rng: Random, everyone: People, oddity: str) -> Person:
    fixed = {"ghost_author": GHOST, "bot": DEPENDABOT, "service_account": DEPLOYER}
    if oddity in fixed:
        return fixed[oddity]
    if oddity in {"deleted_fork", "deleted_fork_owner", "fork"}:
        return rng.choice(everyone.outsiders)
    by_bot = rng.random() < 0.07 and oddity == "plain"  # noqa: PLR2004 - a share
    return DEPENDABOT if by_bot else rng.choice(everyone.members[:-1])


def _body(rng: Random, oddity: str) -> str | None:
    fixed = {
        "empty_body": "",
        "null_body": None,
        "long_body": words.long_body(),
        "emoji": words.EMOJI,
        "nul": words.WITH_NUL,
    }
    return fixed[oddity] if oddity in fixed else rng.choice((*words.BODIES, None))


def _bot_plan(plan: Plan, rng: Random) -> Plan:
    approval = PlannedReview(plan.opened_at + MINUTE * 2, REVIEW_BOT, "APPROVED", "")
    return replace(
        plan,
        title=f"Bump {rng.choice(NAMES)} from 1.{rng.randrange(9)}.0 to 2.0.0",
        branch=f"dependabot/npm/{rng.choice(NAMES)}-2.0.{rng.randrange(1000)}",
        committed_at=[plan.opened_at - MINUTE],
        reviews=[approval],
        ended_at=at_work(plan.opened_at + rng.randrange(1, 30) * HOUR),
    )


def _with_reviews(plan: Plan, rng: Random, everyone: People) -> Plan:
    others = [person for person in everyone.members[:-1] if person != plan.author]
    reviewers = rng.sample(others, 3)
    at = plan.opened_at
    reviews, pushes = [], []
    for turn in range(rng.choice((0, 1, 1, 1, 2, 3))):
        at = at_work(at + int(min(rng.lognormvariate(1.3, 1.1), 90) * HOUR) + 10 * MINUTE)
        state = rng.choice(("COMMENTED", "CHANGES_REQUESTED", "APPROVED", "COMMENTED"))
        reviews.append(PlannedReview(at, reviewers[turn % 3], state, rng.choice(words.REVIEWS[state])))
        if state == "CHANGES_REQUESTED":
            at = at_work(at + rng.randrange(1, 9) * HOUR)
            pushes.append(at)
    if rng.random() < 0.85:  # noqa: PLR2004 - the share of approved ones
        at = at_work(at + int(min(rng.lognormvariate(0.9, 1.0), 60) * HOUR) + 5 * MINUTE)
        reviews.append(PlannedReview(at, reviewers[0], "APPROVED", rng.choice(words.REVIEWS["APPROVED"])))
    reviews.extend(_odd_reviews(plan, reviewers))
    reviews.sort(key=lambda review: review.at)
    merger = rng.choice((plan.author, reviewers[0])) if plan.author in others else reviewers[0]
    return replace(plan, reviews=reviews, pushed_at=pushes, merger=merger)


def _odd_reviews(plan: Plan, reviewers: list[Person]) -> list[PlannedReview]:
    at = plan.opened_at + 40 * MINUTE
    odd = {
        "null_reviewer": (GHOST, "APPROVED"),
        "dismissed": (reviewers[1], "DISMISSED"),
        "pending": (reviewers[2], "PENDING"),
        "changes_requested": (reviewers[1], "CHANGES_REQUESTED"),
        "self_review": (plan.author, "COMMENTED"),
    }
    if plan.oddity not in odd:
        return []
    reviewer, state = odd[plan.oddity]
    return [PlannedReview(at, reviewer, state, words.REVIEWS[state][0])]


def _with_end(plan: Plan, rng: Random) -> Plan:
    last = max([plan.opened_at, *plan.pushed_at, *(review.at for review in plan.reviews)])
    ended_at = at_work(last + int(min(rng.lognormvariate(0.7, 1.2), 200) * HOUR) + 7 * MINUTE)
    outcome = rng.choices(("merge", "close", "none"), (84, 9, 7))[0]
    if plan.oddity in OPEN_ENDED:
        outcome = "none"
    elif plan.oddity != "plain":
        outcome = "close" if plan.oddity == "abandoned" else "merge"
    method = "merge" if plan.oddity in {"late", "renamed_file"} else plan.method
    return replace(plan, outcome=outcome, ended_at=ended_at, method=method)


def committer(plan: Plan, index: int) -> Person:
    """Return who made a commit of the branch: the author, once with an address that no account has."""
    return NOBODY if plan.oddity == "no_account" and index == 0 else plan.author
