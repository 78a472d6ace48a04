"""Asks GitHub once: a doctor neither waits for limits nor tries again, except with a token just made."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_github_custom.client import Answer, ClientSettings, GraphQLAnswer
from tap_github_custom.client.addresses import Addresses
from tap_github_custom.client.graphql_verdict import judge_graphql
from tap_github_custom.client.patience import Patience
from tap_github_custom.client.transport import LostError, Request, Transport
from tap_github_custom.client.verdict import (
    SERVER_ERROR,
    Failed,
    Limited,
    Refused,
    Rejected,
    Success,
    content_type,
    judge,
)
from tap_github_custom.errors import AuthenticationError, ConfigurationError, LimitedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_github_custom.client.answer import Reply
    from tap_github_custom.client.verdict import Verdict
    from tap_github_custom.credentials import Credential, Secret

TIMEOUT_SECONDS = 10.0
MAX_REDIRECTS = 5
FREE_PATH = "rate_limit"  # costs no point, and answers anonymous clients too


class Inquiry:
    """One GitHub, asked with a credential that is given."""

    def __init__(self, api_url: str) -> None:
        """Check `api_url`; nothing is sent yet."""
        self.addresses = Addresses.of(api_url)
        self._transport = Transport(ClientSettings(api_url=api_url, timeout_seconds=TIMEOUT_SECONDS))

    def reach(self) -> Reply:
        """Return what the API answers to somebody without a credential; a refusal is an answer as well."""
        reply = self._send(Request("GET", self.addresses.url(FREE_PATH)), None)
        if reply.status >= SERVER_ERROR:
            message = f"{self.addresses.shown} answered {reply.status}: wait, or see GitHub's status page."
            raise UnreachableError(message)
        if "json" not in content_type(reply):
            message = (
                f"{self.addresses.rest} answered {reply.status} with {content_type(reply)}: api_url is not "
                "that of an API; GitHub Enterprise Server's ends in /api/v3."
            )
            raise ConfigurationError(message)
        return reply

    def get(self, path: str, credential: Credential, params: Mapping[str, str | int] | None = None) -> Answer:
        """Return the answer to a path below `api_url`, or raise the `GitHubError` that keeps it back."""
        return self._ask(Request("GET", self.addresses.url(path), params or {}), credential, judge)

    def ask(self, method: str, path: str, sign: Callable[[], Credential]) -> Any:  # noqa: ANN401 - decoded JSON
        """Return the decoded body; this is the `Ask` of the credentials."""
        return self._ask(Request(method, self.addresses.url(path)), sign(), judge).body

    def graphql(self, document: str, credential: Credential) -> GraphQLAnswer:
        """Return the answer to a GraphQL query."""
        request = Request("POST", self.addresses.graphql, json={"query": document, "variables": {}})
        answer: GraphQLAnswer = self._ask(request, credential, judge_graphql).body
        return answer

    def _send(self, request: Request, token: Secret | None) -> Reply:
        try:
            return self._transport.send(request, token)
        except LostError as error:
            message = f"{self.addresses.shown} does not answer: {error.reason}; check api_url and the proxy."
            raise UnreachableError(message) from None

    def _ask(self, request: Request, credential: Credential, judgement: Callable[[Reply], Verdict]) -> Answer:
        for _ in range(MAX_REDIRECTS):
            reply, verdict = self._settled(request, credential, judgement)
            if isinstance(verdict, Success):
                return Answer(reply.status, verdict.body, reply.url, reply.headers)
            if isinstance(verdict, Refused):
                raise verdict.error
            if isinstance(verdict, Rejected):
                raise AuthenticationError(verdict.reason)
            if isinstance(verdict, Limited):
                raise LimitedError(_limited(credential, verdict))
            if isinstance(verdict, Failed):
                message = f"{verdict.reason}: wait, or see GitHub's status page."
                raise UnreachableError(message)
            target = self.addresses.check(self.addresses.target(reply.url, verdict.location), "redirects to")
            request = replace(request, url=target, params={})
        message = f"{request.url} redirects more than {MAX_REDIRECTS} times."
        raise UnreachableError(message)

    def _settled(
        self, request: Request, credential: Credential, judgement: Callable[[Reply], Verdict]
    ) -> tuple[Reply, Verdict]:
        """Return what is answered once all of GitHub should know a new token."""
        patience = Patience(credential.settled_at - time.monotonic())
        while True:
            reply = self._send(request, credential.token)
            verdict = judgement(reply)
            wait_seconds = patience.next_wait_seconds() if isinstance(verdict, Rejected) else None
            if wait_seconds is None:
                return reply, verdict
            time.sleep(wait_seconds)


def _limited(credential: Credential, verdict: Limited) -> str:
    when = "a while" if verdict.seconds is None else f"{verdict.seconds:.0f} s"
    return f"GitHub's limit for {credential.name} is used up: wait {when}, or add tokens to auth_tokens."
