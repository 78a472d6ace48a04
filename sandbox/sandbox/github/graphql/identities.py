"""Single sign-on: which account belongs to whom in the company's directory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.graphql.connections import Connection, listed
from sandbox.github.graphql.rows import Row

if TYPE_CHECKING:
    from sandbox.github.graphql.accounts import Organization
    from sandbox.github.lines import Json


class IdentityProvider(Row):
    """The directory that signs an organisation's members in."""

    typename = "OrganizationIdentityProvider"

    def __init__(self, organization: Organization, identities: list[Json]) -> None:
        """Take the organisation and its identities, as the data folder has them."""
        super().__init__({"node_id": f"OIP_{organization.row['id']}", "issuer": "https://example.com/saml"})
        self.sso_url = "https://example.com/saml/login"
        self.organization = organization
        self._identities = identities

    def external_identities(
        self,
        login: str | None = None,
        user_name: str | None = None,
        *,
        members_only: bool | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of identities, those not yet claimed by an account included."""
        chosen = [
            ExternalIdentity(self.organization, row)
            for row in self._identities
            if (login is None or (row.get("user") or {}).get("login") == login)
            and (user_name is None or (row.get("scimIdentity") or {}).get("username") == user_name)
            and not (members_only and row.get("user") is None)
        ]
        return listed(chosen, lambda identity: str(identity.row["guid"]), **bounds)


class ExternalIdentity(Row):
    """Somebody in the company's directory."""

    typename = "ExternalIdentity"

    def __init__(self, organization: Organization, row: Json) -> None:
        """Take one line of `external_identities.jsonl`."""
        super().__init__(row)
        self._organization = organization

    @property
    def id(self) -> str:
        """Return the global node id."""
        return str(self.row.get("id", f"EI_{self.row['guid']}"))

    @property
    def user(self) -> Row | None:
        """Return the account, or None until somebody has claimed the identity."""
        named = self.row.get("user")
        if named is None:
            return None
        graph = self._organization.graph
        unseen = {"login": named["login"], "id": named["databaseId"], "node_id": f"U_{named['databaseId']}"}
        return graph.user(graph.data.person(named["login"]) or unseen)

    @property
    def saml_identity(self) -> Row | None:
        """Return what SAML says."""
        return _attributes(self.row.get("samlIdentity"))

    @property
    def scim_identity(self) -> Row | None:
        """Return what SCIM says."""
        return _attributes(self.row.get("scimIdentity"))


class Attributes(Row):
    """What a directory says of somebody."""

    @property
    def emails(self) -> list[Row]:
        """Return the addresses."""
        return [Row(email) for email in self.row.get("emails") or []]


def _attributes(row: Json | None) -> Attributes | None:
    return None if row is None else Attributes(row)
