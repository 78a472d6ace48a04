"""A credential for each organisation, and one for all others."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tap_github_custom.errors import (
    UNAUTHORIZED,
    AuthenticationError,
    MissingCredentialError,
    RepositoryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tap_github_custom.credentials.credential import Ask, Credential, Credentials


class OrganizationCredentials:
    """Hands each organisation over to the credentials that are configured for it."""

    def __init__(self, by_organization: Mapping[str, Credentials], others: Credentials | None) -> None:
        """Take the names of organisations in any case; OTHERS serves those that are not named."""
        self._by_organization = {name.casefold(): each for name, each in by_organization.items()}
        self._others = others
        self._refusals: dict[str, str] = {}

    def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:
        """Return what the organisation's own credentials say.

        Raises `RepositoryError` where GitHub does not accept them: other organisations are read all the same.
        """
        with self._own(organization) as own:
            return own.usable(organization, ask)

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
        """Tell the organisation's own credentials; raise `RepositoryError` where they were the last."""
        with self._own(organization) as own:
            own.reject(organization, credential, reason, times)

    @contextmanager
    def _own(self, organization: str) -> Iterator[Credentials]:
        """Give an organisation's credentials, unless they were refused: that is no end of the others.

        They are not shown again: GitHub turns away for a while who does so for each repository.
        """
        own, key = self._of(organization), organization.casefold()
        if key in self._refusals:
            raise RepositoryError(UNAUTHORIZED, self._refusals[key])
        try:
            yield own
        except AuthenticationError as error:
            self._refusals[key] = str(error)
            raise RepositoryError(UNAUTHORIZED, str(error)) from error

    def _of(self, organization: str) -> Credentials:
        found = self._by_organization.get(organization.casefold(), self._others)
        if found is None:
            message = (
                f"There is no credential for {organization}: name it in organization_credentials, "
                "or set auth_token for all organisations that are not named there."
            )
            raise MissingCredentialError(message)
        return found
