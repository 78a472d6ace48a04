"""Limits over the wire: waited for, shared by all threads, counted; the counts decide, never the clock."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN, serve_github
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import BudgetSpentError, ClosedError, ConfigurationError, LimitedError

from tests.tap.answering import Asked, Told, answering

if TYPE_CHECKING:
    from pathlib import Path

MEMBERS = "/orgs/lantern-works/members"


def client(url: str, **settings: Any) -> Client:
    """Return a client with these settings."""
    return Client(ClientSettings(api_url=url, **settings), TokenCredentials([Secret(TOKEN)]))


def ask(asking: Client, path: str = "/x") -> int:
    """Ask once; return the status."""
    return asking.get(path, organization="o").status


def limit(remaining: int, *, seconds: float = 3600, points: int = 5000) -> dict[str, str]:
    """Return the headers of a limit."""
    return {
        "x-ratelimit-limit": str(points),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(int(time.time() + seconds)),
    }


def test_a_spent_limit_is_waited_for_by_all(small: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nine requests with four points in each two seconds: all are answered, hardly one is refused."""
    with (
        serve_github(small, points_per_hour=4, window_seconds=2) as github,
        caplog.at_level(logging.DEBUG),
    ):
        asking = client(github.url, concurrency=4)
        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(lambda _: ask(asking, MEMBERS), range(9)))
        refused = [entry for entry in github.requests() if entry["status"] == 403]
    assert statuses == [200] * 9
    # Before the first answer nobody knows the limit, and after each reset up to four may ask at once.
    assert len(refused) <= 4
    spent = asking.usage.spending()["o"]["core"]
    assert spent["waits"] >= 2
    assert spent["waited_seconds"] > 0
    assert spent["requests"] == 9 + len(refused)
    assert spent["retries"] == 0, "waiting for a limit is no retry"
    assert "Waiting until" in caplog.text


def test_a_secondary_limit_stops_everybody() -> None:
    """One refusal, and no thread sends a request until the wait is over."""
    began = threading.Barrier(4)
    refused_at: list[int] = []

    def tell(_: Asked) -> Told:
        if not refused_at:
            refused_at.append(len(server.asked))
            return Told(403, {"message": "You have exceeded a secondary rate limit."})
        return Told(body={})

    with answering(tell) as server:
        asking = client(server.url, concurrency=4, secondary_wait_seconds=0.4)

        def work(_: int) -> list[int]:
            began.wait()
            return [ask(asking) for _ in range(3)]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [[200] * 3] * 4
        asked = len(server.asked)
    spent = asking.usage.spending()["o"]["core"]
    assert (spent["waits"], asked) == (1, 13)


def test_no_more_requests_at_once_than_concurrency() -> None:
    """However many threads ask."""
    lock, under_way, most = threading.Lock(), 0, 0

    def tell(_: Asked) -> Told:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return Told(body={})

    with answering(tell) as server:
        asking = client(server.url, concurrency=3)
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda _: ask(asking), range(36)))
    assert most == 3


def test_the_reserve_is_left_for_others() -> None:
    """With 100 to be left, the one point above is used, and the next request waits."""
    left = iter(range(101, 0, -1))
    with answering(lambda _: Told(body={}, headers=limit(next(left)))) as server:
        asking = client(server.url, rate_limit_reserve=100)
        assert [ask(asking), ask(asking)] == [200, 200]
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(ask, asking)
            while not asking.usage.spending()["o"]["core"]["waits"]:
                time.sleep(0.01)
            asking.close()
            with pytest.raises(ClosedError):
                waiting.result()
        assert len(server.asked) == 2


def test_a_reserve_that_leaves_nothing_is_a_wrong_setting() -> None:
    """It is told with the first answer, not waited for."""
    with (
        answering(lambda _: Told(body={}, headers=limit(59, points=60))) as server,
        pytest.raises(ConfigurationError, match="rate_limit_reserve"),
    ):
        ask(client(server.url, rate_limit_reserve=60))


def test_a_wait_is_no_part_of_the_time_for_retries() -> None:
    """A bad moment before it, and one behind it: there is patience left for the second."""
    bad = Told(502, {})
    answers = iter((bad, Told(429, headers={"retry-after": "0.9"}), bad, Told(body={})))
    with answering(lambda _: next(answers)) as server:
        assert ask(client(server.url, retry_seconds=0.8)) == 200


def test_an_endless_limit_ends() -> None:
    """GitHub that never says yes is not asked for ever."""
    with answering(lambda _: Told(429)) as server:
        with pytest.raises(LimitedError, match="20 times"):
            ask(client(server.url, secondary_wait_seconds=0))
        assert len(server.asked) == 21


def test_the_budget_is_hard_for_all_threads() -> None:
    """Not one request more, whatever the threads do; retries count."""
    with answering(lambda _: Told(502 if len(server.asked) % 3 else 200, {})) as server:
        asking = client(server.url, max_requests=20, concurrency=4)

        def work(_: int) -> None:
            with pytest.raises(BudgetSpentError, match="20 requests"):
                [ask(asking) for _ in range(21)]

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
        assert len(server.asked) == 20
    assert asking.usage.requests == 20


def test_nobody_waits_for_what_the_budget_forbids() -> None:
    """The budget is spent, and so is the limit: the run ends at once, not after the reset."""
    with answering(lambda _: Told(body={}, headers=limit(0))) as server:
        asking = client(server.url, max_requests=1)
        ask(asking)
        with pytest.raises(BudgetSpentError):
            ask(asking)
    assert asking.usage.spending()["o"]["core"]["waits"] == 0


def test_usage_is_counted_by_organization_and_resource() -> None:
    """Requests, points, retries, and the limit as last seen."""

    def tell(asked: Asked) -> Told:
        if asked.path == "/graphql":
            return Told(body={"data": {"rateLimit": {"cost": 7}}}, headers=limit(4993))
        return Told(500 if len(server.asked) == 1 else 200, {}, limit(4000))

    with answering(tell) as server:
        asking = client(server.url)
        asking.get("/x", organization="a")
        asking.get("/x", organization="b")
        asking.graphql("{ rateLimit { cost } }", {}, organization="b")
    seen = {
        organization: {name: (each["requests"], each["points"], each["retries"], each["remaining"])}
        for organization, resources in asking.usage.spending().items()
        for name, each in resources.items()
        if (organization, name) != ("b", "core")
    }
    assert seen == {"a": {"core": (2, 2, 1, 4000)}, "b": {"graphql": (1, 7, 0, 4993)}}
    assert asking.usage.spending()["b"]["core"]["requests"] == 1
