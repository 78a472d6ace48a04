"""What can go wrong, by what the caller does next.

LoaderError                  says one sentence to the user
├── SettingsError            the user mends a setting; nothing was read
├── RetryableLoadError       the same work may succeed in a moment
│   └── SessionLostError     ... on a new session, unless the ledger says that it did succeed
├── FatalLoadError           the same work will fail again
│   ├── MissingObjectError   ... unless somebody makes the object
│   └── MissingPrivilegeError
├── BadInputError            a message breaks the protocol; what came before it is committed
│   └── BadRecordError       a record cannot be loaded; it may be put aside
│       ├── RecordBeforeSchemaError
│       └── MissingKeyError
└── TerminatedError          somebody asked the process to stop

Errors of the drivers are translated into these once, in `warehouse` and `storage`.
"""

from __future__ import annotations

from typing import Any

from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException

SHOWN_CHARACTERS = 80


class LoaderError(Exception):
    """The base of all errors of this package; its text is one sentence for the user."""


class SettingsError(LoaderError):
    """A setting is missing or wrong."""


class RetryableLoadError(LoaderError):
    """A lock, a conflict, throttling, a server's bad moment."""


class SessionLostError(RetryableLoadError):
    """The session or its connection is gone, and with it any open transaction."""


class FatalLoadError(LoaderError):
    """Trying again would not help."""


class MissingObjectError(FatalLoadError):
    """A database, schema, table, stage or integration does not exist, or the role may not see it."""


class MissingPrivilegeError(FatalLoadError):
    """The role may not do that."""


class BadInputError(LoaderError):
    """A line of the input is no usable Singer message."""

    def __init__(self, reason: str, *, line: int = 0, stream: str = "") -> None:
        """Say which line of which stream breaks the protocol, where that is known."""
        super().__init__(reason, line, stream)
        self.reason = reason
        self.line = line
        self.stream = stream
        self.raw = b""

    def say_where(self, place: str) -> None:
        """Say which line or row of a file it is, where the line of the input only names the file."""
        if place:
            self.reason += f" ({place})"

    def __str__(self) -> str:
        """Return the sentence for the user."""
        of_stream = f" (stream {self.stream!r})" if self.stream else ""
        return f"Line {self.line}{of_stream}: {self.reason}."


class BadRecordError(BadInputError):
    """A record has a value that its column cannot hold."""

    @classmethod
    def of_field(cls, field: str, value: Any, reason: str) -> BadRecordError:  # noqa: ANN401 - any JSON value
        """Blame one field; its value is shown, cut."""
        shown = repr(value)
        if len(shown) > SHOWN_CHARACTERS:
            shown = f"{shown[:SHOWN_CHARACTERS]}..."
        return cls(f"field {field!r} {reason}: {shown}")


class RecordBeforeSchemaError(BadRecordError, RecordsWithoutSchemaException):
    """A record arrived before the schema of its stream."""


class MissingKeyError(BadRecordError, MissingKeyPropertiesError):
    """A record lacks a key property, or has NULL in it."""


class TerminatedError(LoaderError):
    """A signal asked the process to stop."""

    def __init__(self, signal_number: int, signal_name: str) -> None:
        """Remember which signal it was."""
        super().__init__(f"Stopped by {signal_name}: what was not committed will be sent again.")
        self.signal_number = signal_number
        self.signal_name = signal_name
