"""Finds the accounts behind the e-mail addresses of commits, which git does not know."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

from tap_github_custom.documents import COMMITS_PER_DOCUMENT, commit_accounts_document
from tap_github_custom.errors import (
    NO_COMMIT_STATUSES,
    GraphQLError,
    GraphQLTooLargeError,
    RepositoryError,
)
from tap_github_custom.reading.query_size import QuerySize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tap_github_custom.client import GraphQLAnswer
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

    def __init__(self, *, use_graphql: bool) -> None:
        """Know nobody; USE_GRAPHQL tells whether there is one to ask."""
        self._known: dict[str, Json | None] = {"": None}
        self._size = QuerySize(COMMITS_PER_DOCUMENT if use_graphql else 0)
        self._lock = threading.Lock()

    def of(self, email: str) -> Json | None:
        """Return the account of an address that was learnt, or that tells it itself."""
        return _told_by(email) or self._known.get(_key(email))

    def learn(self, source: Source, commits: Sequence[GitCommit]) -> None:
        """Find out about every address of some commits; REST is asked for those that GraphQL leaves open."""
        self._learn_by_graphql(source, self._examples(commits))
        self._learn_by_rest(source, self._examples(commits))

    def _examples(self, commits: Sequence[GitCommit]) -> list[GitCommit]:
        """Return commits that show every unknown address at least once."""
        unknown: set[str] = set()
        examples = []
        for commit in commits:
            emails = (commit.author.email, commit.committer.email)
            addresses = {_key(email) for email in emails if not _told_by(email)}
            # Not `addresses - self._known.keys()`, which walks all that is known, for each commit.
            new = {each for each in addresses if each not in self._known} - unknown
            if new:
                unknown |= new
                examples.append(commit)
        return examples

    def _learn_by_graphql(self, source: Source, commits: Sequence[GitCommit]) -> None:
        """Ask for as many commits at a time as works, until GraphQL fails."""
        waiting = list(commits)
        while waiting and source.has_graphql and (size := self._size.value):
            part = waiting[:size]
            try:
                answer = _asked(source, part)
            except GraphQLTooLargeError:
                self._size.halve(len(part))
                if len(part) == 1:
                    del waiting[0]  # REST has to tell whose it is
                continue
            except GraphQLError as error:
                self._size.failed(source, error, "accounts")
                return
            self._size.succeeded()
            found: Any = answer.data.get("repository")
            if not found or answer.errors:  # it does not say whose the commits of this repository are
                return
            self._note_all(found, part)
            del waiting[:size]

    def _note_all(self, found: Json, commits: Sequence[GitCommit]) -> None:
        for index, commit in enumerate(commits):
            node = found.get(f"commit{index}")
            if node:
                self._note_told(commit.author.email, _account(node.get("author")))
                self._note_told(commit.committer.email, _account(node.get("committer")))

    def _note_told(self, email: str, account: Json | None) -> None:
        """Note what GraphQL said; it knows no bots, so that REST has to tell whose a bot's address is."""
        if account or _BOT not in _key(email):
            self._note(email, account)

    def _learn_by_rest(self, source: Source, commits: Sequence[GitCommit]) -> None:
        """Ask for each commit, one of an address; whose a commit is that is gone stays open.

        The list that begins with it is asked for: it has no changes in it, which may be too large for GitHub.
        """
        for commit in commits:
            try:
                listed = source.get("/commits", {"sha": commit.sha, "per_page": 1}).body
            except RepositoryError as error:
                if error.status not in NO_COMMIT_STATUSES:
                    raise
                continue
            found = next((each for each in listed if each["sha"] == commit.sha), None)
            if found:
                self._note(commit.author.email, found.get("author") or None)
                self._note(commit.committer.email, found.get("committer") or None)

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


def _asked(source: Source, commits: Sequence[GitCommit]) -> GraphQLAnswer:
    owner, _, name = source.repository.full_name.partition("/")
    oids = {f"oid{index}": commit.sha for index, commit in enumerate(commits)}
    variables = {"owner": owner, "name": name, **oids}
    return source.graphql(commit_accounts_document(len(commits)), variables, is_divisible=len(commits) > 1)
