"""Logins and ids of accounts that may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tap_github_custom.repository import Json


def login_of(account: Json | None) -> str | None:
    """Return the login; None for a deleted account or an e-mail address without one."""
    return account.get("login") if account else None


def id_of(account: Json | None) -> int | None:
    """Return the id of an account, a repository or anything else that may be null."""
    return account.get("id") if account else None
