"""The checks of one owner of repositories, with the credentials that are for it."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tap_github_custom.client.notices import expiration_of, scopes_of
from tap_github_custom.config_schema import API
from tap_github_custom.doctor.finding import Check, UnknownError
from tap_github_custom.errors import (
    AuthenticationError,
    ConfigurationError,
    GraphQLError,
    LimitedError,
    RepositoryError,
)
from tap_github_custom.git.command import run_while_it_talks
from tap_github_custom.git.complaints import fetch_error
from tap_github_custom.git.environment import environment, shown
from tap_github_custom.git.version import check_git
from tap_github_custom.identity.people import READS_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_github_custom.client import Answer
    from tap_github_custom.credentials import Credential, Credentials
    from tap_github_custom.doctor.inquiry import Inquiry
    from tap_github_custom.settings import Settings

NOT_FOUND, CONFLICT = 404, 409
USER = "User"
GIT_SECONDS = 20.0
OF_REPOSITORY = {"contents": "commits", "pull_requests": "pulls", "deployments": "deployments"}
READS_CODE = frozenset({"repo", "public_repo"})
ONE: dict[str, str | int] = {"per_page": 1}
NEWEST: dict[str, str | int] = {"per_page": 1, "sort": "pushed"}  # one that is not empty, where there is one
GRAPHQL = "query { rateLimit { remaining } }"
_LAST = re.compile(r"[?&]page=(\d+)[^>]*>;\s*rel=\"last\"")


class OrganizationDoctor:
    """Looks at one organisation or user; what one check learns, later ones use."""

    def __init__(self, owner: str, settings: Settings, credentials: Credentials, inquiry: Inquiry) -> None:
        """Ask nothing yet."""
        self._owner = owner
        self._settings = settings
        self._source = credentials
        self._inquiry = inquiry
        self._accepted: dict[Credential, Answer | None] = {}
        """What works, with the answer that tells of its limits (None: the host has none)."""
        self._repository: str | None = None
        """The full name of a repository that is seen."""
        self._has_pulls = True

    def checks(self, needs: tuple[str, ...]) -> Iterator[Check]:
        """Yield the checks; all of them need those that are named."""
        owner, settings = self._owner, self._settings
        yield Check(f"credential for {owner}", self._look_at_credentials, needs)
        yield Check(f"rate limit for {owner}", self._look_at_limits, needs)
        if owner.lower() in {each.lower() for each in settings.organizations}:
            yield Check(f"organisation {owner}", self._look_at_organization, needs)
        for name in settings.repositories:
            if name.partition("/")[0].lower() == owner.lower():
                yield Check(f"repository {name}", partial(self._look_at_repository, name), needs)
        yield Check(f"permissions for {owner}", self._look_at_permissions, needs)
        if settings.use_graphql:
            yield Check(f"GraphQL for {owner}", self._look_at_graphql, needs)
        if settings.commit_source != API:
            yield Check(f"clones of {owner}", self._look_at_clone, needs)

    def _look_at_credentials(self) -> str:
        refused = []
        given = self._source.usable(self._owner, self._inquiry.ask)
        for credential in given:
            try:
                self._accepted[credential] = self._limits_of(credential)
            except AuthenticationError as error:
                refused.append(f"{credential.name} ({error})")
        if refused:
            message = f"GitHub does not accept {', '.join(refused)}: make a new token and set it."
            raise AuthenticationError(message)
        return "; ".join(f"{each.name} is accepted{_expiration(self._accepted[each])}" for each in given)

    def _limits_of(self, credential: Credential) -> Answer | None:
        try:
            return self._inquiry.get("rate_limit", credential)
        except RepositoryError as error:
            if error.status == NOT_FOUND:  # an Enterprise Server without limits
                return None
            raise

    def _look_at_limits(self) -> str:
        reserve = self._settings.client.rate_limit_reserve
        shown = []
        for credential in self._working():
            answer = self._accepted[credential]
            if answer is None:
                return "this host has none"
            for name, resource in _resources(answer, with_graphql=self._settings.use_graphql):
                left, limit = int(resource["remaining"]), int(resource["limit"])
                text = f"{left:,} of {limit:,} points of {name} left for {credential.name}"
                if left <= reserve:
                    reset = datetime.fromtimestamp(int(resource["reset"]), UTC)
                    message = (
                        f"{text}, of which rate_limit_reserve keeps {reserve:,}: wait until "
                        f"{reset:%H:%M} UTC, lower the reserve, or add tokens to auth_tokens."
                    )
                    raise LimitedError(message)
                shown.append(text)
        return "; ".join(shown)

    def _look_at_organization(self) -> str:
        credential = self._working()[0]
        kind = "organisation"
        try:
            answer = self._inquiry.get(f"orgs/{quote(self._owner)}/repos", credential, NEWEST)
        except RepositoryError as error:
            if error.status != NOT_FOUND:
                raise
            kind = "user"
            answer = self._of_user(credential)
        if not answer.body:
            message = (
                f"no repository of the {kind} is seen: give {credential.name} access to them "
                "(fine-grained token: Repository access; App: its installation)."
            )
            raise ConfigurationError(message)
        self._repository = str(answer.body[0]["full_name"])
        self._has_pulls = answer.body[0].get("has_pull_requests") is not False
        last = _LAST.search(answer.headers.get("link", ""))
        return f"{int(last[1]) if last else len(answer.body):,} repositories of the {kind} are seen"

    def _of_user(self, credential: Credential) -> Answer:
        """Return a user's repositories; of an organisation that list has the public ones, too."""
        login = quote(self._owner)
        try:
            account = self._inquiry.get(f"users/{login}", credential).body
            if account["type"] == USER:
                if len(self._working()) == 1 and self._is_oneself(credential):
                    return self._inquiry.get("user/repos", credential, {**NEWEST, "affiliation": "owner"})
                return self._inquiry.get(f"users/{login}/repos", credential, NEWEST)
            reason = f"it is of type {account['type']}"
        except RepositoryError as error:
            reason = error.reason
        message = (
            f"GitHub knows no organisation or user {self._owner}, or the credential may not see its "
            f"repositories ({reason}): correct organizations, or give {credential.name} access."
        )
        raise ConfigurationError(message)

    def _is_oneself(self, credential: Credential) -> bool:
        """Tell whether a credential is the user's own, as the run finds out: an App's token is nobody's."""
        try:
            login = self._inquiry.get("user", credential).body["login"]
        except RepositoryError:
            return False
        return str(login).lower() == self._owner.lower()

    def _look_at_repository(self, name: str) -> str:
        credential = self._working()[0]
        try:
            found = self._inquiry.get(f"repos/{quote(name)}", credential).body
            seen = str(found["full_name"])
        except RepositoryError as error:
            message = f"{error.reason}: correct repositories, or give {credential.name} access to it."
            raise ConfigurationError(message) from None
        if self._repository is None:
            self._repository, self._has_pulls = seen, found.get("has_pull_requests") is not False
        if seen.lower() != name.lower():
            message = f"it is {seen} now: change the setting repositories."
            raise ConfigurationError(message)
        return "is seen"

    def _look_at_permissions(self) -> str:
        """Ask each credential for one thing of each kind: of several tokens chance takes one."""
        working, repository = self._working(), self._seen_repository()
        lacking = [
            f"{credential.name} lacks {what}"
            for credential in working
            for what in self._lacks(credential, repository)
        ]
        if lacking:
            message = f"{'; '.join(lacking)}: grant it, read-only is enough."
            raise ConfigurationError(message)
        seen = f"{', '.join((*OF_REPOSITORY, 'members'))} can be read"
        answers = [answer for answer in self._accepted.values() if answer is not None]
        is_said = all(scopes_of(answer.headers) is not None for answer in answers)
        return seen if is_said else f"{seen}; where the permission for members is missing, the public ones"

    def _lacks(self, credential: Credential, repository: str) -> Iterator[str]:
        answer = self._accepted[credential]
        held = None if answer is None else scopes_of(answer.headers)
        if held is not None:  # a classic token: without its scopes GitHub shows less, and says nothing
            if not held & READS_CODE:
                yield "the scope repo"
            if not held & READS_MEMBERS:
                yield "the scope read:org"
        asked = {name: f"repos/{quote(repository)}/{path}" for name, path in OF_REPOSITORY.items()}
        for name, path in {**asked, "members": f"orgs/{quote(self._owner)}/members"}.items():
            if reason := self._refusal(path, credential):
                yield f"{name} ({reason})"

    def _refusal(self, path: str, credential: Credential) -> str:
        """Return why something may not be read; what is empty, switched off, or a user's members, may be."""
        try:
            self._inquiry.get(path, credential, ONE)
        except RepositoryError as error:
            is_off = path.startswith("orgs/") or (path.endswith("/pulls") and not self._has_pulls)
            is_harmless = error.status == CONFLICT or (error.status == NOT_FOUND and is_off)
            return "" if is_harmless else error.reason
        return ""

    def _look_at_graphql(self) -> str:
        try:
            for credential in self._working():
                self._inquiry.graphql(GRAPHQL, credential)
        except GraphQLError as error:
            message = f"{error} Set use_graphql to false where that is meant: REST then costs more points."
            raise ConfigurationError(message) from None
        return "answers"

    def _look_at_clone(self) -> str:
        """Ask git itself: it goes to another host than the API, with certificates of its own."""
        check_git()
        credential, repository = self._working()[0], self._seen_repository()
        url = f"{self._inquiry.addresses.web}/{repository}.git"
        with shown(credential.token.reveal(), url) as secrets:
            done = run_while_it_talks(
                ["ls-remote", url, "HEAD"],
                {**environment(os.environ), **secrets.variables},
                silence_seconds=GIT_SECONDS,
                inherited=secrets.descriptors,
            )
        if done.status:
            raise fetch_error(url, done.complaint)
        return f"git can read {url}"

    def _working(self) -> Sequence[Credential]:
        if not self._accepted:
            message = f"first mend: credential for {self._owner}"
            raise UnknownError(message)
        return list(self._accepted)

    def _seen_repository(self) -> str:
        if self._repository is None:
            message = f"no repository of {self._owner} is seen to try it with"
            raise UnknownError(message)
        return self._repository


def _expiration(answer: Answer | None) -> str:
    expires_at = expiration_of(answer.headers) if answer else None
    return f" (until {expires_at:%Y-%m-%d %H:%M} UTC)" if expires_at else ""


def _resources(answer: Answer, *, with_graphql: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return the allowances that a run needs, by their names for people."""
    known = {"REST": "core", **({"GraphQL": "graphql"} if with_graphql else {})}
    resources = answer.body["resources"]
    return [(name, resources[key]) for name, key in known.items() if key in resources]
