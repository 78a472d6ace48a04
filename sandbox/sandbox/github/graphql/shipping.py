"""Deployments, their statuses, releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from sandbox.github.graphql.commits import Commit
from sandbox.github.graphql.connections import Connection, Order
from sandbox.github.graphql.rows import Row

if TYPE_CHECKING:
    from sandbox.github.graphql.repositories import Ref, Repository
    from sandbox.github.lines import Json

NEWEST_FIRST = Order(lambda each: [each.row["created_at"], each.row["id"]], descending=True)


class Deployment(Row):
    """A deployment."""

    typename = "Deployment"

    def __init__(self, repository: Repository, row: Json) -> None:
        """Take the deployment as REST shows it."""
        super().__init__(row)
        self.repository = repository

    @property
    def commit(self) -> Commit:
        """Return the commit that was deployed."""
        return Commit(self.repository, self.row["sha"])

    @property
    def commit_oid(self) -> str:
        """Return that commit's SHA."""
        return str(self.row["sha"])

    @property
    def creator(self) -> Row | None:
        """Return who deployed."""
        return self.repository.graph.actor(self.row.get("creator"))

    @property
    def payload(self) -> str:
        """Return what the deployment was given, as JSON text."""
        return msgspec.json.encode(self.row.get("payload")).decode()

    @property
    def latest_environment(self) -> str:
        """Return the environment that the newest status names."""
        return str(self.row["environment"])

    @property
    def ref(self) -> Ref | None:
        """Return the reference that was deployed, where it is one and still there."""
        return self.repository.ref(self.row["ref"])

    @property
    def state(self) -> str:
        """Return the state: an active deployment is one that succeeded last."""
        newest = self.latest_status
        if newest is None:
            return "PENDING"
        return "ACTIVE" if newest.state == "SUCCESS" else newest.state

    @property
    def latest_status(self) -> DeploymentStatus | None:
        """Return the newest status."""
        every = self._statuses()
        return every[0] if every else None

    def statuses(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of statuses, newest first."""
        return Connection(self._statuses(), NEWEST_FIRST, **bounds)

    def _statuses(self) -> list[DeploymentStatus]:
        found = self.repository.found
        rows = found.deployment_statuses.get(self.row["id"], []) if found else []
        return [DeploymentStatus(self, row) for row in rows]


class DeploymentStatus(Row):
    """A state that a deployment reached; GraphQL knows it by its node id only."""

    typename = "DeploymentStatus"

    def __init__(self, deployment: Deployment, row: Json) -> None:
        """Take the status as REST shows it."""
        super().__init__(row)
        self.deployment = deployment
        self.repository = deployment.repository

    @property
    def creator(self) -> Row | None:
        """Return who reported it."""
        return self.repository.graph.actor(self.row.get("creator"))

    @property
    def state(self) -> str:
        """Return the state in GraphQL's spelling."""
        return str(self.row["state"]).upper()


class Release(Row):
    """A release."""

    typename = "Release"

    def __init__(self, repository: Repository, row: Json) -> None:
        """Take the release as REST shows it."""
        super().__init__(row)
        self.repository = repository

    @property
    def author(self) -> Row | None:
        """Return who made it."""
        return self.repository.graph.user(self.row.get("author"))

    @property
    def description(self) -> str:
        """Return the notes."""
        return str(self.row.get("body") or "")

    @property
    def is_draft(self) -> bool:
        """Tell whether it is not published yet."""
        return bool(self.row["draft"])

    @property
    def is_prerelease(self) -> bool:
        """Tell whether it is meant for production."""
        return bool(self.row["prerelease"])

    @property
    def is_latest(self) -> bool:
        """Tell whether it is the newest that is meant for production."""
        found = self.repository.found
        final = [row for row in found.releases if not (row["draft"] or row["prerelease"])] if found else []
        return bool(final and final[0]["id"] == self.row["id"])

    @property
    def tag(self) -> Ref | None:
        """Return the tag, or None of a draft."""
        return self.repository.ref(f"refs/tags/{self.row['tag_name']}")

    @property
    def tag_commit(self) -> Commit | None:
        """Return the commit that the tag names, be it through an annotated tag."""
        found = self.repository.found
        sha = found.tagged_commits.get(self.row["tag_name"]) if found else None
        return Commit(self.repository, sha) if sha else None

    @property
    def updated_at(self) -> str:
        """Return when it was published, or made."""
        return str(self.row.get("published_at") or self.row["created_at"])
