"""The SDK's own tests of a tap, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN
from singer_sdk.testing import SuiteConfig, get_tap_test_class
from tap_github_custom.tap import TapGitHubCustom

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

UNREADABLE = [f"lantern-works/{name}" for name in ("vault", "taken-down", "fresh-start")]
config: dict[str, Any] = {
    "organizations": ["lantern-works"],
    "exclude_repositories": UNREADABLE,
    "auth_token": TOKEN,
}

Suite = get_tap_test_class(
    TapGitHubCustom,
    config=config,
    # The generated organisation plans no milestones; tests/tap/test_listed.py has some.
    suite_config=SuiteConfig(max_records_limit=50, ignore_no_records_for_streams=["milestone"]),
    parse_env_config=False,
)


@pytest.fixture(scope="session", autouse=True)
def _server(_small_server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache: Path = tmp_path_factory.mktemp("cache")
    config.update(api_url=_small_server.url, cache_dir=str(cache))


class TestSuite(Suite):  # type: ignore[valid-type,misc]
    """Each stream has rows, keys that are set and values that fit their types."""
