"""Names in the settings that match nothing: most likely misspelt, so what they ask for is not done.

Workers share their settings, and each reads a part: a name of an owner who is not read here is silent, unless
it is much like that of one who is.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def unmatched_exclusions(
    excluded: frozenset[str], names: set[str], owners: Iterable[str], whole: set[str]
) -> list[str]:
    """Return the full names among EXCLUDED that are not among the NAMES there are; all in lower case.

    OWNERS are those of the names; of WHOLE ones every name is among them.
    """
    found = []
    known = list(owners)
    for full_name in sorted(excluded - names):
        owner, _, name = full_name.partition("/")
        meant = {f"{each}/{name}" for each in get_close_matches(owner, known)} & names - excluded
        if owner in whole or meant:
            found.append(full_name + _suggestion(meant))
    return found


def unmatched_credentials(logins: Iterable[str], owners: Iterable[str]) -> list[str]:
    """Return the logins with credentials of their own that an owner without any seems to be meant by."""
    named, read = ({each.lower() for each in given} for given in (logins, owners))
    meant = {login: set(get_close_matches(login, read - named)) for login in sorted(named - read)}
    return [login + _suggestion(owners) for login, owners in meant.items() if owners]


def _suggestion(meant: set[str]) -> str:
    return f" (did you mean {' or '.join(sorted(meant))}?)" if meant else ""
