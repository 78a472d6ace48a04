"""A value that shows itself to nobody by accident."""

from __future__ import annotations

from typing import NoReturn

HIDDEN = "**********"


class Secret:
    """A token or a key; printed, formatted or logged it is a row of stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Hide the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the one place that must send or use it."""
        return self._value

    def __repr__(self) -> str:
        """Return stars, whatever the value."""
        return f"Secret({HIDDEN!r})"

    def __str__(self) -> str:
        """Return stars, whatever the value."""
        return HIDDEN

    def __bool__(self) -> bool:
        """Tell whether there is a value."""
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare by value."""
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        """Hash by value."""
        return hash(self._value)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a pickle shows the value."""
        message = "a secret cannot be pickled"
        raise TypeError(message)
