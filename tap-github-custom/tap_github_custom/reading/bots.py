"""How the REST API calls bots, whom GraphQL calls otherwise.

Most have the suffix `[bot]` there, but not all: a login of REST may even be another word, and that by the
kind of answer. So each bot is looked up once for each kind. What was learnt is kept in the state.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_github_custom.repository import Json

REVIEW, MERGE, STATUS = "review", "merge", "status"
BOT = "Bot"


class Bots:
    """Logins of bots by the kind of answer and the bot's id. Safe to use from any thread."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        """Take what earlier runs have learnt."""
        self._logins = dict(known or {})
        self._lock = threading.Lock()

    @property
    def known(self) -> dict[str, str]:
        """Return what the state has to keep."""
        with self._lock:
            return dict(self._logins)

    def knows(self, kind: str, actors: Iterable[Json | None]) -> bool:
        """Tell whether every bot among some actors of GraphQL is known."""
        return all(
            _key(kind, actor["databaseId"]) in self._logins for actor in actors if actor and _is_bot(actor)
        )

    def learn(self, kind: str, accounts: Iterable[Json | None]) -> None:
        """Take the accounts of an answer of the REST API."""
        found = {
            _key(kind, account["id"]): account["login"]
            for account in accounts
            if account and account.get("type") == BOT
        }
        with self._lock:
            self._logins |= found

    def account(self, kind: str, actor: Json | None) -> Json | None:
        """Return an actor of GraphQL as the REST API shows it; a bot must be known."""
        if not actor:
            return None
        number: Any = actor.get("databaseId")
        login = self._logins[_key(kind, number)] if _is_bot(actor) else actor["login"]
        return {"login": login, "id": number, "type": actor["__typename"]}


def _is_bot(actor: Json) -> bool:
    return bool(actor["__typename"] == BOT)


def _key(kind: str, number: int) -> str:
    return f"{kind}/{number}"
