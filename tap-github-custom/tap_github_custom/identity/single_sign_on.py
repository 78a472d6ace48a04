"""Who signs in as whom: the external identities of an organisation, over GraphQL."""

from __future__ import annotations

import logging
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from tap_github_custom.client import next_cursor
from tap_github_custom.errors import (
    GraphQLError,
    GraphQLTooLargeError,
    GraphQLUnavailableError,
    GraphQLUnknownFieldError,
    RepositoryError,
)
from tap_github_custom.identity.person import DirectoryEntry, ExternalIdentity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.client import Client, GraphQLAnswer

PAGE_SIZE = 100
# How GraphQL says that asking the same a moment later would not help.
DECIDED_TYPES = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"})

logger = logging.getLogger("tap-github-custom")


@cache
def document() -> str:
    """Return the text of the query."""
    return resources.files(__package__).joinpath("external_identities.graphql").read_text(encoding="utf-8")


class _NoProviderError(Exception):
    """GitHub shows no single sign-on, and says why."""


def external_identities(client: Client, organization: str) -> list[ExternalIdentity]:
    """Return the claimed identities of an organisation; none, with a warning, where none are to be seen.

    Raises `RepositoryError` where GitHub fails to tell: nobody knows then who the members are.
    """
    try:
        return [identity for node in _nodes(client, organization) if (identity := _identity(node))]
    except (GraphQLUnavailableError, GraphQLUnknownFieldError, _NoProviderError) as error:
        logger.warning(
            "The SAML and SCIM identities of %s cannot be read (an owner's token can, or an App with "
            "members:read): %s",
            organization,
            error,
        )
        return []
    except GraphQLError as error:
        message = f"The SAML and SCIM identities of {organization} cannot be read at the moment: {error}"
        raise RepositoryError(0, message) from error


def _nodes(client: Client, organization: str) -> Iterator[dict[str, Any]]:
    size, cursor = PAGE_SIZE, None
    while True:
        variables = {"organization": organization, "first": size, "after": cursor}
        try:
            answer = client.graphql(document(), variables, organization=organization, is_divisible=size > 1)
        except GraphQLTooLargeError:
            if size == 1:
                raise
            size //= 2
            continue
        except GraphQLUnavailableError as error:
            if cursor is None:
                raise
            raise GraphQLError(str(error)) from error  # what told the first page has not gone for good
        connection = _connection(answer, is_first=cursor is None)
        yield from (node for node in connection["nodes"] or () if node)
        cursor = next_cursor(connection, cursor)
        if cursor is None:
            return


def _connection(answer: GraphQLAnswer, *, is_first: bool) -> dict[str, Any]:
    """Return a page of identities; raise where GitHub refuses the first, or fails at any part of one."""
    failures = [problem.message for problem in answer.errors if problem.type not in DECIDED_TYPES]
    if failures:  # a person who is missing for a moment would be taken for nobody
        raise GraphQLError("; ".join(failures))
    provider = (answer.data.get("organization") or {}).get("samlIdentityProvider")
    if provider is not None:
        connection: dict[str, Any] = provider["externalIdentities"]
        return connection
    reason = "; ".join(problem.message for problem in answer.errors) or "there is no SAML to be seen"
    raise _NoProviderError(reason) if is_first else GraphQLError(reason)


def _identity(node: dict[str, Any]) -> ExternalIdentity | None:
    """Return an identity, or None until an account has claimed it."""
    user = node.get("user")
    if not user:
        return None
    saml, scim = node.get("samlIdentity") or {}, node.get("scimIdentity") or {}
    return ExternalIdentity(
        login=user["login"],
        user_id=user.get("databaseId"),
        saml=_entry(saml, saml.get("username"), saml.get("nameId")),
        scim=_entry(scim, scim.get("username")),
    )


def _entry(attributes: dict[str, Any], *keys: str | None) -> DirectoryEntry | None:
    """Return what SAML or SCIM says; the login is the first of the keys that there is, else the address."""
    addresses = [email["value"] for email in attributes.get("emails") or () if email and email.get("value")]
    known = [key for key in (*keys, *addresses) if key]
    if not known:
        return None
    names = (attributes.get("givenName"), attributes.get("familyName"))
    email = next((key for key in (*addresses, *known) if "@" in key), "")
    return DirectoryEntry(known[0], " ".join(filter(None, names)), email, aliases=tuple(known[1:]))
