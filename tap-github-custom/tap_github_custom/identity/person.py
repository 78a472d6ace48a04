"""What each source says about somebody; an empty string means that it says nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Member:
    """An account that belongs to the organisation."""

    login: str
    id: int
    type: str


@dataclass(frozen=True)
class MappedPerson:
    """A line of the mapping file."""

    login: str
    line: int
    user_id: int | None = None
    ldap: str = ""
    name: str = ""
    email: str = ""
    team: str = ""
    title: str = ""
    manager_ldap: str = ""
    is_active: bool | None = None
    updated_at: str = ""


@dataclass(frozen=True)
class DirectoryEntry:
    """Somebody as the company's directory knows them: by SAML, SCIM or LDAP.

    `key` is the login there; `aliases` are further names by which the mapping file may know the person.
    """

    key: str
    name: str = ""
    email: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExternalIdentity:
    """An account that signs in with the company's directory."""

    login: str
    user_id: int | None
    saml: DirectoryEntry | None
    scim: DirectoryEntry | None
