"""What was read of a repository is let go of, however many there are."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.servers import TOKEN
from tap_github_custom.bookmark_store import BookmarkStore
from tap_github_custom.client import Client
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.reading.repository_reading import RepositoryReading
from tap_github_custom.run import Run
from tap_github_custom.settings import Settings
from tap_github_custom.summary import Summary
from tap_github_custom.tap import TapGitHubCustom

from .made import LOGIN

if TYPE_CHECKING:
    from sandbox.servers import Server

    from .made import Made


def alive() -> int:
    """Return how many readings there are in memory."""
    gc.collect()
    return sum(isinstance(each, RepositoryReading) for each in gc.get_objects())


def test_a_reading_that_is_done_is_gone(three: Made, made_github: Server) -> None:
    """Each has whole comparisons, with patches; there are only those to come, and the last."""
    del three
    before = alive()  # of other tests
    given = {"organizations": [LOGIN], "api_url": made_github.url, "concurrency": 1, "commit_source": "api"}
    settings = Settings.from_config(TapGitHubCustom(config=given).config)
    client = Client(settings.client, TokenCredentials([Secret(TOKEN)]))
    began = datetime.now(UTC)
    run = Run(client, settings, BookmarkStore({}), Summary(began, "1/1"), lambda _: True)
    run.find()
    names = run.repositories(frozenset(("repository", "commit")), began, lambda: None)
    assert [alive() - before for _ in names] == [3, 2, 1]
    assert alive() == before
