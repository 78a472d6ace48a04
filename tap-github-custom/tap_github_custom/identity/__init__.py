"""Who the logins are: names, teams and LDAP logins from a mapping file, SAML, SCIM and LDAP."""

from __future__ import annotations

from tap_github_custom.identity.mapping_file import read_mapping_file
from tap_github_custom.identity.people import SOURCES, Matches, people
from tap_github_custom.identity.person import MappedPerson

__all__ = ["SOURCES", "MappedPerson", "Matches", "people", "read_mapping_file"]
