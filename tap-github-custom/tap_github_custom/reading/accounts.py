"""Finds the accounts behind the e-mail addresses of commits, which git does not know."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tap_github_custom.documents import COMMITS_PER_DOCUMENT, commit_accounts_document
from tap_github_custom.errors import (
    NO_COMMIT_STATUSES,
    GraphQLError,
    GraphQLTooLargeError,
    RepositoryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_github_custom.git import GitCommit
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json

# The address of an App's bot names the bot as REST does; GraphQL knows only people, or drops the suffix.
_BOT_ADDRESS = re.compile(r"(?P<id>\d+)\+(?P<login>.+\[bot\])@users\.noreply\.github\.com", re.IGNORECASE)


class Accounts:
    """The accounts of addresses that were met in this run, by address; None: nobody's. Used by all threads.

    GitHub tells an account by the address alone, so one commit of each address has to be asked for.
    """

    def __init__(self) -> None:
        """Know nobody."""
        self._known: dict[str, Json | None] = {"": None}
        self._lock = threading.Lock()

    def of(self, email: str) -> Json | None:
        """Return the account of an address that was learnt."""
        return self._known.get(_key(email))

    def learn(self, source: Source, commits: Sequence[GitCommit]) -> None:
        """Find out about every address of some commits; REST is asked for those that GraphQL leaves open."""
        with suppress(GraphQLError):
            for part in _parts(self._examples(commits)):
                self._learn_by_graphql(source, part)
        self._learn_by_rest(source, self._examples(commits))

    def _examples(self, commits: Sequence[GitCommit]) -> list[GitCommit]:
        """Return commits that show every unknown address at least once."""
        unknown: set[str] = set()
        examples = []
        for commit in commits:
            addresses = {_key(commit.author.email), _key(commit.committer.email)}
            new = addresses - self._known.keys() - unknown
            if new:
                unknown |= new
                examples.append(commit)
        return examples

    def _learn_by_graphql(self, source: Source, commits: Sequence[GitCommit]) -> None:
        owner, _, name = source.repository.full_name.partition("/")
        oids = {f"oid{index}": commit.sha for index, commit in enumerate(commits)}
        document = commit_accounts_document(len(commits))
        try:
            answer = source.graphql(document, {"owner": owner, "name": name, **oids})
        except GraphQLTooLargeError:
            if len(commits) == 1:
                raise
            middle = len(commits) // 2
            self._learn_by_graphql(source, commits[:middle])
            self._learn_by_graphql(source, commits[middle:])
            return
        found: Any = answer.data.get("repository")
        if not found or answer.errors:
            message = "GraphQL did not say who wrote some commits."
            raise GraphQLError(message)
        for index, commit in enumerate(commits):
            node = found.get(f"commit{index}")
            if node:
                self._note(commit.author.email, _account(node.get("author")))
                self._note(commit.committer.email, _account(node.get("committer")))

    def _learn_by_rest(self, source: Source, commits: Sequence[GitCommit]) -> None:
        """Ask for each commit, one of an address; whose a commit is that is gone stays open."""
        for commit in commits:
            try:
                answer = source.get(f"/commits/{commit.sha}").body
            except RepositoryError as error:
                if error.status not in NO_COMMIT_STATUSES:
                    raise
                answer = {}
            self._note(commit.author.email, answer.get("author") or None)
            self._note(commit.committer.email, answer.get("committer") or None)

    def _note(self, email: str, account: Json | None) -> None:
        bot = _BOT_ADDRESS.fullmatch(email.strip())
        if bot:
            account = {"id": int(bot["id"]), "login": bot["login"]}
        with self._lock:
            self._known.setdefault(_key(email), account)


def _key(email: str) -> str:
    return email.strip().lower()


def _account(actor: Json | None) -> Json | None:
    user = (actor or {}).get("user")
    return {"id": user["databaseId"], "login": user["login"]} if user else None


def _parts(commits: list[GitCommit]) -> Iterator[list[GitCommit]]:
    for first in range(0, len(commits), COMMITS_PER_DOCUMENT):
        yield commits[first : first + COMMITS_PER_DOCUMENT]
