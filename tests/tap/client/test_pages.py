"""A list comes whole, with links and without them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.client.pages import IDLE_PAGES, paged
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError

from tests.tap.answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Container

NONE, ALL = (), range(1, 100)
SIZE = 10
BODIES: dict[str, Callable[[list[Any]], Any]] = {
    "a list": lambda items: items,
    "a commit": lambda items: {"sha": "1", "files": items},
    "a comparison": lambda items: {"commits": items, "files": [1] * SIZE},
}


class Paged:
    """A list of so many items, ten a page."""

    def __init__(self, count: int, body: Callable[[list[Any]], Any], unlinked: Container[int]) -> None:
        """Take the numbers of the pages that come without a Link header."""
        self._items = [{"id": number} for number in range(count)]
        self._body = body
        self._unlinked = unlinked

    def tell(self, asked: Asked) -> Told:
        """Answer as GitHub does: without a Link header where all is on one page."""
        number = int(dict(parse_qsl(urlsplit(asked.path).query)).get("page", 1))
        items = self._items[(number - 1) * SIZE : number * SIZE]
        links = [f'</x?per_page={SIZE}&page={number - 1}>; rel="prev"'] if number > 1 else []
        links += [f'</x?per_page={SIZE}&page={number + 1}>; rel="next"'] * (number * SIZE < len(self._items))
        is_linked = number not in self._unlinked
        return Told(body=self._body(items), headers={"link": ", ".join(links)} if is_linked else {})


@pytest.mark.parametrize("kind", BODIES)
@pytest.mark.parametrize(
    ("count", "unlinked", "requests"),
    [
        (0, ALL, 1),
        (SIZE - 1, ALL, 1),
        (SIZE, ALL, 2),
        (SIZE + 1, ALL, 2),
        (3 * SIZE, ALL, 4),
        (3 * SIZE + 1, ALL, 4),
        (3 * SIZE, NONE, 3),
        (3 * SIZE + 1, NONE, 4),
        (4 * SIZE + 1, {1}, 5),
        (4 * SIZE + 1, {2}, 5),
        (4 * SIZE + 1, {1, 3}, 5),
        (4 * SIZE, {4}, 5),
    ],
)
def test_a_list_comes_whole(kind: str, count: int, requests: int, unlinked: Container[int]) -> None:
    """A Link header that is taken away, of one page or of all, costs no row.

    Only a list that ends with a full page without one costs a request more.
    """
    body = BODIES[kind]
    with answering(Paged(count, body, unlinked).tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        answers = list(client.answers("/x", organization="o", params={"per_page": SIZE}))
    told = (paged(answer.body)[0] for answer in answers)
    assert [item["id"] for items in told for item in items] == list(range(count))
    assert len(server.asked) == requests


class Doubled(Paged):
    """A list of which page 3 comes as page 2 so many times: a cache has mixed them up."""

    times = 0

    def tell(self, asked: Asked) -> Told:
        """Answer with the wrong items; the links are right."""
        told = super().tell(asked)
        if "&page=3" not in asked.path or not self.times:
            return told
        self.times -= 1
        return replace(told, body=super().tell(replace(asked, path="/x?page=2")).body)


@pytest.mark.parametrize("kind", BODIES)
def test_a_page_that_comes_twice_is_asked_for_again(kind: str) -> None:
    """What stands on the page in whose place it came would be missing without a word."""
    pages = Doubled(4 * SIZE, BODIES[kind], NONE)
    pages.times = 1
    with answering(pages.tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        answers = list(client.answers("/x", organization="o", params={"per_page": SIZE}))
    told = (paged(answer.body)[0] for answer in answers)
    assert [item["id"] for items in told for item in items] == list(range(4 * SIZE))
    assert len(server.asked) == 5


def test_a_page_that_always_comes_twice_is_no_list() -> None:
    """Whoever reads it has to know that something is missing."""
    pages = Doubled(4 * SIZE, BODIES["a list"], NONE)
    pages.times = 2
    with answering(pages.tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        with pytest.raises(RepositoryError, match="repeats"):
            list(client.answers("/x", organization="o", params={"per_page": SIZE}))


class Moving(Paged):
    """A list that gets a whole page of new items in front while the first page is looked at."""

    def tell(self, asked: Asked) -> Told:
        """Answer the first time as it was, then as it is."""
        told = super().tell(asked)
        self._items = [{"id": -1 - number} for number in range(SIZE)] + [
            item for item in self._items if item["id"] >= 0
        ]
        return told


def test_a_page_that_has_moved_on_as_a_whole_is_right() -> None:
    """Newest come first: while the requests of one page wait for a limit, a hundred others may change."""
    with answering(Moving(3 * SIZE, BODIES["a list"], NONE).tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        pages = list(client.pages("/x", organization="o", params={"per_page": SIZE}))
    first, again, *others = pages
    assert first == again
    assert [item["id"] for page in others for item in page] == list(range(SIZE, 3 * SIZE))


def test_a_last_page_that_was_seen_before_is_right() -> None:
    """What stood there has moved to the front meanwhile, and the last of the page before has moved on."""

    def tell(asked: Asked) -> Told:
        is_last = "&page=2" in asked.path
        items = [{"id": 2}] if is_last else [{"id": 1}, {"id": 2}]
        return Told(body=items, headers={"link": "" if is_last else '</x?per_page=2&page=2>; rel="next"'})

    with answering(tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        assert len(list(client.pages("/x", organization="o", params={"per_page": 2}))) == 2
    assert len(server.asked) == 2


@pytest.mark.parametrize("rest", [0, 1], ids=["empty", "short"])
def test_links_that_never_end_are_not_followed_for_ever(rest: int) -> None:
    """Each page beyond the end names a next one; holes of what is hidden, on the way there, end nothing."""
    counts = {1: 2, 2: 0, 3: rest, 4: 2}

    def tell(asked: Asked) -> Told:
        number = int(dict(parse_qsl(urlsplit(asked.path).query)).get("page", 1))
        items = [{"id": f"{number}.{each}"} for each in range(counts.get(number, 0))]
        items = items or [{"id": "4.1"}] * rest  # the same short rest again
        return Told(body=items, headers={"link": f'</x?per_page=2&page={number + 1}>; rel="next"'})

    with answering(tell) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        pages = list(client.pages("/x", organization="o", params={"per_page": 2}))
    assert {item["id"] for page in pages for item in page} >= {"1.0", "1.1", "4.0", "4.1"}
    assert len(server.asked) == 4 + IDLE_PAGES


def test_a_server_that_knows_no_pages_is_no_endless_list() -> None:
    """It tells the same again."""
    with answering(lambda _: Told(body=[{"id": 1}])) as server:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        assert len(list(client.pages("/x", organization="o", params={"per_page": 1}))) == 1
    assert [asked.path for asked in server.asked] == ["/x?per_page=1", "/x?per_page=1&page=2"]
