"""The people of an organisation: asks every source that there is, and tells how many have a match."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from typing import TYPE_CHECKING

from tap_github_custom.client.notices import scopes_of
from tap_github_custom.client.pages import items_of
from tap_github_custom.errors import RepositoryError
from tap_github_custom.identity.ldap import ldap_entries
from tap_github_custom.identity.merge import LDAP_DN, NONE, SAML, Sources, accounts_of, rows_of
from tap_github_custom.identity.person import Member
from tap_github_custom.identity.single_sign_on import external_identities

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tap_github_custom.client import Answer, Client
    from tap_github_custom.identity.merge import Row
    from tap_github_custom.identity.person import MappedPerson

PAGE_SIZE = 100
READS_MEMBERS = frozenset(("read:org", "write:org", "admin:org"))
SOURCES = (SAML, LDAP_DN)

logger = logging.getLogger("tap-github-custom")


class Matches:
    """How many logins were found in the directory, for each organisation. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._by_organization: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def count(self, row: Row) -> None:
        """Count a row of USER_LOOKUP."""
        with self._lock:
            counter = self._by_organization.setdefault(row["_source_org"], Counter())
            counter[row["match_method"]] += 1

    def summary(self) -> dict[str, dict[str, int]]:
        """Return organisation -> logins, matched, unmatched, and how many each method matched."""
        with self._lock:
            return {
                organization: {
                    "logins": counter.total(),
                    "matched": counter.total() - counter[NONE],
                    "unmatched": counter[NONE],
                    **{method: counter[method] for method in sorted(counter) if method != NONE},
                }
                for organization, counter in sorted(self._by_organization.items())
            }


def people(
    client: Client,
    organization: str,
    mapping: Sequence[MappedPerson],
    *,
    sources: Collection[str] = (),
    matches: Matches | None = None,
) -> Iterator[Row]:
    """Yield the rows of USER_LOOKUP: members of the organisation and mapped logins, in order of the login.

    Precedence of the sources: mapping file, SAML, SCIM, `ldap_dn`. `sources` names the further ones that
    are asked: "saml" (SAML and SCIM: a GraphQL query per 100 identities) and "ldap_dn" (a request for each
    login that no other source knows). MATCHES counts the rows. `updated_at` is the mapping file's; the
    other sources have no time of their own.

    Raises `RepositoryError` before the first row where GitHub failed to tell: rows of the mapping file
    alone have no ids, and spell some logins, which are the key, otherwise than GitHub does.
    """
    accounts = accounts_of(members_of(client, organization), mapping)
    known = Sources(mapped=mapping)
    if SAML in sources:
        known.identities = external_identities(client, organization)
    rows = rows_of(organization, accounts, known)
    if LDAP_DN in sources:
        unmatched = [row["github_login"] for row in rows if row["match_method"] == NONE]
        known.ldap_entries = ldap_entries(client, organization, unmatched)
        rows = rows_of(organization, accounts, known)
    for row in rows:
        if matches is not None:
            matches.count(row)
        yield row


def members_of(client: Client, organization: str) -> list[Member]:
    """Return the members, or none where the credential may not see them or the account is a user's.

    Raises `RepositoryError` where GitHub fails to list them.
    """
    path = f"/orgs/{organization}/members"
    members: list[Member] = []
    try:
        for answer in client.answers(path, organization=organization, params={"per_page": PAGE_SIZE}):
            if not members:
                _warn_of_scopes(organization, answer)
            page = items_of(answer)
            members += [Member(user["login"], user["id"], user.get("type") or "User") for user in page]
    except RepositoryError as error:
        if members or not error.is_decided:  # what told the first page may tell the others, too
            raise
        logger.warning(
            "The members of %s cannot be read, so user_lookup has only the logins of the mapping file (a "
            "user has no members; at an organisation the credential needs members:read): %s",
            organization,
            error.reason,
        )
    return members


def _warn_of_scopes(organization: str, answer: Answer) -> None:
    """Warn where a classic token sees the public members only: GitHub itself does not say so."""
    held = scopes_of(answer.headers)
    if held is not None and not held & READS_MEMBERS:
        text = "Of the members of %s only the public ones are read: the token lacks the scope read:org"
        logger.warning(text, organization)
