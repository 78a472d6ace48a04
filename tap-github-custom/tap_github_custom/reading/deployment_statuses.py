"""Reads the statuses of many deployments at once, where GraphQL has proved to tell the same as REST."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from tap_github_custom.documents import document
from tap_github_custom.errors import GONE_STATUSES, GraphQLError, GraphQLTooLargeError, RepositoryError
from tap_github_custom.node_ids import number_in
from tap_github_custom.prefetch import ordered
from tap_github_custom.reading.bots import STATUS

if TYPE_CHECKING:
    from tap_github_custom.reading.graphql_children import Learnt
    from tap_github_custom.reading.source import Source
    from tap_github_custom.repository import Json

logger = logging.getLogger("tap-github-custom")

CONFIRMATIONS = 3
EQUAL, DIFFERENT = "equal", "different"
STATUSES_PER_DEPLOYMENT = 20  # of those with more REST tells all
GHOST = "ghost"  # who was deleted; REST may call it so, or nobody
COMPARED = ("id", "state", "environment", "created_at")


class StatusProof:
    """Whether GraphQL tells deployments' statuses as REST does. Safe to use from any thread.

    GraphQL has no numbers of them but those inside node ids, which are nobody's promise. So some deployments
    are asked for both ways first; what came of it is kept in the state. One difference ends it for good.
    """

    def __init__(self, settled: str | None = None) -> None:
        """Take what an earlier run has found out."""
        self._confirmed = CONFIRMATIONS if settled == EQUAL else 0
        self._is_different = settled == DIFFERENT
        self._lock = threading.Lock()

    @property
    def settled(self) -> str | None:
        """Return what the state has to keep; None as long as it is not known."""
        if self._is_different:
            return DIFFERENT
        return EQUAL if self._confirmed >= CONFIRMATIONS else None

    @property
    def is_possible(self) -> bool:
        """Tell whether GraphQL is worth asking."""
        return not self._is_different

    @property
    def lacking(self) -> int:
        """Return how many comparisons are still to be made."""
        return max(CONFIRMATIONS - self._confirmed, 0)

    def compare(self, told: list[Json], truth: list[Json]) -> None:
        """Take note of the statuses of one deployment, as told by both."""
        with self._lock:
            if _compared(told) == _compared(truth):
                self._confirmed += bool(truth)
            else:
                self._is_different = True


class DeploymentStatuses:
    """Statuses in the shape of the REST API."""

    def __init__(self, source: Source, learnt: Learnt, *, use_graphql: bool) -> None:
        """Take where to read from."""
        self._source = source
        self._bots = learnt.bots
        self._proof = learnt.status_proof
        self._size = learnt.status_query_size
        self._use_graphql = use_graphql

    def of(self, deployments: list[Json]) -> list[list[Json] | None]:
        """Return the statuses of each deployment; None where it is gone by now.

        Raise where all of several are: that is a permission, or a proxy, rather than their end.
        """
        told: list[list[Json] | None] = [None] * len(deployments)
        if self._use_graphql and self._proof.is_possible and len(deployments) > 1:
            told = self._proved(deployments, self._told(deployments))
        lacking = [each for each, found in zip(deployments, told, strict=True) if found is None]
        by_rest = ordered(self._source.pool, self._by_rest, lacking, ahead=self._source.ahead)
        found = [next(by_rest) if each is None else each for each in told]
        gone = [each for each in found if isinstance(each, RepositoryError)]
        if len(gone) == len(found) > 1:
            raise gone[0]
        return [None if isinstance(each, RepositoryError) else each for each in found]

    def _proved(self, deployments: list[Json], told: list[list[Json] | None]) -> list[list[Json] | None]:
        """Return what GraphQL told once that is known to be right; compare some of it where it is not."""
        for index, deployment in enumerate(deployments):
            if not self._proof.lacking or not self._proof.is_possible:
                break
            found = told[index]
            if found is not None:
                truth = self._by_rest(deployment)
                if isinstance(truth, RepositoryError):
                    told[index] = None
                else:
                    told[index] = truth
                    self._proof.compare(found, truth)
        return told if self._proof.settled != DIFFERENT else [None] * len(told)

    def _told(self, deployments: list[Json]) -> list[list[Json] | None]:
        """Return the statuses as GraphQL tells them, for as many at a time as works; None where it cannot."""
        size = self._size.value if self._source.has_graphql else 0
        if 0 < size < len(deployments):
            return self._told(deployments[:size]) + self._told(deployments[size:])
        ids = [each.get("node_id") for each in deployments]
        unknown: list[list[Json] | None] = [None] * len(ids)
        if not size:
            return unknown
        variables = {"ids": ids, "statuses": STATUSES_PER_DEPLOYMENT}
        try:
            answer = self._source.graphql(
                document("deployment_statuses"), variables, is_divisible=len(ids) > 1
            )
        except GraphQLTooLargeError:
            self._size.halve(len(ids))
            return unknown if len(ids) == 1 else self._told(deployments)
        except GraphQLError as error:
            self._size.failed(self._source, error, "statuses of deployments")
            return unknown
        self._size.succeeded()
        nodes, problems = answer.data.get("nodes") or [], answer.problems_of("nodes")
        if None in problems or len(nodes) != len(ids):
            return unknown
        return [None if index in problems else self._statuses(node) for index, node in enumerate(nodes)]

    def _statuses(self, node: Json | None) -> list[Json] | None:
        page = (node or {}).get("statuses")
        if not page or page["pageInfo"]["hasNextPage"]:
            return None
        found = [self._status(each) if each else None for each in page["nodes"]]
        return None if None in found else found  # type: ignore[return-value] # there is no None

    def _status(self, node: Json) -> Json | None:
        """Return a status as REST shows it; None where GraphQL does not say enough."""
        creator: Any = node.get("creator")
        number = number_in(node["id"], "DeploymentStatus", self._source.repository.id)
        is_named = (
            creator
            and creator.get("databaseId") is not None
            and creator["login"] != GHOST
            and self._bots.knows(STATUS, [creator])
        )
        if number is None or not is_named or node.get("environment") is None:
            return None
        return {
            "id": number,
            "state": node["state"].lower(),
            "environment": node["environment"],
            "created_at": node["createdAt"],
            "creator": self._bots.account(STATUS, creator),
        }

    def _by_rest(self, deployment: Json) -> list[Json] | RepositoryError:
        """Return the statuses, or with what error GitHub says that the deployment is gone."""
        pages = self._source.pages(f"/deployments/{deployment['id']}/statuses")
        try:
            found = list({status["id"]: status for page in pages for status in page}.values())
        except RepositoryError as error:
            if error.status not in GONE_STATUSES:
                raise
            self._source.get("")  # which raises where it is the repository that is gone
            logger.info("Deployment %d is gone: %s", deployment["id"], error)
            return error
        self._bots.learn(STATUS, (status.get("creator") for status in found))
        return found


def _compared(statuses: list[Json]) -> list[list[Any]]:
    """Return what rows are made of, in an order of its own."""
    return sorted(
        [*(each.get(name) for name in COMPARED), (each.get("creator") or {}).get("login")]
        for each in statuses
    )
