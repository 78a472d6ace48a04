"""Finds the repositories that the settings ask for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from tap_github_custom.errors import ConfigurationError, RepositoryError
from tap_github_custom.repository import Repository
from tap_github_custom.rows.repository import repository_row
from tap_github_custom.unmatched import unmatched_exclusions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_github_custom.client import Client
    from tap_github_custom.repository import Json, Row
    from tap_github_custom.settings import Settings

logger = logging.getLogger("tap-github-custom")

NOT_FOUND = 404
USER = "User"
OF_ORGANIZATION: dict[str, str | int] = {"per_page": 100, "type": "all"}
OF_USER: dict[str, str | int] = {"per_page": 100, "type": "owner"}
OF_ONESELF: dict[str, str | int] = {"per_page": 100, "affiliation": "owner"}


@dataclass
class Listing:
    """The repositories of a run, and what their list says of each."""

    repositories: list[Repository] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    """Login of each owner as rows spell it, by its lower case; those of other shards' repositories too."""
    whole_organizations: set[str] = field(default_factory=set)
    """Logins of the organisations of which every repository was listed."""
    errors: dict[str, RepositoryError] = field(default_factory=dict)
    """Repositories that could not be found or understood, by name."""


def find_repositories(client: Client, settings: Settings, spelt: Callable[[str], str]) -> Listing:
    """Return the repositories of the organisations and those named singly, each once.

    SPELT returns the login of an owner as rows spell it.
    """
    listing = Listing()
    known: set[int] = set()
    names: set[str] = set()
    for answer, credential in _answers(client, settings, listing):
        try:
            found = Repository.of(answer, credential)
            repository = replace(found, organization=spelt(found.organization))
            row = repository_row(answer, repository)
        except (LookupError, TypeError, AttributeError) as error:
            name = answer.get("full_name") if isinstance(answer, dict) else None
            reason = f"What GitHub lists is not of the expected form ({type(error).__name__}: {error})"
            listing.errors[str(name or f"{credential}/?")] = RepositoryError(0, reason)
            continue
        listing.owners[repository.organization.lower()] = repository.organization
        names.add(repository.full_name.lower())
        if repository.id in known or not settings.shard.holds(repository.id):
            continue
        if repository.full_name.lower() in settings.exclude_repositories:
            continue
        known.add(repository.id)
        listing.repositories.append(repository)
        listing.rows.append(row)
    _check_exclusions(settings, listing, names)
    return listing


def _check_exclusions(settings: Settings, listing: Listing, names: set[str]) -> None:
    """Warn of exclusions that match none of the NAMES, which are in lower case: what is meant is read."""
    whole = {login.lower() for login in settings.organizations if f"{login}/*" not in listing.errors}
    unmatched = unmatched_exclusions(settings.exclude_repositories, names, listing.owners.keys(), whole)
    if unmatched:
        text = "The setting exclude_repositories names what is not there, and so leaves nothing out: %s"
        logger.warning(text, ", ".join(unmatched))


def login_of(client: Client, login: str) -> str | None:
    """Return the login of an organisation or a user as GitHub spells it; None where it will not say.

    Raises `RepositoryError` where it fails to.
    """
    try:
        answer = client.get(f"/users/{quote(login)}", organization=login).body
    except RepositoryError as error:
        if not error.is_decided:
            raise
        return None
    told = answer.get("login") if isinstance(answer, dict) else None
    return told if isinstance(told, str) and told.lower() == login.lower() else None


def _answers(client: Client, settings: Settings, listing: Listing) -> Iterator[tuple[Json, str]]:
    for login in settings.organizations:
        try:
            for page in _pages(client, login, listing):
                yield from ((answer, login) for answer in page)
        except RepositoryError as error:  # one that cannot be listed today does not stand in the others' way
            listing.errors[f"{login}/*"] = error
    for name in settings.repositories:
        owner, _, _ = name.partition("/")
        try:
            answer = client.get(f"/repos/{quote(name)}", organization=owner).body
        except RepositoryError as error:
            listing.errors[name] = error
        else:
            told = answer.get("full_name") if isinstance(answer, dict) else None
            if isinstance(told, str) and told.lower() != name.lower():
                logger.warning("%s is %s now: change the setting repositories", name, told)
            yield answer, owner


def _pages(client: Client, login: str, listing: Listing) -> Iterator[list[Json]]:
    """Yield the repositories of an organisation or, where the login is a user's, of the user."""
    is_listed = False
    try:
        for page in client.pages(f"/orgs/{quote(login)}/repos", organization=login, params=OF_ORGANIZATION):
            is_listed = True
            yield page
    except RepositoryError as error:
        if is_listed:  # GitHub has shown the first page: no setting is wrong
            raise
        if error.status != NOT_FOUND or not _is_user(client, login):
            raise _unreadable(login, error) from error
    else:
        listing.whole_organizations.add(login)
        return
    try:
        yield from _pages_of_user(client, login)
    except RepositoryError as error:
        raise _unreadable(login, error) from error


def _pages_of_user(client: Client, login: str) -> Iterator[list[Json]]:
    """Yield the repositories of a user: of others GitHub lists the public ones only."""
    if _is_oneself(client, login):
        return client.pages("/user/repos", organization=login, params=OF_ONESELF)
    return client.pages(f"/users/{quote(login)}/repos", organization=login, params=OF_USER)


def _is_oneself(client: Client, login: str) -> bool:
    """Tell whether a credential is a user's own; of several, chance takes the one that asks."""
    if len(client.payers(login)) > 1:
        return False
    try:
        answer = client.get("/user", organization=login).body
    except RepositoryError as error:
        if not error.is_decided:
            raise
        return False  # an App's token is nobody's
    told = answer.get("login") if isinstance(answer, dict) else None
    return isinstance(told, str) and told.lower() == login.lower()


def _is_user(client: Client, login: str) -> bool:
    """Tell whether a login is a user's: the list of a user's repositories has an organisation's public ones.

    Raises what it means where it is neither's, or where GitHub fails to tell.
    """
    try:
        answer = client.get(f"/users/{quote(login)}", organization=login).body
    except RepositoryError as error:
        raise _unreadable(login, error) from error
    return isinstance(answer, dict) and answer.get("type") == USER


def _unreadable(login: str, error: RepositoryError) -> ConfigurationError | RepositoryError:
    """Return what it means that a list cannot be read: a name that nobody has is misspelt in the settings."""
    if error.status != NOT_FOUND:
        return error
    return ConfigurationError(
        f"GitHub knows no organisation or user {login}, or the token may not see its repositories: "
        "correct the setting organizations, or give the token access."
    )
