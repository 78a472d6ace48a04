"""A credential for each organisation, and one for all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_github_custom.credentials.credential import Ask, Credential, Credentials


class OrganizationCredentials:
    """Hands each organisation over to the credentials that are configured for it."""

    def __init__(self, by_organization: Mapping[str, Credentials], others: Credentials | None) -> None:
        """Take the names of organisations in any case; OTHERS serves those that are not named."""
        self._by_organization = {name.casefold(): each for name, each in by_organization.items()}
        self._others = others

    def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:
        """Return what the organisation's own credentials say."""
        return self._of(organization).usable(organization, ask)

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
        """Tell the organisation's own credentials."""
        self._of(organization).reject(organization, credential, reason, times)

    def _of(self, organization: str) -> Credentials:
        found = self._by_organization.get(organization.casefold(), self._others)
        if found is None:
            message = (
                f"There is no credential for {organization}: name it in organization_credentials, "
                "or set auth_token for all organisations that are not named there."
            )
            raise AuthenticationError(message)
        return found
