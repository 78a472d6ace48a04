"""What the client needs of a credential, and of whoever hands credentials out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_github_custom.credentials.secret import Secret


@dataclass(frozen=True)
class Credential:
    """A token, and the name under which its limits are counted and it is spoken of.

    A renewed token of one App installation keeps the name: GitHub counts by installation.
    """

    name: str
    token: Secret
    settled_at: float = 0.0
    """The moment, of the monotonic clock, until which not all of GitHub may know the token yet."""


class Ask(Protocol):
    """Sends one request with a credential that is made for it, through the client's limits and retries."""

    def __call__(self, method: str, path: str, sign: Callable[[], Credential]) -> Any:  # noqa: ANN401 - decoded JSON
        """Return the decoded body of the answer.

        SIGN is called for each attempt: a signature lasts for minutes, a wait for a limit for up to an hour.
        Raises `RepositoryError` where it cannot be read, `AuthenticationError`, in GitHub's words, at 401.
        """


class Credentials(Protocol):
    """Hands out the credentials of each organisation. Safe to use from any thread."""

    def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:
        """Return the credentials that may be used for an organisation now, at least one.

        Raises `AuthenticationError` where there is none, `RepositoryError` where others may go on.
        """

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:
        """Take note that GitHub answered 401, for the TIMES-th time to one question, in these words.

        Raises `AuthenticationError` where no other way is left, `RepositoryError` where others may go on.
        """
