"""Commits of comparisons and lists come once each, and none is missed where a page comes twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError
from tap_github_custom.reading.ancestry import Ancestry
from tap_github_custom.reading.source import Source
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

ONE = Repository(1, "R_1", "made/one", "made", "made", "main")


@contextmanager
def ancestry(*pages: str, total: int = 0) -> Iterator[Ancestry]:
    """Give what reads pages, of which each letter is a commit; a comparison says that there are TOTAL."""

    def tell(asked: Asked) -> Told:
        parts = urlsplit(asked.path)
        number = int(dict(parse_qsl(parts.query)).get("page", 1))
        commits = [{"sha": letter} for letter in pages[number - 1]]
        body: Any = {"total_commits": total, "commits": commits} if "/compare/" in parts.path else commits
        link = f'<{parts.path}?page={number + 1}>; rel="next"' if number < len(pages) else ""
        return Told(body=body, headers={"link": link})

    with answering(tell) as server, ThreadPoolExecutor(1) as pool:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        yield Ancestry(Source(client, pool, 1, ONE, frozenset(), None))


def test_commits_that_come_twice_hide_no_others() -> None:
    """Four commits came, but one of them twice: the head must not move beyond the one that is missing."""
    with ancestry("ab", "bc", total=4) as read:
        first = read.comparison("old", "new")
        assert first is not None
        with pytest.raises(RepositoryError, match="came with 3 of 4 commits"):
            list(read.compared(first))


def test_pages_that_overlap_tell_each_commit_once() -> None:
    """Of a comparison as of a list."""
    with ancestry("ab", "bc", total=3) as read:
        first = read.comparison("old", "new")
        assert first is not None
        assert list(read.compared(first)) == ["a", "b", "c"]
        assert list(read.listed("a", None)) == ["a", "b", "c"]
