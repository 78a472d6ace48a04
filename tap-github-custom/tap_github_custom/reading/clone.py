"""Decides whether a repository's commits are read from a clone, and fetches it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_github_custom.config_schema import API, AUTO, GIT
from tap_github_custom.errors import RepositoryError
from tap_github_custom.git import GitError, Mirror
from tap_github_custom.stream_names import COMMITS, PULL_REQUEST_COMMIT

if TYPE_CHECKING:
    from pathlib import Path

    from tap_github_custom.plan import Plan
    from tap_github_custom.reading.commits import RestCommits
    from tap_github_custom.reading.source import Source

logger = logging.getLogger("tap-github-custom")


def open_clone(
    plan: Plan, source: Source, by_rest: RestCommits, old: str | None, new: str | None
) -> Mirror | None:
    """Return the fetched clone that commits from OLD to NEW are read from; None: the API is asked.

    With `commit_source: auto` a clone is used where it is there already or where many commits are new; and
    where it cannot be had, the API is asked instead.
    """
    choice = plan.settings.commit_source
    if choice == API or not source.wanted & (COMMITS | {PULL_REQUEST_COMMIT}) or new is None:
        return None
    folder = _folder(plan, source)
    try:
        if choice != GIT and (new == old or not (folder.exists() or _are_many(plan, by_rest, old, new))):
            return None
        return _fetched(plan, source, new)
    except (GitError, OSError) as error:  # a folder that may not even be looked for
        if choice == GIT:
            raise RepositoryError(0, str(error)) from error
        name = source.repository.full_name
        logger.warning("%s: commits are read over REST, since git failed: %s", name, error)
        return None


def clone_instead(plan: Plan, source: Source, new: str, error: RepositoryError) -> Mirror | None:
    """Return the clone that commits are read from where the API has failed; None where it cannot be had.

    GitHub answers 500 for ever to commits whose changes are too large for it. With `commit_source: auto`
    they must not stand in the way of all that follows.
    """
    if plan.settings.commit_source != AUTO:
        return None
    name = source.repository.full_name
    try:
        clone = _fetched(plan, source, new)
    except GitError as failed:
        logger.warning("%s: neither REST nor git brings its commits: %s", name, failed)
        return None
    logger.warning("%s: commits are read by git, since REST failed: %s", name, error)
    return clone


def _folder(plan: Plan, source: Source) -> Path:
    return plan.settings.cache_folder / plan.client.host / str(source.repository.id)


def _fetched(plan: Plan, source: Source, new: str) -> Mirror:
    """Return a clone that has the newest commit, or raise `GitError`."""
    repository = source.repository
    mirror = Mirror(
        _folder(plan, source),
        plan.client.clone_url(repository.full_name),
        lambda: plan.client.token(repository.credential).reveal(),
    )
    mirror.fetch()
    _check_newest(mirror, new)
    return mirror


def _check_newest(mirror: Mirror, new: str) -> None:
    if not mirror.contains(new):
        message = f"The clone lacks the newest commit, {new[:12]}."
        raise GitError(message)


def _are_many(plan: Plan, by_rest: RestCommits, old: str | None, new: str) -> bool:
    if old is None:
        return True
    try:
        count = by_rest.count(old, new)
    except RepositoryError as error:
        logger.info("The comparison failed, as it does with very many commits: %s", error)
        return True
    return count is None or count > plan.settings.git_threshold_commits
