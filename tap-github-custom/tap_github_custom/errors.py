"""What can go wrong, by what the caller does next.

GitHubError                    says one sentence to the user
├── ConfigurationError         the user mends a setting; nothing was read
├── AuthenticationError        the user mends a credential; no further request can succeed
│   └── MissingCredentialError     ... of an organisation; others have theirs
├── UnreachableError           the user mends the network, or waits for GitHub; the run ends
├── LimitedError               GitHub kept refusing for the sake of its limits; the run ends
├── ClosedError                the client was closed while the request waited
├── BudgetSpentError           `max_requests` is reached; the run ends cleanly with its state
├── SkippedError               no repository could be read; or some not, and the settings call that a failure
├── TerminatedError            a signal asked the run to end
├── RepositoryError            this repository (or this list) cannot be read; it is skipped
└── GraphQLError               GraphQL did not answer, or did not understand; REST may
    ├── GraphQLUnavailableError    ... nor will it answer this organisation anything: go on with REST
    ├── GraphQLTooLargeError       ... to so large a question: ask for less at a time
    └── GraphQLUnknownFieldError   ... as this server is too old to know what is asked for

What `requests` raises is translated into these once, in `client.transport`.
"""

from __future__ import annotations


class GitHubError(Exception):
    """The base of all errors of this package; its text is one sentence for the user."""


class ConfigurationError(GitHubError):
    """A setting is missing or wrong."""


class AuthenticationError(GitHubError):
    """GitHub does not accept the credential."""


class MissingCredentialError(AuthenticationError):
    """No setting names a credential for an organisation."""


class UnreachableError(GitHubError):
    """The host does not answer."""


class LimitedError(GitHubError):
    """GitHub still refuses after every wait that it asked for."""


class ClosedError(GitHubError):
    """Somebody ended the run while the request waited."""


class BudgetSpentError(GitHubError):
    """The run has sent as many requests as `max_requests` allows."""

    def __init__(self, max_requests: int) -> None:
        """Name the budget."""
        super().__init__(f"The budget of {max_requests} requests (max_requests) is spent.")
        self.max_requests = max_requests


# GitHub does not accept the credential; other organisations may have another one.
UNAUTHORIZED = 401
# GitHub has decided: asking the same a moment later would not help.
DECIDED_STATUSES = frozenset((403, 404, 409, 410, 451))
# How it answers for what was deleted.
GONE_STATUSES = frozenset((404, 410))
# How GitHub answers for a commit, or what points at one, that is not there.
NO_COMMIT_STATUSES = frozenset((404, 422))
# What an answer of a form that nobody foresaw leads to. A `StopIteration` inside a generator comes out of it
# as a RuntimeError, of which RecursionError is one, too.
UNFORESEEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError)


class RepositoryError(GitHubError):
    """One repository, or one list, cannot be read."""

    def __init__(self, status: int, reason: str, url: str = "") -> None:
        """Keep the HTTP status (0 where no answer came) and the reason, a sentence."""
        super().__init__(f"{reason} ({url})" if url else reason)
        self.status = status
        self.reason = reason
        self.url = url

    @classmethod
    def of_unforeseen(cls, error: Exception) -> RepositoryError:
        """Return what an error of `UNFORESEEN` means."""
        return cls(0, f"An answer is not of the expected form ({type(error).__name__}: {error})")

    @property
    def is_decided(self) -> bool:
        """Tell whether GitHub has refused, rather than failed."""
        return self.status in DECIDED_STATUSES


class SkippedError(GitHubError):
    """The run is done, less the repositories that could not be read."""

    def __init__(self, names: list[str], exit_code: int, *, is_all: bool = False) -> None:
        """Name the repositories (IS_ALL: there are no others) and the exit code of the settings."""
        all_of_them = ", which are all there are" if is_all else ""
        super().__init__(f"{len(names)} repositories were skipped{all_of_them}: {', '.join(names)}")
        self.exit_code = exit_code


class TerminatedError(GitHubError):
    """SIGTERM or SIGINT came: the run ended between two rows, with its state."""

    def __init__(self, signal_number: int) -> None:
        """Keep the number: the exit code follows from it."""
        super().__init__(f"Ended by signal {signal_number}; what was read is kept")
        self.signal_number = signal_number


class GraphQLError(GitHubError):
    """GraphQL did not answer the question."""


class GraphQLUnavailableError(GraphQLError):
    """There is no GraphQL for this host or this credential."""


class GraphQLTooLargeError(GraphQLError):
    """GraphQL gave up on the question: half as much at a time may succeed."""


class GraphQLUnknownFieldError(GraphQLError):
    """This server's GraphQL does not have what is asked for, as an older Enterprise Server."""
