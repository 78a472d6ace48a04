"""Every answer costs a point and says what is left; without points there are no answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sandbox.servers import Server, serve_github

from .conftest import PLATFORM, Api, GraphQL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POINTS = 5


@pytest.fixture
def poor(data: Path) -> Iterator[Server]:
    """Return a server that grants five points in each window of two seconds."""
    with serve_github(data, points_per_hour=POINTS, window_seconds=2) as server:
        yield server


def test_each_answer_costs_one_point_and_the_rate_limit_none(github: Server) -> None:
    """`used` and `remaining` move by one with each answer, be it an error; /rate_limit is free."""
    api = Api(github.url)
    first = api.get("/rate_limit").json()["resources"]["core"]
    for path in (PLATFORM, "/orgs/nobody", "/rate_limit"):
        last = api.get(path)
    assert int(last.headers["x-ratelimit-used"]) == first["used"] + 2
    assert int(last.headers["x-ratelimit-remaining"]) == first["remaining"] - 2
    assert last.headers["x-ratelimit-resource"] == "core"
    assert last.headers["x-ratelimit-limit"] == "100000"
    assert [entry["points"] for entry in github.requests()[-3:]] == [1, 1, 0]


def test_points_run_out_and_come_back(poor: Server) -> None:
    """After the last point 403 with remaining 0 until the reset; then the next window begins."""
    api = Api(poor.url)
    while int(api.get("/user").headers["x-ratelimit-remaining"]):
        pass
    refused = api.get("/user")
    assert refused.status_code == 403
    assert refused.json()["message"].startswith("API rate limit exceeded")
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert api.get("/rate_limit").status_code == 200
    time.sleep(max(int(refused.headers["x-ratelimit-reset"]) - time.time(), 0) + 0.1)
    assert api.get("/user").status_code == 200


def test_anonymous_clients_have_sixty_points(github: Server) -> None:
    """No token is no error, but a small allowance of its own."""
    response = Api(github.url, token="").get("/orgs/lantern-works")
    assert response.status_code == 200
    assert response.headers["x-ratelimit-limit"] == "60"


def test_an_enterprise_server_without_limits(data: Path) -> None:
    """No header says what is left, /rate_limit is 404, and GraphQL's `rateLimit` is null."""
    with serve_github(data, limited=False, points_per_hour=0) as server:
        answers = [Api(server.url).get(path) for path in (PLATFORM, "/rate_limit")]
        limit = GraphQL(server.url).data("{ rateLimit { remaining } }")
    assert [answer.status_code for answer in answers] == [200, 404]
    assert not any(name.startswith("x-ratelimit") for answer in answers for name in answer.headers)
    assert limit == {"rateLimit": None}


def test_every_answer_has_an_id(api: Api) -> None:
    """`x-github-request-id` differs from answer to answer."""
    ids = {api.get(path).headers["x-github-request-id"] for path in ("/user", "/nothing", "/rate_limit")}
    assert len(ids) == 3
