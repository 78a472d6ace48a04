"""Who is who: one row for each login, from what the sources say, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tap_github_custom.identity.person import DirectoryEntry, ExternalIdentity, MappedPerson, Member

MAPPING_FILE, SAML, SCIM, LDAP_DN, NONE = "mapping_file", "saml", "scim", "ldap_dn", "none"

Row = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """A login that gets a row, and the line of the mapping file about it."""

    login: str
    id: int | None
    type: str
    mapped: MappedPerson | None


@dataclass
class Sources:
    """What is known beside the accounts themselves."""

    identities: Iterable[ExternalIdentity] = ()
    ldap_entries: Mapping[str, DirectoryEntry] = field(default_factory=dict)
    mapped: Iterable[MappedPerson] = ()


def accounts_of(members: Iterable[Member], mapped: Iterable[MappedPerson]) -> list[Account]:
    """Return members and mapped people, each account once, by login.

    A line of the mapping file belongs to the member with its id, else with its login, in any case.
    """
    by_id = {person.user_id: person for person in mapped if person.user_id is not None}
    by_login = {person.login.casefold(): person for person in mapped}
    accounts: dict[str, Account] = {}
    taken: set[str] = set()
    for member in members:
        person = by_id.get(member.id) or by_login.get(member.login.casefold())
        if person and person.user_id not in {None, member.id}:
            person = None  # the login went from one account to another
        accounts[member.login.casefold()] = Account(member.login, member.id, member.type, person)
        taken |= {person.login.casefold()} if person else set()
    for login, person in by_login.items():
        if login not in taken and login not in accounts:
            accounts[login] = Account(person.login, person.user_id, "", person)
    return [accounts[login] for login in sorted(accounts)]


def rows_of(organization: str, accounts: Iterable[Account], sources: Sources) -> list[Row]:
    """Return the rows of USER_LOOKUP; `match_method` names the source of `ldap`."""
    find_identity = _identity_finder(sources.identities)
    colleagues = _by_directory_key(sources.mapped)
    rows = []
    for account in accounts:
        identity = find_identity(account)
        entries = {
            SAML: identity.saml if identity else None,
            SCIM: identity.scim if identity else None,
            LDAP_DN: sources.ldap_entries.get(account.login),
        }
        known = {method: entry for method, entry in entries.items() if entry}
        rows.append(_row(organization, account, known, colleagues, identity))
    return rows


def _identity_finder(
    identities: Iterable[ExternalIdentity],
) -> Callable[[Account], ExternalIdentity | None]:
    """Return a function that finds an account's identity by its id, else by its login."""
    by_id = {each.user_id: each for each in identities}
    by_login = {each.login.casefold(): each for each in identities}

    def find(account: Account) -> ExternalIdentity | None:
        if account.id is not None and account.id in by_id:
            return by_id[account.id]
        found = by_login.get(account.login.casefold())
        is_another = found is not None and None not in {found.user_id, account.id}
        return None if is_another else found

    return find


def _row(
    organization: str,
    account: Account,
    entries: Mapping[str, DirectoryEntry],
    colleagues: Mapping[str, MappedPerson],
    identity: ExternalIdentity | None,
) -> Row:
    method, entry = next(iter(entries.items()), (NONE, None))
    mapped = account.mapped
    if mapped and mapped.ldap:
        method = MAPPING_FILE
    elif mapped is None and entry:
        # The same person under a former login, or none: the directory says who it is.
        names = (entry.key, entry.email, *entry.aliases)
        mapped = next((colleagues[name.casefold()] for name in names if name.casefold() in colleagues), None)
    ldap = (mapped.ldap if mapped else "") or (entry.key if entry else "")
    return {
        "_source_org": organization,
        "github_login": account.login,
        "github_user_id": account.id if account.id is not None else (identity.user_id if identity else None),
        "github_type": account.type or None,
        "name": _first(mapped and mapped.name, entry and entry.name),
        "email": _first(mapped and mapped.email, entry and entry.email),
        "ldap": ldap or None,
        "team": _first(mapped and mapped.team),
        "title": _first(mapped and mapped.title),
        "manager_ldap": _first(mapped and mapped.manager_ldap),
        "is_active": mapped.is_active if mapped else None,
        "match_method": method if ldap else NONE,
        "updated_at": _first(mapped and mapped.updated_at),
    }


def _by_directory_key(mapped: Iterable[MappedPerson]) -> dict[str, MappedPerson]:
    """Return mapped people by LDAP name and by e-mail address; what several share says nothing."""
    found: dict[str, MappedPerson] = {}
    ambiguous = {""}
    for person in mapped:
        for key in {person.ldap.casefold(), person.email.casefold()}:
            if key in found:
                ambiguous.add(key)
            found[key] = person
    return {key: person for key, person in found.items() if key not in ambiguous}


def _first(*values: str | MappedPerson | DirectoryEntry | None) -> str | None:
    return next((str(value) for value in values if value), None)
