"""Who an account is in the LDAP directory that an Enterprise Server signs in with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_github_custom.errors import RepositoryError
from tap_github_custom.identity.person import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_github_custom.client import Client

_PAIR = re.compile(r"\s*([^=,]+?)\s*=\s*((?:\\.|[^,\\])*)\s*(?:,|$)")
_ESCAPED = re.compile(r"\\(.)")


def ldap_entries(client: Client, organization: str, logins: Iterable[str]) -> dict[str, DirectoryEntry]:
    """Return what the profiles of some logins say, by login; one request each.

    Only Enterprise Servers that sign in with LDAP have `ldap_dn`. Raises `RepositoryError` where GitHub
    fails to tell.
    """
    found = {}
    for login in logins:
        try:
            profile = client.get(f"/users/{login}", organization=organization).body
        except RepositoryError as error:
            if not error.is_decided:
                raise
            continue  # gone since the members were listed
        key = login_of_dn(str(profile.get("ldap_dn") or "")) if isinstance(profile, dict) else ""
        if key:
            entry = DirectoryEntry(key, profile.get("name") or "", profile.get("email") or "")
            found[login] = entry
    return found


def login_of_dn(name: str) -> str:
    r"""Return the uid of a distinguished name, else the value of its first part.

    `uid=asimov,ou=people,dc=github` is asimov, `CN=Asimov\, Isaac,OU=People` is "Asimov, Isaac".
    """
    pairs = [(key.lower(), _ESCAPED.sub(r"\1", value.strip())) for key, value in _PAIR.findall(name)]
    return next((value for key, value in pairs if key == "uid"), pairs[0][1] if pairs else "")
