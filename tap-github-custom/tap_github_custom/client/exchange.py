"""One question until its answer: turns, limits, retries, redirects."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tap_github_custom.client.allowance import Limit
from tap_github_custom.client.answer import Answer
from tap_github_custom.client.health import Health
from tap_github_custom.client.notices import Notices
from tap_github_custom.client.progress import MAX_LIMITED, Progress
from tap_github_custom.client.transport import LostError, Request, Transport
from tap_github_custom.client.verdict import (
    Failed,
    Limited,
    Moved,
    Refused,
    Rejected,
    Success,
    Verdict,
    server_time,
)
from tap_github_custom.errors import (
    ClosedError,
    LimitedError,
    RepositoryError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_github_custom.client.addresses import Addresses
    from tap_github_custom.client.answer import Reply
    from tap_github_custom.client.limiter import Limiter, Resource, Turn
    from tap_github_custom.client.settings import ClientSettings
    from tap_github_custom.client.usage import Usage
    from tap_github_custom.credentials import Credential

MAX_REDIRECTS = 5
TOLD_SECONDS = 5.0  # shorter waits, which pace the requests, are not worth a line
TOO_MANY_REDIRECTS = 310

logger = logging.getLogger("tap-github-custom")


@dataclass(frozen=True)
class Question:
    """A request, on whose behalf it is sent, and how its answers are judged."""

    request: Request
    organization: str
    resource: Resource
    candidates: Callable[[], Sequence[Credential]]
    reject: Callable[[Credential, str, int], None]
    judge: Callable[[Reply], Verdict]
    is_divisible: bool = False
    """Whether less at a time can be asked for instead."""
    redirects: int = 0


class Exchange:
    """Sends questions, at most `concurrency` at once. Safe to use from any thread."""

    def __init__(
        self, settings: ClientSettings, addresses: Addresses, limiter: Limiter, usage: Usage
    ) -> None:
        """Open nothing yet."""
        self._settings = settings
        self._addresses = addresses
        self._limiter = limiter
        self._usage = usage
        self._notices = Notices()
        self._transport = Transport(settings)
        self._in_flight = threading.BoundedSemaphore(settings.concurrency)
        self._closed = threading.Event()
        self._health = Health(addresses.rest, settings.outage_seconds)

    @property
    def ahead_seconds(self) -> float:
        """Return how far our clock is ahead of GitHub's, at most; nobody knows before the first answer."""
        return self._health.ahead_seconds if self._health.is_reached else 0.0

    def close(self) -> None:
        """End every wait with `ClosedError`, and close the connections."""
        self._closed.set()
        self._transport.close()

    def answer(self, question: Question) -> Answer:
        """Return the answer, or raise the `GitHubError` that says what the caller can do."""
        progress = Progress(self._settings.retry_seconds, question.is_divisible)
        while True:
            credential = self._turn(question, progress)
            progress.sent_at = time.monotonic()
            verdict, reply = self._attempt(question, credential)
            if isinstance(verdict, Success) and reply is not None:
                self._limiter.succeeded(credential, progress.sent_at, time.monotonic())
                return Answer(reply.status, verdict.body, reply.url, reply.headers)
            if isinstance(verdict, Limited):
                self._limited(question, credential, verdict, progress)
            else:
                question = self._after(question, credential, verdict, progress)

    def _after(
        self, question: Question, credential: Credential, verdict: Verdict, progress: Progress
    ) -> Question:
        """Return the question to ask next, after the wait that it takes; or raise."""
        if isinstance(verdict, Moved):
            return self._moved(question, verdict)
        if isinstance(verdict, Refused):
            raise verdict.error
        if isinstance(verdict, Rejected):
            self._rejected(question, credential, verdict, progress)
        elif isinstance(verdict, Failed):
            self._failed(question, verdict, progress)
        return question

    def _turn(self, question: Question, progress: Progress) -> Credential:
        """Return the credential that may be used now, after the waits that it takes.

        The candidates are asked for again after each wait: tokens may have been renewed in the meantime.
        """
        while True:
            self._check_open()
            turn = self._limiter.turn(question.candidates(), question.resource, time.monotonic())
            if not turn.wait_seconds:
                return turn.credential
            self._usage.check_budget()  # nobody waits for a request that may not be sent any more
            if turn.is_new_wait:
                self._tell(question, turn)
            since = time.monotonic()
            self._closed.wait(turn.wait_seconds)
            waited = time.monotonic() - since
            progress.pause(waited)
            self._health.pause(waited)

    def _tell(self, question: Question, turn: Turn) -> None:
        self._usage.add_wait(question.organization, question.resource, turn.wait_seconds)
        until = datetime.now(UTC) + timedelta(seconds=turn.wait_seconds)
        logger.log(
            logging.INFO if turn.wait_seconds >= TOLD_SECONDS else logging.DEBUG,
            "Waiting until %s UTC (%.0f s) for the limit of %s (%s).",
            f"{until:%Y-%m-%d %H:%M:%S}",
            turn.wait_seconds,
            turn.credential.name,
            question.resource,
        )

    def _attempt(self, question: Question, credential: Credential) -> tuple[Verdict, Reply | None]:
        try:
            self._usage.spend_request(question.organization, question.resource)
            with self._in_flight:
                self._check_open()
                reply = self._transport.send(question.request, credential.token)
            verdict = question.judge(reply)
            self._learn(question, credential, reply, verdict)
        except LostError as error:
            self._health.missed()
            return self._lost(question, error), None
        finally:
            # Only now, when what the answer says is known: else another thread would take the last point.
            self._limiter.give_back(credential, question.resource)
        return verdict, reply

    def _lost(self, question: Question, error: LostError) -> Failed:
        return Failed(
            0,
            f"{self._addresses.shown} does not answer: {error.reason}",
            is_heavy=error.is_timeout and question.resource == "graphql",
            is_unreachable=error.is_unreachable,
        )

    def _learn(self, question: Question, credential: Credential, reply: Reply, verdict: Verdict) -> None:
        self._health.saw(reply)
        if question.resource == "core":
            self._usage.add_points(question.organization, question.resource, 1)
        self._notices.read(credential, reply.headers)
        stated = Limit.of(reply.headers, server_time(reply.headers))
        # What a 401 states is the limit of clients without a credential: 60, or nothing at all.
        if stated and not isinstance(verdict, Rejected):
            self._usage.see_limit(question.organization, question.resource, stated)
            self._limiter.learn(credential, question.resource, stated, time.monotonic())

    def _moved(self, question: Question, verdict: Moved) -> Question:
        url = question.request.url
        if question.redirects >= MAX_REDIRECTS:
            raise RepositoryError(TOO_MANY_REDIRECTS, f"More than {MAX_REDIRECTS} redirects in a row", url)
        target = self._addresses.check(self._addresses.target(url, verdict.location), "redirects to")
        # Its query is part of the location: the parameters must not be added once more.
        request = replace(question.request, url=target, params={})
        return replace(question, request=request, redirects=question.redirects + 1)

    def _limited(
        self, question: Question, credential: Credential, verdict: Limited, progress: Progress
    ) -> None:
        """Block the credential; the wait itself is that for the next turn, outside the retries."""
        progress.limited += 1
        if progress.limited > MAX_LIMITED:
            message = f"GitHub refused one request {MAX_LIMITED} times for the limits of {credential.name}."
            raise LimitedError(message)
        now = time.monotonic()
        if verdict.seconds is None:
            jitter = random.random()  # noqa: S311 - jitter is no secret
            self._limiter.block_secondary(credential, jitter, progress.sent_at, now)
            return
        # A reset that lies in the past must not become a busy loop.
        seconds = max(verdict.seconds, 0.0 if progress.limited == 1 else 2.0 ** (progress.limited - 2))
        resource = None if verdict.is_for_all_resources else question.resource
        self._limiter.block(credential, resource, seconds, now)

    def _rejected(
        self, question: Question, credential: Credential, rejected: Rejected, progress: Progress
    ) -> None:
        """Wait until all of GitHub knows a new token; of any other, pass on that it is refused."""
        is_settling = progress.sent_at < credential.settled_at
        wait_seconds = progress.settling.next_wait_seconds() if is_settling else None
        if wait_seconds is None:
            progress.rejected += 1
            reason = self._notices.why_rejected(credential, rejected.reason)
            question.reject(credential, reason, progress.rejected)
            return
        logger.info(
            "GitHub does not know the new token of %s yet (%s); trying again in %.1f s.",
            credential.name,
            rejected.reason,
            wait_seconds,
        )
        self._usage.add_retry(question.organization, question.resource)
        self._closed.wait(wait_seconds)

    def _failed(self, question: Question, failed: Failed, progress: Progress) -> None:
        patience = progress.patience(failed, is_first_contact=not self._health.is_reached)
        wait_seconds = patience.next_wait_seconds(failed.after_seconds)
        if wait_seconds is None:
            raise self._health.why_given_up(failed, patience.failures, question.request.url)
        logger.info("%s; trying again in %.1f s (%s).", failed.reason, wait_seconds, question.request.url)
        self._usage.add_retry(question.organization, question.resource)
        self._closed.wait(wait_seconds)

    def _check_open(self) -> None:
        if self._closed.is_set():
            message = "The run ends."
            raise ClosedError(message)
