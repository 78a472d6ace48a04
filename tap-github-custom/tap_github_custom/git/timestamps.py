"""Git's seconds since 1970 in the form in which GitHub writes times."""

from __future__ import annotations

from datetime import UTC, datetime

_LAST_SECOND = 253_402_300_799  # 9999-12-31T23:59:59Z: later years do not fit GitHub's form


def utc(seconds: bytes) -> str:
    """Return a time such as 2026-01-31T12:00:00Z.

    A time that cannot be told (missing, before 1970 or absurdly late) becomes the beginning of 1970, as in
    what git itself prints.
    """
    number = int(seconds) if seconds.isdigit() else 0
    if number > _LAST_SECOND:
        number = 0
    return datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
