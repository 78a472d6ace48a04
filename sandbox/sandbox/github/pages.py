"""Pages and the Link header that leads through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl, urlencode

from sandbox.github.answers import base_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

Item = TypeVar("Item")

DEFAULT_PER_PAGE = 30
MAX_PER_PAGE = 100


@dataclass(frozen=True)
class Page:
    """The part of a list that a request asks for."""

    number: int
    size: int

    @classmethod
    def of(cls, request: Request, *, default: int = DEFAULT_PER_PAGE, cap: int = MAX_PER_PAGE) -> Page:
        """Return the page that `page` and `per_page` ask for; nonsense counts as not asked."""
        size = _positive(request.query_params.get("per_page"), default)
        return cls(_positive(request.query_params.get("page"), 1), min(size, cap))

    def of_items(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the items of this page."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size]

    def link(self, request: Request, path: str, total: int) -> dict[str, str]:
        """Return the Link header of a list of `total` items, or none where it fits on one page.

        The targets lie at PATH (GitHub names repositories and organisations by id there) on the host that
        the client called, and keep the other query parameters.
        """
        last = max(-(-total // self.size), 1)
        numbers: dict[str, int] = {}
        if self.number > 1:
            numbers["prev"] = min(self.number - 1, last)
        if self.number < last:
            numbers.update({"next": self.number + 1, "last": last})
        if self.number > 1:
            numbers["first"] = 1
        if last == 1 and self.number == 1:
            return {}
        links = [
            f'<{base_url(request)}{path}?{_query(request, number)}>; rel="{relation}"'
            for relation, number in numbers.items()
        ]
        return {"link": ", ".join(links)}


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) > 0 else default


def _query(request: Request, number: int) -> str:
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    if not any(name == "page" for name, _ in pairs):
        pairs.append(("page", ""))
    return urlencode([(name, str(number) if name == "page" else value) for name, value in pairs])
