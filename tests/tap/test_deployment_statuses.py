"""Statuses of deployments come by GraphQL where it has proved to tell what REST tells."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generator.node_ids import node_id, node_id_in
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.node_ids import number_in
from tap_github_custom.reading.bots import Bots
from tap_github_custom.reading.deployment_statuses import (
    CONFIRMATIONS,
    DIFFERENT,
    EQUAL,
    DeploymentStatuses,
    StatusProof,
)
from tap_github_custom.reading.graphql_children import Learnt
from tap_github_custom.reading.review_comments import ReviewComments
from tap_github_custom.reading.source import Source
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering
from .running import run_tap, selecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox.servers import Server

Json = dict[str, Any]

REPOSITORY_ID = 797346890
ONE = Repository(REPOSITORY_ID, "R_1", "made/one", "made", "made", "main")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("PRRC_kwDOL4aMSs6Tkzl8", 2475899260),  # as GitHub gave them out
        ("MDE2OkRlcGxveW1lbnRTdGF0dXMx", 1),
        (node_id_in(REPOSITORY_ID, "DES", 2**53 + 1), 2**53 + 1),
        (node_id("DeploymentStatus", 77), 77),
        (node_id("Deployment", 77), None),
        (node_id_in(REPOSITORY_ID + 1, "DES", 5), None),
        (node_id_in(REPOSITORY_ID, "DES", "5"), None),
        ("DES_1", None),
        ("DES_%%%", None),
        ("", None),
        ("_", None),
        ("é", None),
    ],
)
def test_numbers_are_taken_out_of_node_ids_of_known_forms_only(text: str, number: int | None) -> None:
    """Another type, another repository or another form is no number."""
    assert number_in(text, "DeploymentStatus", REPOSITORY_ID) == number


@dataclass
class Statuses:
    """Deployments 1 to 6, each with a status as REST shows it, and how GraphQL shows it."""

    proof: StatusProof = field(default_factory=StatusProof)
    in_graphql: Callable[[Json], Json | None] = dict
    has_more: bool = False
    has_none: bool = False
    problems: list[Json] = field(default_factory=list)
    most: int = 100
    """Of how many deployments GraphQL tells at a time."""
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    def read(self) -> list[list[tuple[int, str, str]]]:
        """Return id, state and creator of the statuses of each deployment."""
        client = Client(
            ClientSettings(api_url=self.url, retry_seconds=0.1), TokenCredentials([Secret("none")])
        )
        learnt = Learnt(ReviewComments(), Bots(), self.proof)
        with ThreadPoolExecutor(2) as pool:
            source = Source(client, pool, 2, ONE, frozenset(), None)
            found = DeploymentStatuses(source, learnt, use_graphql=True).of(
                [{"id": number, "node_id": f"DE_{number}"} for number in range(1, 7)]
            )
        return [
            [(each["id"], each["state"], each["creator"]["login"]) for each in some or ()] for some in found
        ]

    @property
    def asked_by_rest(self) -> int:
        """Return how many requests went to REST."""
        return sum(each.method == "GET" for each in self.asked)

    def tell(self, asked: Asked) -> Told:
        """Answer as GitHub does."""
        if asked.method == "GET":
            return Told(body=[rest_status(int(asked.path.split("/")[-2]))])
        nodes = []
        numbers = [int(each[3:]) for each in json.loads(asked.body)["variables"]["ids"]]
        if len(numbers) > self.most:
            return Told(502, b"<html></html>")
        for number in numbers:
            rest = rest_status(number)
            status = {
                "id": rest["node_id"],
                "state": rest["state"].upper(),
                "environment": rest["environment"],
                "createdAt": rest["created_at"],
                "creator": {"__typename": "User", "login": "ada", "databaseId": 901},
            }
            shown = [] if self.has_none else [self.in_graphql(status)]
            page = {"pageInfo": {"hasNextPage": self.has_more}, "nodes": shown}
            nodes.append({"statuses": page})
        return Told(body={"data": {"nodes": nodes}, "errors": self.problems})


def rest_status(number: int) -> Json:
    """Return the one status of a deployment."""
    return {
        "id": 10_000_000_000 + number,
        "node_id": node_id_in(REPOSITORY_ID, "DES", 10_000_000_000 + number),
        "state": "in_progress",
        "environment": "production",
        "created_at": f"2026-03-0{number}T12:00:00Z",
        "creator": {"login": "ada", "id": 901, "type": "User"},
    }


TRUTH = [[(10_000_000_000 + number, "in_progress", "ada")] for number in range(1, 7)]


@contextmanager
def served(statuses: Statuses) -> Iterator[Statuses]:
    """Serve the statuses until the block ends."""
    with answering(statuses.tell) as server:
        statuses.url, statuses.asked = server.url, server.asked
        yield statuses


def test_three_comparisons_are_proof_enough() -> None:
    """Then REST is asked no more, nor in a later run that knows of the proof."""
    with served(Statuses()) as statuses:
        assert statuses.read() == TRUTH
        assert statuses.proof.settled == EQUAL
        assert statuses.asked_by_rest == CONFIRMATIONS
        statuses.proof = StatusProof(EQUAL)
        assert statuses.read() == TRUTH
        assert statuses.asked_by_rest == CONFIRMATIONS


@pytest.mark.parametrize(
    "change",
    [
        {"state": "SUCCESS"},
        {"id": node_id_in(REPOSITORY_ID, "DES", 5)},
        {"environment": "staging"},
        {"createdAt": "2026-03-01T12:00:01Z"},
        {"creator": {"__typename": "User", "login": "eve", "databaseId": 1}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_difference_ends_it_for_good(change: Json) -> None:
    """Every status comes by REST, and GraphQL is not even asked next time."""
    with served(Statuses(in_graphql=lambda status: status | change)) as statuses:
        assert statuses.read() == TRUTH
        assert statuses.proof.settled == DIFFERENT
        statuses.asked.clear()
        statuses.proof = StatusProof(DIFFERENT)
        assert statuses.read() == TRUTH
        assert statuses.asked_by_rest == len(statuses.asked) == len(TRUTH)


def test_a_silence_is_a_difference_too() -> None:
    """GraphQL shows no status at all, perhaps for want of a permission, and REST does."""
    with served(Statuses(has_none=True)) as statuses:
        assert statuses.read() == TRUTH
        assert statuses.proof.settled == DIFFERENT


BOT = {"__typename": "Bot", "login": "deployer", "databaseId": 5}
NO_STATUS: dict[str, Statuses] = {
    "no number": Statuses(StatusProof(EQUAL), lambda status: status | {"id": "DES_1"}),
    "no account": Statuses(StatusProof(EQUAL), lambda status: status | {"creator": None}),
    "deleted account": Statuses(
        StatusProof(EQUAL),
        lambda status: status | {"creator": {**BOT, "__typename": "User", "login": "ghost"}},
    ),
    "unknown bot": Statuses(StatusProof(EQUAL), lambda status: status | {"creator": BOT}),
    "no environment": Statuses(StatusProof(EQUAL), lambda status: status | {"environment": None}),
    "null": Statuses(StatusProof(EQUAL), lambda _: None),
    "further pages": Statuses(StatusProof(EQUAL), has_more=True),
    "an error": Statuses(StatusProof(EQUAL), problems=[{"type": "FORBIDDEN", "message": "No"}]),
}


@pytest.mark.parametrize("name", NO_STATUS)
def test_what_graphql_does_not_say_rest_does(name: str) -> None:
    """A status that is not whole is asked for again, and nothing is lost."""
    with served(NO_STATUS[name]) as statuses:
        assert statuses.read() == TRUTH
        assert statuses.asked_by_rest == len(TRUTH)
        assert statuses.proof.settled == EQUAL


def test_questions_that_are_too_large_are_halved() -> None:
    """REST need not help."""
    with served(Statuses(StatusProof(EQUAL), most=2)) as statuses:
        assert statuses.read() == TRUTH
        assert statuses.asked_by_rest == 0


def test_deployments_cost_a_page_and_not_a_request_each(github: Server, tmp_path: Path) -> None:
    """In a whole run of hundreds of deployments; what was proved stands in the state."""
    output = run_tap(github, tmp_path, organizations=["lantern-works"], concurrency=2)
    deployments = output.of("deployment")
    assert len(deployments) > 100
    asked = [each for each in github.requests() if each["path"].endswith("/statuses")]
    assert len(asked) <= 2 * CONFIRMATIONS
    assert output.state["bookmarks"]["repository"]["deployment_statuses"] == EQUAL


@pytest.mark.parametrize("use_graphql", [True, False])
def test_a_deployment_that_is_deleted_meanwhile_costs_no_other(
    github: Server, tmp_path: Path, *, use_graphql: bool
) -> None:
    """It stands in the list, but has no statuses any more; it is left out."""
    run: dict[str, Any] = {"repositories": ["lantern-works/platform"], "use_graphql": use_graphql}
    run["catalog"] = selecting("deployment", "deployment_status")
    before = run_tap(github, tmp_path, **run)
    gone, *others = (row["id"] for row in before.of("deployment"))
    github.add_fault(path=f"/deployments/{gone}/statuses$", status=404, body="{}", times=None)
    after = run_tap(github, tmp_path, **run)
    assert not after.skipped
    assert [row["id"] for row in after.of("deployment")] == others


def test_a_repository_that_is_gone_meanwhile_is_no_deployment(github: Server, tmp_path: Path) -> None:
    """Its deployments are not taken as read."""
    run: dict[str, Any] = {"organizations": ["lantern-works"], "use_graphql": False}
    github.add_fault(
        path="/repos/lantern-works/platform(/deployments/.*)?$", status=404, body="{}", times=None
    )
    output = run_tap(github, tmp_path, catalog=selecting("deployment", "deployment_status"), **run)
    assert "lantern-works/platform" in output.skipped


@pytest.mark.parametrize("use_graphql", [True, False])
def test_deployments_that_are_all_gone_at_once_are_not_left_out(
    github: Server, tmp_path: Path, *, use_graphql: bool
) -> None:
    """It is a permission or a proxy: the repository is named as skipped, instead of losing them silently."""
    run: dict[str, Any] = {"repositories": ["lantern-works/platform"], "use_graphql": use_graphql}
    github.add_fault(path="/deployments/[0-9]+/statuses$", status=404, body="{}", times=None)
    output = run_tap(github, tmp_path, catalog=selecting("deployment", "deployment_status"), **run)
    assert "/statuses" in output.skipped["lantern-works/platform"]
