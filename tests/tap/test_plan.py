"""What is due, decided without any I/O."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.bookmarks import Bookmark, Refusal
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.plan import Plan
from tap_github_custom.probe import Sight
from tap_github_custom.reading.accounts import Accounts
from tap_github_custom.reading.bots import Bots
from tap_github_custom.reading.deployment_statuses import StatusProof
from tap_github_custom.reading.graphql_children import Learnt
from tap_github_custom.reading.review_comments import ReviewComments
from tap_github_custom.repository import Repository
from tap_github_custom.settings import Settings
from tap_github_custom.tap import TapGitHubCustom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DAY_ONE = datetime(2026, 3, 2, 3, tzinfo=UTC)
RUNS_PER_WEEK = 28  # every six hours


def plan_at(began: datetime, **config: int) -> Plan:
    """Return the plan of a run with `reconcile: weekly`."""
    tap = TapGitHubCustom(config={"organizations": ["any"], **config}, validate_config=False)
    return Plan(
        client=Client(ClientSettings(), TokenCredentials([Secret("none")])),
        pool=ThreadPoolExecutor(1),
        settings=Settings.from_config(tap.config),
        wanted=frozenset(),
        began=began,
        learnt=Learnt(ReviewComments(), Bots(), StatusProof()),
        accounts=Accounts(use_graphql=True),
    )


def reconciliations(ids: Iterable[int], runs: int, hours: float) -> list[list[int]]:
    """Return the ids that are reconciled in each of some runs; all of them are in the one before."""
    last = dict.fromkeys(ids, DAY_ONE)
    found = []
    for number in range(1, runs + 1):
        plan = plan_at(DAY_ONE + number * timedelta(hours=hours))
        due = [each for each in last if plan.is_reconciliation_due(Bookmark(reconciled=last[each]), of(each))]
        last.update(dict.fromkeys(due, plan.began))
        found.append(due)
    return found


def of(number: int) -> Repository:
    """Return the repository of an id."""
    return Repository(number, f"R_{number}", f"made/{number}", "made", "made", "main")


@pytest.mark.parametrize(
    "id_of",
    [lambda place: place, lambda place: 100_000_000 + 7 * place, lambda place: 2**40 + 1_000 * place],
    ids=["neighbours", "sevenths", "thousands"],
)
def test_reconciliation_is_spread_over_the_week(id_of: Callable[[int], int]) -> None:
    """Of 1,000 repositories, read at once, each of 28 runs a week takes its share: no run twice as much."""
    ids = [id_of(place) for place in range(1_000)]
    runs = reconciliations(ids, 2 * RUNS_PER_WEEK, 6)
    assert max(map(len, runs)) <= 2 * len(ids) / RUNS_PER_WEEK
    for week in (runs[:RUNS_PER_WEEK], runs[RUNS_PER_WEEK:]):
        assert Counter(each for due in week for each in due) == dict.fromkeys(ids, 1)


def test_seldom_runs_reconcile_all() -> None:
    """Who runs once in eight days misses nobody's moment."""
    ids = range(100)
    assert [sorted(due) for due in reconciliations(ids, 3, 8 * 24)] == [list(ids)] * 3


def test_what_was_just_reconciled_is_not_due() -> None:
    """A run that follows at once costs nothing, whosever moment has come in between."""
    assert reconciliations(range(1_000), 10, 0.25) == [[]] * 10


def test_a_clock_that_was_wrong_once_puts_nothing_off() -> None:
    """What was reconciled, refused or read at a moment yet to come is due now; minutes are no matter."""
    plan, later = plan_at(DAY_ONE), DAY_ONE + timedelta(days=400)
    assert plan.is_reconciliation_due(Bookmark(reconciled=later), of(1))
    assert not plan.is_still_refused(Refusal(later, "no", "d"), Sight("d", None))
    assert plan.since(later) is None
    assert plan.since(DAY_ONE + timedelta(minutes=5)) is not None


def test_what_was_never_reconciled_is_due() -> None:
    """Whatever the moment of the week."""
    assert plan_at(DAY_ONE).is_reconciliation_due(Bookmark(), of(1))


def test_a_reconciliation_that_the_budget_did_not_suffice_for_waits() -> None:
    """Else the repository would never be read otherwise; a week later, or without a budget, it is due."""
    plan = plan_at(DAY_ONE, max_requests=100)
    due = Bookmark(reconciled=DAY_ONE - timedelta(days=30))
    tried = replace(due, tried=DAY_ONE - timedelta(hours=6))
    assert plan.is_reconciliation_due(due, of(1))
    assert not plan.is_reconciliation_due(tried, of(1))
    for days in (-8, 8):  # one of them by a clock that was wrong
        assert plan.is_reconciliation_due(replace(due, tried=DAY_ONE + timedelta(days=days)), of(1))
    assert plan.is_reconciliation_due(Bookmark(tried=tried.tried), of(1)), "all of it has to be read anyway"
    assert plan_at(DAY_ONE).is_reconciliation_due(tried, of(1))
