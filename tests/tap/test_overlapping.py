"""What moves on to the next page while a list is read comes once all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.emission import Rows
from tap_github_custom.reading.bots import Bots
from tap_github_custom.reading.deployment_statuses import DeploymentStatuses, StatusProof
from tap_github_custom.reading.deployments import Deployments
from tap_github_custom.reading.graphql_children import Learnt
from tap_github_custom.reading.releases import Releases
from tap_github_custom.reading.review_comments import ReviewComments
from tap_github_custom.reading.source import Source
from tap_github_custom.repository import Repository

from .answering import Asked, Told, answering
from .made import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_github_custom.emission import Emission

ONE = Repository(1, "R_1", "made/one", "made", "made", "main")
PAGES = ((4, 3), (3, 2), (2, 1))


def tell(asked: Asked) -> Told:
    """Answer with a list whose pages begin with what the one before ended with."""
    path, _, query = asked.path.partition("?")
    if not path.endswith(("/deployments", "/releases")):
        return Told(body=[])
    number = int(query.partition("page=")[2]) if query.startswith("page=") else 1
    link = f'<{path}?page={number + 1}>; rel="next"' if number < len(PAGES) else ""
    return Told(body=[_made(identity) for identity in PAGES[number - 1]], headers={"link": link})


def _made(identity: int) -> dict[str, Any]:
    deployment = {"sha": "1", "ref": "main", "task": "deploy", "environment": "prod", "creator": None}
    release = {"tag_name": f"v{identity}", "draft": True, "prerelease": False, "name": None}
    return {
        "id": identity,
        "node_id": f"N{identity}",
        "created_at": moment(identity),
        **deployment,
        **release,
    }


@contextmanager
def source(*streams: str) -> Iterator[tuple[Source, list[Asked]]]:
    """Give a repository to read from, and what it is asked."""
    with answering(tell) as server, ThreadPoolExecutor(1) as pool:
        client = Client(ClientSettings(api_url=server.url), TokenCredentials([Secret("none")]))
        yield Source(client, pool, 1, ONE, frozenset(streams), None), server.asked


def ids(emissions: Iterable[Emission]) -> list[int]:
    """Return the ids of rows, in their order."""
    return [row["id"] for emission in emissions if isinstance(emission, Rows) for row in emission.rows]


def test_a_deployment_comes_once() -> None:
    """Its statuses are asked for once, too."""
    learnt = Learnt(ReviewComments(), Bots(), StatusProof())
    with source("deployment") as (read, asked):
        statuses = DeploymentStatuses(read, learnt, use_graphql=False)
        assert ids(Deployments(read, statuses).read(None)) == [4, 3, 2, 1]
        assert len([each for each in asked if "/statuses" in each.path]) == 4


def test_a_release_comes_once() -> None:
    """It is one row."""
    with source("release") as (read, _):
        assert ids(Releases(read).read(None)) == [4, 3, 2, 1]
