"""Commits that a default branch has lost, as by a force-push."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_github_custom.emission import SETS_AT_ONCE, CompleteSets
from tap_github_custom.errors import RepositoryError
from tap_github_custom.stream_names import COMMIT, COMMIT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.emission import Emission
    from tap_github_custom.reading.ancestry import Ancestry
    from tap_github_custom.reading.source import Source

logger = logging.getLogger("tap-github-custom")

NAMED_BY = {COMMIT: "sha", COMMIT_FILE: "commit_sha"}


def dropped_by_rest(ancestry: Ancestry, old: str, new: str) -> list[str] | None:
    """Return the commits that OLD reaches and NEW does not; None where nobody knows.

    It costs no request where OLD is an ancestor of NEW, as the comparison that was read has shown.
    """
    first = ancestry.comparison(old, new)
    if first is not None and not first.body["behind_by"]:
        return []
    return _unrelated(ancestry, old, new) if first is None else _beyond(ancestry, new, old)


def told_as_gone(source: Source, old: str, shas: list[str] | None) -> Iterator[Emission]:
    """Yield that nothing is left of commits of a former head, OLD; None: nobody knows of which."""
    name = source.repository.full_name
    if shas is None:
        logger.warning(
            "%s: its history was rewritten, and neither git nor GitHub knows the former head %s any more, so "
            "what was lost still counts: set _DELETED_AT in the repository's rows of COMMIT and COMMIT_FILE, "
            "and remove %s from the state; the next run brings back what is there",
            name,
            old[:12],
            source.repository.key,
        )
    elif shas:
        text = "%s: its history was rewritten; its default branch has lost %d commits"
        logger.warning(text, name, len(shas))
        for stream, column in NAMED_BY.items():
            if stream in source.wanted:
                yield from _emptied(source, stream, column, shas)


def _emptied(source: Source, stream: str, column: str, shas: list[str]) -> Iterator[Emission]:
    """Yield sets that are complete without any row."""
    for first in range(0, len(shas), SETS_AT_ONCE):
        some = shas[first : first + SETS_AT_ONCE]
        yield CompleteSets(stream, [{**source.repository.columns, column: sha} for sha in some])


def _beyond(ancestry: Ancestry, old: str, new: str) -> list[str]:
    """Return the commits that NEW has and OLD has not; GitHub has compared them the other way round."""
    found = ancestry.beyond(old, new)
    if found is None:
        reason = f"GitHub compares {new} with {old}, but not the other way round"
        raise RepositoryError(0, reason)
    return sorted(found)


def _unrelated(ancestry: Ancestry, old: str, new: str) -> list[str] | None:
    """Return what OLD has and NEW has not, where GitHub compares nothing: they have nothing in common."""
    former = ancestry.lineage(old)
    if former is None:
        return None
    present = ancestry.lineage(new)  # which may be long
    if present is None:
        return None
    kept = frozenset(present)
    return [sha for sha in former if sha not in kept]
