"""The client of one GitHub: REST, pages and GraphQL on behalf of an organisation."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tap_github_custom.client.addresses import Addresses
from tap_github_custom.client.exchange import Exchange, Question
from tap_github_custom.client.graphql_verdict import judge_graphql
from tap_github_custom.client.limiter import Limiter, Resource
from tap_github_custom.client.pages import Met, items_of, next_url, paged, unlinked_url
from tap_github_custom.client.transport import Request
from tap_github_custom.client.usage import Usage
from tap_github_custom.client.verdict import judge
from tap_github_custom.errors import (
    AuthenticationError,
    GraphQLError,
    GraphQLUnavailableError,
    RepositoryError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tap_github_custom.client.answer import Answer, GraphQLAnswer, Reply
    from tap_github_custom.client.settings import ClientSettings
    from tap_github_custom.client.verdict import Verdict
    from tap_github_custom.credentials import Credential, Credentials, Secret

Json = dict[str, Any]

logger = logging.getLogger("tap-github-custom")


class Client:
    """Answers questions about an organisation with its credentials. Safe to use from any thread."""

    def __init__(self, settings: ClientSettings, credentials: Credentials) -> None:
        """Check `api_url`; nothing is sent yet."""
        self._addresses = Addresses.of(settings.api_url)
        self._credentials = credentials
        self.usage = Usage(settings.max_requests)
        self._exchange = Exchange(settings, self._addresses, Limiter(settings), self.usage)
        self._without_graphql: set[str] = set()

    def get(self, path: str, *, organization: str, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return the answer to a path below `api_url`, or to a URL of its host.

        Raises `RepositoryError` where it cannot be read; see `errors` for what ends the run.
        """
        url = self._addresses.check(self._addresses.url(path), "names")
        return self._ask(Request("GET", url, params or {}), organization, "core", judge)

    def pages(
        self,
        path: str,
        *,
        organization: str,
        params: Mapping[str, str | int] | None = None,
    ) -> Iterator[list[Json]]:
        """Yield the pages of a list, along its links."""
        for answer in self.answers(path, organization=organization, params=params):
            yield items_of(answer)

    def answers(
        self, path: str, *, organization: str, params: Mapping[str, str | int] | None = None
    ) -> Iterator[Answer]:
        """Yield an answer and, along its links, those that continue it."""
        answer = self.get(path, organization=organization, params=params)
        yield answer
        yield from self.following(answer, organization=organization)

    def following(self, answer: Answer, *, organization: str) -> Iterator[Answer]:
        """Yield the answers that continue one, along its links.

        A full page without a Link header, which a proxy may have taken away, is followed by the next by its
        number. GitHub sends none where a list ends with its first page: one that is full to the last item
        costs a request more. Links that lead on beyond the end, page after page, are not followed for ever.
        Raises `RepositoryError` where a page comes in the place of another one.
        """
        first_url, seen, met = answer.url, {answer.url}, Met(answer)
        while True:
            link = next_url(answer.headers.get("link", ""))
            url = unlinked_url(answer) if link is None else self._addresses.page(answer.url, link)
            if url is None:
                return
            if url in seen:
                raise RepositoryError(answer.status, "The pages of the list lead back to one another", url)
            seen.add(url)
            # The link is a whole question: its parameters must not be sent once more.
            following = self.get(url, organization=organization)
            if link is None and (following.body == answer.body or not paged(following.body)[0]):
                return
            if met.is_all_of(following):
                following = self.get(url, organization=organization)
                # Where the list has moved by a page meanwhile, what is new stands on its first.
                if met.is_all_of(following) and met.is_all_of(self.get(first_url, organization=organization)):
                    raise RepositoryError(following.status, "A page of the list repeats former ones", url)
            met.add(following)
            answer = following
            yield answer
            if met.is_over:
                logger.warning("A list is taken to be over, though its pages lead on without end: %s", url)
                return

    def graphql(
        self,
        document: str,
        variables: Mapping[str, Any],
        *,
        organization: str,
        is_divisible: bool = False,
    ) -> GraphQLAnswer:
        """Return the answer to a GraphQL query; its data may be partial, see `errors` of the answer.

        Raises `GraphQLTooLargeError` where less at a time may succeed, and soon where that can be asked for
        (IS_DIVISIBLE); `GraphQLUnavailableError` where only REST will, `RepositoryError` where there is no
        token. A document that asks for `rateLimit { cost }` has its cost counted.
        """
        body = {"query": document, "variables": dict(variables)}
        request = Request("POST", self._addresses.graphql, json=body)
        try:
            asked = self._ask(request, organization, "graphql", judge_graphql, is_divisible=is_divisible)
            answer: GraphQLAnswer = asked.body
        except GraphQLUnavailableError as error:
            self._lose_graphql(organization, error)
            raise
        except RepositoryError as error:  # after all retries: REST may know what GraphQL does not
            self._candidates(organization)  # raises where a token is what cannot be had: REST needs one, too
            message = f"GraphQL does not answer: {error.reason}"
            raise GraphQLError(message) from error
        cost = (answer.data.get("rateLimit") or {}).get("cost", 1)
        self.usage.add_points(organization, "graphql", cost if isinstance(cost, int) else 1)
        return answer

    def has_graphql(self, organization: str) -> bool:
        """Tell whether GraphQL has never turned away an organisation: it may answer others all the same."""
        return organization.casefold() not in self._without_graphql

    def _lose_graphql(self, organization: str, error: GraphQLUnavailableError) -> None:
        if self.has_graphql(organization):
            self._without_graphql.add(organization.casefold())
            logger.warning("%s is read without GraphQL: %s", organization, error)

    @property
    def clock_ahead(self) -> timedelta:
        """Return how far our clock is ahead of GitHub's, at most, by the answers so far."""
        return timedelta(seconds=self._exchange.ahead_seconds)

    @property
    def host(self) -> str:
        """Return the host of this GitHub."""
        return urlsplit(self._addresses.web).hostname or ""

    def clone_url(self, full_name: str) -> str:
        """Return the URL that git clones a repository from."""
        return f"{self._addresses.web}/{full_name}.git"

    def token(self, organization: str) -> Secret:
        """Return a token that is valid for an organisation now, for git."""
        return self._candidates(organization)[0].token

    def payers(self, organization: str) -> frozenset[str]:
        """Return the names of the credentials that pay for an organisation's requests."""
        return frozenset(credential.name for credential in self._candidates(organization))

    def close(self) -> None:
        """Close the connections; whoever still waits for a limit gets `ClosedError`."""
        self._exchange.close()

    def _ask(
        self,
        request: Request,
        organization: str,
        resource: Resource,
        judgement: Callable[[Reply], Verdict],
        *,
        is_divisible: bool = False,
    ) -> Answer:
        question = Question(
            request=request,
            organization=organization,
            resource=resource,
            candidates=partial(self._candidates, organization),
            reject=partial(self._credentials.reject, organization),
            judge=judgement,
            is_divisible=is_divisible,
        )
        return self._exchange.answer(question)

    def _candidates(self, organization: str) -> Sequence[Credential]:
        return self._credentials.usable(organization, partial(self._ask_as, organization))

    def _ask_as(self, organization: str, method: str, path: str, sign: Callable[[], Credential]) -> Any:  # noqa: ANN401
        """Ask with what is no candidate, such as an App's own signature, made anew for each attempt."""
        question = Question(
            request=Request(method, self._addresses.url(path)),
            organization=organization,
            resource="core",
            candidates=lambda: (sign(),),
            reject=_refuse,
            judge=judge,
        )
        return self._exchange.answer(question).body


def _refuse(credential: Credential, reason: str, times: int) -> None:  # noqa: ARG001 - the callback's shape
    raise AuthenticationError(reason)
