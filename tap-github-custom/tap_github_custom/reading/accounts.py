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

# GitHub goes by the number in such an address, whatever the login beside it. A person may have another one
# by now, or be gone: GitHub has to be asked. An App's bot is called in its address as REST calls it, where
# GraphQL may drop the suffix, or know nobody.
_NUMBERED = re.compile(r"(?P<id>\d+)\+(?P<login>.+)@users\.noreply\.github\.com", re.IGNORECASE)
_BOT = "[bot]"
# Bots whose addresses do not tell their logins: others commit under the number of GitHub Actions, such as
# 41898282+tidy[bot], and the coding agent is the bot of an App that is called copilot-swe-agent.
_LOGINS = {41_898_282: "github-actions[bot]", 198_982_749: "Copilot"}


class Accounts:
    """The accounts of addresses that were met in this run, by address; None: nobody's. Used by all threads.

    GitHub tells an account by the address alone, so one commit of each address has to be asked for.
    """

    def __init__(self) -> None:
        """Know nobody."""
        self._known: dict[str, Json | None] = {"": None}
        self._lock = threading.Lock()

    def of(self, email: str) -> Json | None:
        """Return the account of an address that was learnt, or that tells it itself."""
        return _told_by(email) or self._known.get(_key(email))

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
            emails = (commit.author.email, commit.committer.email)
            addresses = {_key(email) for email in emails if not _told_by(email)}
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
        with self._lock:
            self._known.setdefault(_key(email), account)


def _told_by(email: str) -> Json | None:
    """Return the bot that an address is of for certain; None: GitHub has to be asked."""
    numbered = _NUMBERED.fullmatch(email.strip())
    if not numbered:
        return None
    number, login = int(numbered["id"]), numbered["login"]
    login = _LOGINS.get(number) or (login if login.lower().endswith(_BOT) else "")
    return {"id": number, "login": login} if login else None


def _key(email: str) -> str:
    return email.strip().lower()


def _account(actor: Json | None) -> Json | None:
    user = (actor or {}).get("user")
    return {"id": user["databaseId"], "login": user["login"]} if user else None


def _parts(commits: list[GitCommit]) -> Iterator[list[GitCommit]]:
    for first in range(0, len(commits), COMMITS_PER_DOCUMENT):
        yield commits[first : first + COMMITS_PER_DOCUMENT]
