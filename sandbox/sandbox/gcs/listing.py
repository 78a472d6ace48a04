"""Which objects a listing shows: a page of names and of folders, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZE = 1000
Objects = dict[str, dict[str, Any]]


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
        answer["nextPageToken"] = list(shown.values())[-1]
    return answer


def _selected(objects: Objects, query: Mapping[str, str]) -> Objects:
    start, end = query.get("startOffset", ""), query.get("endOffset")
    token, prefix = query.get("pageToken", ""), query.get("prefix", "")
    return {
        name: item
        for name, item in objects.items()
        if name.startswith(prefix) and name >= start and (not end or name < end) and name > token
    }


def _entries(objects: Objects, prefix: str, delimiter: str) -> dict[str, str]:
    """Return what a listing shows, objects and folders, each with the last object that it stands for."""
    entries = {}
    for name in objects:
        folder, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        entries[prefix + folder + delimiter if found else name] = name
    return entries
