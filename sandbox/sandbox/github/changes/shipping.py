"""What happens to deployments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.generator.node_ids import node_id_in

if TYPE_CHECKING:
    from sandbox.github.changes.recording import Recording


def add_deployment_status(
    recording: Recording, repository: str, deployment_id: int, state: str, at: str
) -> None:
    """Let a deployment reach a further state at a time, however long after it was made."""
    found = recording.repository(repository)
    deployments, deployment = found.row("deployments", id=deployment_id)
    statuses = found.rows("deployment_statuses")
    identity = max((row["id"] for row in statuses), default=0) + 1
    shared = ("environment", "creator", "description", "repository_url", "performed_via_github_app")
    statuses.append(
        {
            **{name: deployment[name] for name in shared},
            "url": f"{deployment['url']}/statuses/{identity}",
            "id": identity,
            "node_id": node_id_in(found.recorded["id"], "DES", identity),
            "state": state,
            **dict.fromkeys(("target_url", "log_url", "environment_url"), ""),
            **dict.fromkeys(("created_at", "updated_at"), at),
            "deployment_url": deployment["url"],
            "deployment_id": deployment_id,
        }
    )
    deployment["updated_at"] = at
    found.write("deployment_statuses", statuses)
    found.write("deployments", deployments)
