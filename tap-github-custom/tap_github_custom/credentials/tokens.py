"""Personal access tokens: one, or several that share the work."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from tap_github_custom.credentials.credential import Credential
from tap_github_custom.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.credentials.credential import Ask
    from tap_github_custom.credentials.secret import Secret

logger = logging.getLogger("tap-github-custom")


class TokenCredentials:
    """The same tokens for every organisation, less those that GitHub no longer accepts.

    Which of them is used, the client decides by what each has left.
    """

    def __init__(self, tokens: Sequence[Secret], *, setting: str = "auth_token") -> None:
        """Name the tokens by their setting; several are numbered from 1."""
        numbers = range(1, len(tokens) + 1)
        names = [setting] if len(tokens) == 1 else [f"{setting} {number}" for number in numbers]
        self._alive = [Credential(name, token) for name, token in zip(names, tokens, strict=True)]
        self._lock = threading.Lock()

    def usable(self, organization: str, ask: Ask) -> Sequence[Credential]:  # noqa: ARG002 - the protocol's
        """Return the tokens that GitHub still accepts."""
        with self._lock:
            return tuple(self._alive)

    def reject(self, organization: str, credential: Credential, reason: str, times: int) -> None:  # noqa: ARG002
        """Drop a token; raise `AuthenticationError` where it is the last one."""
        sentence = f"GitHub does not accept {credential.name} ({reason}): it is wrong, revoked or expired"
        with self._lock:
            if credential not in self._alive:
                return
            if len(self._alive) == 1:
                message = f"{sentence}; make a new token and set it."
                raise AuthenticationError(message)
            self._alive.remove(credential)
            left = len(self._alive)
        logger.warning("%s; going on with the %d left.", sentence, left)
