"""The pages of a list: what is on one, and where the next one is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tap_github_custom.errors import RepositoryError

if TYPE_CHECKING:
    from tap_github_custom.client.answer import Answer

Json = dict[str, Any]

# A comma or a semicolon may be part of the address, and a bracket of a quoted parameter.
_LINK = re.compile(r"""<([^>]*)>((?:[^<"]|"[^"]*")*)""")
_RELATIONS = re.compile(r"""(?:"[^"]*"|[^"])*?;\s*rel\s*=\s*["']?([^"';,]+)""", re.IGNORECASE)
# What tells the items of a list apart; several files may have the same content, and so the same SHA.
NAMES = ("filename", "id", "sha", "name")
PAGE_SIZE, FILES_PER_PAGE = 30, 300  # where a question does not say how many it wants
IDLE_PAGES = 5  # so many in a row, empty or short, may hold nothing new: what is hidden leaves holes


def next_url(link: str) -> str | None:
    """Return the target of rel="next" in a Link header, to the letter, however the header is spelled."""
    for url, parameters in _LINK.findall(link):
        relations = _RELATIONS.match(parameters)
        if relations and "next" in relations[1].lower().split():
            return str(url)
    return None


def items_of(answer: Answer) -> list[Json]:
    """Return the list that an answer has to be."""
    if not isinstance(answer.body, list):
        raise RepositoryError(answer.status, "GitHub answered something else than a list", answer.url)
    return answer.body


def unlinked_url(answer: Answer) -> str | None:
    """Return where the page would be that follows a full one without any Link header; else None."""
    items, size = paged(answer.body)
    parts = urlsplit(answer.url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "link" in answer.headers or not items or len(items) < _number(query, "per_page", size):
        return None
    return parts._replace(query=urlencode(query | {"page": _number(query, "page", 1) + 1})).geturl()


def paged(body: Any) -> tuple[list[Any], int]:  # noqa: ANN401 - decoded JSON
    """Return what is paged of an answer, and how much is on a page by default.

    Of a comparison that are its commits, of a commit its files.
    """
    members = body if isinstance(body, dict) else {"commits": body}
    for name, size in (("commits", PAGE_SIZE), ("files", FILES_PER_PAGE)):
        if isinstance(members.get(name), list):
            return members[name], size
    return [], PAGE_SIZE


class Met:
    """The items of a list that were met on its pages so far."""

    def __init__(self, first: Answer) -> None:
        """Begin with the first page: what is as long as that is no rest."""
        items, _ = paged(first.body)
        self._full = max(len(items), 1)
        self._names = {_name(item) for item in items}
        self._idle = 0

    def is_all_of(self, answer: Answer) -> bool:
        """Tell whether a full page holds nothing else: it has come in the place of another one.

        The rest on the last page may be nothing else for good reason, where the list moves while it is read.
        """
        items, _ = paged(answer.body)
        return len(items) >= self._full and all(_name(item) in self._names for item in items)

    def add(self, answer: Answer) -> None:
        """Take note of a page."""
        count = len(self._names)
        self._names.update(map(_name, paged(answer.body)[0]))
        self._idle = 0 if len(self._names) > count else self._idle + 1

    @property
    def is_over(self) -> bool:
        """Tell whether nothing new has come for a while, so that links lead on and on beyond the end."""
        return self._idle >= IDLE_PAGES


def _name(item: Any) -> Any:  # noqa: ANN401 - decoded JSON
    """Return what tells an item apart from others of its list."""
    names = (item.get(name) for name in NAMES) if isinstance(item, dict) else ()
    return next((name for name in names if name), str(item))


def _number(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isdecimal() else default
