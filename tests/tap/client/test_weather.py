"""Whatever the weather, what is read is what a fair day would have given."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest
from sandbox.servers import TOKEN, Server
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials

ORGANIZATION = "lantern-works"
PATHS = [f"/orgs/{ORGANIZATION}/{name}" for name in ("repos", "members")] + [
    f"/repos/{ORGANIZATION}/{name}" for name in ("platform/pulls", "web-app/commits", "platform/deployments")
]
JSON = {"content-type": "application/json"}
TROUBLES: list[dict[str, Any]] = [
    {"drop": True},
    {"drop": True, "when": "after"},
    {"truncate_bytes": 0},
    {"truncate_bytes": 37},
    {"status": 200, "body": "", "headers": JSON},
    {"status": 200, "body": '[{"id": 1}, {"i', "headers": JSON},
    {"status": 200, "body": "<html>Unicorn!</html>"},
    {"status": 500, "body": '{"message": "Server Error"}', "headers": JSON},
    {"status": 502, "body": "<html>Bad gateway</html>"},
    {"status": 503, "headers": {"retry-after": "0"}},
    {"status": 403, "headers": {"retry-after": "0"}},
    {"status": 403, "body": '{"message": "You have exceeded a secondary rate limit."}', "headers": JSON},
    {"status": 429},
]


def read_all(url: str) -> list[list[Any]]:
    """Read several lists at once, page by page."""
    settings = ClientSettings(api_url=url, concurrency=4, retry_seconds=30, secondary_wait_seconds=0.05)
    client = Client(settings, TokenCredentials([Secret(TOKEN)]))

    def read(path: str) -> list[Any]:
        pages = client.pages(path, organization=ORGANIZATION, params={"per_page": 10, "state": "all"})
        return [item for page in pages for item in page]

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(read, PATHS))


@pytest.mark.parametrize("seed", range(3))
def test_bad_weather_changes_nothing(github: Server, seed: int) -> None:
    """Thirty troubles at random, each once or twice in a row: every item arrives, once, in its order."""
    fair = read_all(github.url)
    requests_of_a_fair_day = len(github.requests())
    rng = Random(seed)  # noqa: S311 - the same weather for everybody who tests
    for _ in range(30):
        github.add_fault(nth=rng.randint(1, 60), times=rng.choice([1, 1, 2]), **rng.choice(TROUBLES))
    assert read_all(github.url) == fair
    assert all(fair)
    assert len(github.requests()) > 2 * requests_of_a_fair_day + 10
