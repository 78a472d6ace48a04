"""What the company's directory says of the people: a mapping file, single sign-on, LDAP names."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from uuid import NAMESPACE_DNS, uuid5

from sandbox.github.generator.people import DEPLOYER

if TYPE_CHECKING:
    from sandbox.github.generator.people import People, Person
    from sandbox.github.lines import Json

MAPPING_COLUMNS = ("github_login", "ldap", "name", "email", "team", "title", "manager_ldap", "is_active")
HIDDEN_EVERY = 7
"""Every seventh member is in no mapping file: in turns only single sign-on knows them, LDAP, or nobody."""
SCIM_ONLY_EVERY = 4


def mapping_csv(everyone: People) -> str:
    """Return the file that maps logins to the directory: most members, and somebody who left.

    Who renamed the account at GitHub is still there under the former login.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(MAPPING_COLUMNS)
    managers = {team: person for person in reversed(everyone.members) if (team := person.team)}
    for index, person in enumerate(everyone.members):
        if _is_hidden(index) or person == DEPLOYER:
            continue
        manager = managers[person.team]
        above = "" if manager == person else manager.ldap
        login = person.previous_login or person.login
        writer.writerow(
            [login, person.ldap, person.name, person.email, person.team, person.title, above, "true"]
        )
    left = (
        "sable-crane-demo",
        "sablecrane",
        "Sable Crane",
        "sable.crane@example.com",
        "data",
        "Engineer",
        "",
    )
    writer.writerow([*left, "false"])
    return text.getvalue()


def external_identities(everyone: People) -> list[Json]:
    """Return the identities of single sign-on, and one that nobody has claimed yet."""
    known = [
        _identity(person, {"login": person.login, "databaseId": person.id}, scim_only=_is_scim_only(index))
        for index, person in enumerate(everyone.members)
        if person != DEPLOYER and (not _is_hidden(index) or _turn(index) == 0)
    ]
    return [*known, _identity(everyone.outsiders[0], None, scim_only=False)]


def ldap_dn(everyone: People, person: Person) -> str | None:
    """Return the name in LDAP of whom neither the mapping file nor single sign-on knows; of some, none."""
    index = everyone.members.index(person)
    if person == DEPLOYER or not _is_hidden(index) or _turn(index) != 1:
        return None
    return f"uid={person.ldap},ou=people,dc=example,dc=com"


def _is_hidden(index: int) -> bool:
    return index % HIDDEN_EVERY == HIDDEN_EVERY - 1


def _turn(index: int) -> int:
    return index // HIDDEN_EVERY % 3


def _is_scim_only(index: int) -> bool:
    return index % SCIM_ONLY_EVERY == SCIM_ONLY_EVERY - 1


def _identity(person: Person, user: Json | None, *, scim_only: bool) -> Json:
    emails = [{"primary": True, "type": "work", "value": person.email}]
    given, _, family = person.name.partition(" ")
    names = {"familyName": family, "givenName": given, "groups": [person.team] if person.team else []}
    saml = {**names, "emails": emails, "nameId": person.email, "username": person.ldap}
    return {
        "guid": str(uuid5(NAMESPACE_DNS, person.email)),
        "samlIdentity": None if scim_only else saml,
        "scimIdentity": {**names, "emails": emails, "username": person.ldap},
        "user": user,
    }
