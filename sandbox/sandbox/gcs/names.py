"""Which names an object may have."""

from __future__ import annotations

MOST_BYTES = 1024
_FORBIDDEN_PREFIX = ".well-known/acme-challenge/"


class ObjectNameError(ValueError):
    """An object may not be called so."""


def checked(name: str) -> str:
    """Return a name that an object may have; raise where it may not."""
    problem = _problem_of(name)
    if problem:
        raise ObjectNameError(problem)
    return name


def _problem_of(name: str) -> str:
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "The object name is not valid UTF-8."
    if not name:
        return "No object name."
    if size > MOST_BYTES:
        return f"The maximum object length is {MOST_BYTES} characters, but got a name with {size} characters."
    if "\r" in name or "\n" in name:
        return f"Disallowed unicode characters present in object name {name!r}."
    if name in {".", ".."} or name.startswith(_FORBIDDEN_PREFIX):
        return f"Invalid object name: '{name}'."
    return ""
