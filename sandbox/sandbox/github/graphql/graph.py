"""The graph: which object of GraphQL stands for which row of the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.graphql.accounts import ACTORS, Organization
from sandbox.github.graphql.commits import Commit
from sandbox.github.graphql.pull_requests import PullRequest, Review
from sandbox.github.graphql.repositories import Repository
from sandbox.github.graphql.shipping import Deployment, DeploymentStatus, Release

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.github.dataset import Dataset
    from sandbox.github.dataset import Organization as RecordedOrganization
    from sandbox.github.graphql.rows import Row
    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository as RecordedRepository

GHOST, USER = "ghost", "User"


class Graph:
    """Objects over one state of the data."""

    def __init__(self, data: Dataset) -> None:
        """Read nothing yet."""
        self.data = data
        self._found: dict[str, Row] = {}
        self._rest = self._every_node()

    def node(self, node_id: str) -> Row | None:
        """Return what has a node id; kinds that are asked for often are looked through first."""
        while node_id not in self._found:
            following = next(self._rest, None)
            if following is None:
                return None
            self._found[following.id] = following
        return self._found[node_id]

    def actor(self, row: Json | None) -> Row | None:
        """Return an account as the author of something, or None for who has been deleted."""
        if row is None or row["login"] == GHOST:
            return None
        return self._account(row)

    def user(self, row: Json | None) -> Row | None:
        """Return an account where GraphQL wants a user, be it a bot."""
        return None if row is None else ACTORS[USER](self, row)

    def owner(self, row: Json) -> Row:
        """Return the owner of repositories."""
        organization = self.data.organization_by_login.get(row["login"].lower())
        return self.organization(organization) if organization else ACTORS[USER](self, row)

    def organization(self, organization: RecordedOrganization) -> Organization:
        """Return an organisation of the data folder."""
        return Organization(self, organization.recorded, organization)

    def repository(self, found: RecordedRepository) -> Repository:
        """Return a repository of the data folder."""
        return Repository(self, found.recorded, found)

    def fork(self, row: Json | None) -> Repository | None:
        """Return a repository of which only its own object is known, or None where it was deleted."""
        if row is None:
            return None
        known = self.data.repository_by_id.get(row["id"])
        return self.repository(known) if known else Repository(self, row, None)

    def _every_node(self) -> Iterator[Row]:
        yield from (self.organization(each) for each in self.data.organizations)
        repositories = [self.repository(each) for each in self.data.repository_by_id.values()]
        yield from repositories
        readable = [(node, node.found) for node in repositories if node.found and not node.is_refused]
        for node, found in readable:
            yield from (PullRequest(node, row) for row in found.pulls.values())
        for organization in self.data.organizations:
            yield from (self._account(row) for row in organization.people.values())
        for node, found in readable:
            for number in found.reviews.keys() & found.pulls.keys():
                pull = PullRequest(node, found.pulls[number])
                yield from (Review(pull, row) for row in found.reviews[number])
        for node, found in readable:
            yield from self._shipped(node, found)
            yield from (Commit(node, sha) for sha in found.history.commits)

    def _account(self, row: Json) -> Row:
        return ACTORS.get(row.get("type", USER), ACTORS[USER])(self, row)

    def _shipped(self, node: Repository, found: RecordedRepository) -> Iterator[Row]:
        for row in found.deployments:
            deployment = Deployment(node, row)
            yield deployment
            for status in found.deployment_statuses.get(row["id"], []):
                yield DeploymentStatus(deployment, status)
        yield from (Release(node, row) for row in found.releases)
