"""Which objects a listing shows: a page of names and of folders, in order."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZE = 1000
Objects = dict[str, dict[str, Any]]
_FIELD = 0x0A  # a token is a message of protocol buffers whose first field is a name
_MORE = 0x80


class PageTokenError(ValueError):
    """No page has ended with such a token."""


def page(objects: Objects, query: Mapping[str, str]) -> dict[str, Any]:
    """Return one page of objects, which are sorted by name, for the parameters of a request."""
    entries = _entries(_selected(objects, query), query.get("prefix", ""), query.get("delimiter", ""))
    size = min(int(query.get("maxResults", PAGE_SIZE)), PAGE_SIZE)
    shown = dict(list(entries.items())[:size])
    answer: dict[str, Any] = {"kind": "storage#objects"}
    items = [objects[last] for entry, last in shown.items() if entry == last]
    prefixes = [entry for entry, last in shown.items() if entry != last]
    if items:
        answer["items"] = items
    if prefixes:
        answer["prefixes"] = prefixes
    if len(entries) > size:
        answer["nextPageToken"] = _token(list(shown.values())[-1])
    return answer


def _selected(objects: Objects, query: Mapping[str, str]) -> Objects:
    start, end = query.get("startOffset", ""), query.get("endOffset")
    last, prefix = _last(query.get("pageToken", "")), query.get("prefix", "")
    return {
        name: item
        for name, item in objects.items()
        if name.startswith(prefix) and name >= start and (not end or name < end) and name > last
    }


def _entries(objects: Objects, prefix: str, delimiter: str) -> dict[str, str]:
    """Return what a listing shows, objects and folders, each with the last object that it stands for."""
    entries = {}
    for name in objects:
        folder, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        entries[prefix + folder + delimiter if found else name] = name
    return entries


def _token(name: str) -> str:
    """Return the token for what comes behind a name: not the name, so that no client builds on that."""
    text = name.encode()
    size = len(text)
    length = bytes([size]) if size < _MORE else bytes([size % _MORE | _MORE, size // _MORE])
    return base64.b64encode(bytes([_FIELD]) + length + text).decode()


def _last(token: str) -> str:
    """Return the name that a token was made of."""
    if not token:
        return ""
    try:
        data = base64.b64decode(token, validate=True)
        name = data[3 if data[1] >= _MORE else 2 :].decode()
    except (ValueError, IndexError):
        name = ""
    if _token(name) != token:
        raise PageTokenError
    return name
