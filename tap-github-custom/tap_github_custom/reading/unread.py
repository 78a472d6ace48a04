"""Pull requests that cannot be read, though others can: noted, and asked for again by the next run."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from tap_github_custom.errors import UNFORESEEN, RepositoryError
from tap_github_custom.reading.children import Children

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_github_custom.repository import Json

logger = logging.getLogger("tap-github-custom")

MOST_UNREAD = 10  # of a repository; where more cannot be read it is the repository that cannot
MOST_OWED = 100  # what a whole bad page comes short of; the state keeps their numbers


class Unread:
    """What one reading could not read. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin with none."""
        self.reasons: dict[int, str] = {}
        """By the number of the pull request."""
        self._owed: set[int] = set()
        self._lock = threading.Lock()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the pull requests to ask for again, in order."""
        return tuple(sorted(self.reasons.keys() | self._owed))

    def spare(self, pull: Json, ask: Callable[[Json], Children]) -> Children:
        """Return the children of a pull request, or none of them where GitHub does not give them."""
        try:
            return ask(pull)
        except RepositoryError as error:
            self.note(pull["number"], error)
        except UNFORESEEN as error:
            logger.debug("What was not expected of pull request %d:", pull["number"], exc_info=True)
            self.note(pull["number"], RepositoryError.of_unforeseen(error))
        return Children()

    def owe(self, number: int) -> None:
        """Let the next run ask again for a pull request of which something was missing."""
        if len(self._owed) < MOST_OWED:
            self._owed.add(number)

    def note(self, number: int, error: RepositoryError) -> None:
        """Take note of a pull request; raise the error where there are too many."""
        with self._lock:
            self.reasons[number] = str(error)
            if len(self.reasons) > MOST_UNREAD:
                raise error
