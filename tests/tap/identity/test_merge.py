"""One row for each login; the first source that knows somebody says who it is."""

from __future__ import annotations

from typing import Any

import pytest
from tap_github_custom.identity.ldap import login_of_dn
from tap_github_custom.identity.merge import Sources, accounts_of, rows_of
from tap_github_custom.identity.person import DirectoryEntry, ExternalIdentity, MappedPerson, Member

MEMBER = Member("Octo", 1, "User")
MAPPED = MappedPerson(
    "octo", 2, ldap="by-file", team="web", is_active=True, updated_at="2026-01-01T00:00:00Z"
)
SAML = DirectoryEntry("by-saml", "Octo Cat", "octo@example.com")
SCIM = DirectoryEntry("by-scim")
DN = DirectoryEntry("by-dn")


def rows(
    members: list[Member],
    mapped: list[MappedPerson],
    identities: list[ExternalIdentity] | None = None,
    ldap_entries: dict[str, DirectoryEntry] | None = None,
) -> dict[str, dict[str, Any]]:
    """Return the rows by login."""
    sources = Sources(identities or [], ldap_entries or {}, mapped)
    found = rows_of("acme", accounts_of(members, mapped), sources)
    assert len({row["github_login"].lower() for row in found}) == len(found)
    return {row["github_login"]: row for row in found}


@pytest.mark.parametrize(
    ("mapped", "saml", "scim", "dn", "ldap", "method"),
    [
        (MAPPED, SAML, SCIM, DN, "by-file", "mapping_file"),
        (None, SAML, SCIM, DN, "by-saml", "saml"),
        (None, None, SCIM, DN, "by-scim", "scim"),
        (None, None, None, DN, "by-dn", "ldap_dn"),
        (None, None, None, None, None, "none"),
        (MappedPerson("octo", 2, team="web"), SAML, None, None, "by-saml", "saml"),
        (MappedPerson("octo", 2, team="web"), None, None, None, None, "none"),
    ],
)
def test_precedence(  # noqa: PLR0913, PLR0917 - a row of the table
    mapped: MappedPerson | None,
    saml: DirectoryEntry | None,
    scim: DirectoryEntry | None,
    dn: DirectoryEntry | None,
    ldap: str | None,
    method: str,
) -> None:
    """Mapping file, SAML, SCIM, ldap_dn, none; the method is that which found the LDAP login."""
    identities = [ExternalIdentity("octo", 1, saml, scim)] if saml or scim else []
    (row,) = rows([MEMBER], [mapped] if mapped else [], identities, {"Octo": dn} if dn else {}).values()
    assert (row["ldap"], row["match_method"]) == (ldap, method)
    assert row["team"] == (mapped.team if mapped else None)


def test_a_row_has_every_column() -> None:
    """In full, for a member who is in the mapping file."""
    assert rows([MEMBER], [MAPPED]) == {
        "Octo": {
            "_source_org": "acme",
            "github_login": "Octo",
            "github_user_id": 1,
            "github_type": "User",
            "name": None,
            "email": None,
            "ldap": "by-file",
            "team": "web",
            "title": None,
            "manager_ldap": None,
            "is_active": True,
            "match_method": "mapping_file",
            "updated_at": "2026-01-01T00:00:00Z",
        }
    }


def test_mapped_people_need_not_be_members() -> None:
    """Who left still has a row, as the file spells the login; nothing is known of the account."""
    found = rows([MEMBER], [MAPPED, MappedPerson("Gone", 3, ldap="gone", is_active=False)])
    assert list(found) == ["Gone", "Octo"]
    assert found["Gone"]["github_user_id"] is None
    assert found["Gone"]["is_active"] is False


def test_an_id_outlasts_a_login() -> None:
    """A line with an id belongs to the member of that id, who has another login now: one row, the new one."""
    found = rows([Member("new-name", 1, "User")], [MappedPerson("old-name", 2, user_id=1, ldap="a")])
    assert {login: row["ldap"] for login, row in found.items()} == {"new-name": "a"}


def test_a_login_that_went_to_somebody_else_is_not_matched() -> None:
    """The line says account 1, the login is account 2's now: the stranger is not taken for the former."""
    found = rows([Member("octo", 2, "User")], [MappedPerson("octo", 2, user_id=1, ldap="a")])
    assert found["octo"]["match_method"] == "none"
    identity = ExternalIdentity("octo", 1, SAML, None)
    assert rows([Member("octo", 2, "User")], [], [identity])["octo"]["match_method"] == "none"


def test_single_sign_on_finds_the_line_of_a_former_login() -> None:
    """A renamed member is found by the directory's name or address; the line says team and LDAP login."""
    line = MappedPerson("old-name", 2, ldap="ocat", email="octo@example.com", team="web")
    entry = DirectoryEntry("other-key", aliases=("x", "octo@example.com"))
    identity = ExternalIdentity("new-name", 1, entry, None)
    row = rows([Member("new-name", 1, "User")], [line], [identity])["new-name"]
    assert (row["ldap"], row["team"], row["match_method"]) == ("ocat", "web", "saml")


def test_an_address_that_two_share_finds_nobody() -> None:
    """A mailbox of a team tells no one from another."""
    lines = [MappedPerson(name, 2, ldap=name, email="team@example.com") for name in ("a", "b")]
    identity = ExternalIdentity("c", 1, DirectoryEntry("team@example.com"), None)
    assert rows([Member("c", 1, "User")], lines, [identity])["c"]["ldap"] == "team@example.com"


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("uid=asimov,ou=people,dc=github,dc=com", "asimov"),
        ("CN=Isaac Asimov, UID=asimov, OU=people", "asimov"),
        (r"CN=Asimov\, Isaac,OU=People", "Asimov, Isaac"),
        ("cn=plain", "plain"),
        ("", ""),
        ("no name at all", ""),
    ],
)
def test_distinguished_names(name: str, login: str) -> None:
    """The uid, wherever it stands; else the first part."""
    assert login_of_dn(name) == login
