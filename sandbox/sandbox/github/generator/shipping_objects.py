"""Deployments, their statuses and releases as GitHub's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.answers import API
from sandbox.github.generator.clock import iso
from sandbox.github.generator.commit_objects import UNSIGNED
from sandbox.github.generator.fast_import import tag_mark, tag_message
from sandbox.github.generator.node_ids import node_id_in
from sandbox.github.generator.people import DEPLOYER

if TYPE_CHECKING:
    from sandbox.github.generator.named import Named
    from sandbox.github.generator.records import Deployment, Release
    from sandbox.github.lines import Json

DEPLOYMENT_IDS = 5_000_000_000
STATUS_IDS = 9_000_000_000
RELEASE_IDS = 260_000_000


def deployment_object(named: Named, number: int, deployment: Deployment) -> Json:
    """Return one answer of `GET .../deployments/{id}`."""
    identity, url = _address(named, number)
    return {
        **_shared(named, deployment),
        "original_environment": deployment.environment,
        "url": url,
        "id": identity,
        "node_id": node_id_in(named.repository["id"], "DE", identity),
        "sha": named.shas[deployment.mark],
        "ref": "main",
        "task": "deploy",
        "payload": {},
        "created_at": iso(deployment.at),
        "updated_at": iso(max(at for _, at in deployment.statuses)),
        "statuses_url": f"{url}/statuses",
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
    }


def deployment_status_objects(named: Named, number: int, deployment: Deployment) -> list[Json]:
    """Return the statuses of a deployment, each with the id of the deployment."""
    deployment_id, url = _address(named, number)
    return [
        {
            **_shared(named, deployment),
            "url": f"{url}/statuses/{identity}",
            "id": identity,
            "node_id": node_id_in(named.repository["id"], "DES", identity),
            "state": state,
            "target_url": "",
            "log_url": "",
            "environment_url": "",
            "created_at": iso(at),
            "updated_at": iso(at),
            "deployment_url": url,
            "deployment_id": deployment_id,
        }
        for place, (state, at) in enumerate(deployment.statuses)
        for identity in (STATUS_IDS + (number * 10 + place) * 1000 + named.index,)
    ]


def _address(named: Named, number: int) -> tuple[int, str]:
    """Return the id and the URL of a deployment."""
    identity = DEPLOYMENT_IDS + number * 1000 + named.index
    return identity, f"{API}/repos/{named.full_name}/deployments/{identity}"


def _shared(named: Named, deployment: Deployment) -> Json:
    return {
        "environment": deployment.environment,
        "creator": DEPLOYER.user,
        "description": "",
        "repository_url": f"{API}/repos/{named.full_name}",
        "performed_via_github_app": None,
    }


def release_object(named: Named, number: int, release: Release) -> Json:
    """Return a release; `_sandbox` says which commit its tag names, a draft has no tag."""
    api = f"{API}/repos/{named.full_name}/releases"
    identity = RELEASE_IDS + number * 1000 + named.index
    page = f"untagged-{identity:020x}" if release.is_draft else release.tag
    return {
        "url": f"{api}/{identity}",
        "html_url": f"https://github.com/{named.full_name}/releases/tag/{page}",
        "assets_url": f"{api}/{identity}/assets",
        "upload_url": f"https://uploads.github.com/repos/{named.full_name}/releases/{identity}/assets{{?name,label}}",
        "tarball_url": f"{API}/repos/{named.full_name}/tarball/{release.tag}",
        "zipball_url": f"{API}/repos/{named.full_name}/zipball/{release.tag}",
        "id": identity,
        "node_id": node_id_in(named.repository["id"], "RE", identity),
        "tag_name": release.tag,
        "target_commitish": "main",
        "name": release.tag,
        "body": "What is new: less is broken.",
        "draft": release.is_draft,
        "prerelease": release.is_prerelease,
        "created_at": iso(release.at - 60),
        "published_at": None if release.is_draft else iso(release.at),
        "author": release.tagger.user,
        "_sandbox": {} if release.is_draft else _tag(named, number, release),
    }


def _tag(named: Named, number: int, release: Release) -> Json:
    """Return the commit that a tag names and, where the tag is annotated, `GET .../git/tags/{sha}`."""
    commit = named.shas[release.mark]
    if not release.is_annotated:
        return {"tag_sha": commit}
    api = f"{API}/repos/{named.full_name}/git"
    sha = named.shas[tag_mark(number)]
    who = release.tagger
    tag = {
        "node_id": node_id_in(named.repository["id"], "TA", sha),
        "tag": release.tag,
        "sha": sha,
        "url": f"{api}/tags/{sha}",
        "message": tag_message(release),
        "tagger": {"name": who.name, "email": who.email, "date": iso(release.at)},
        "object": {"sha": commit, "type": "commit", "url": f"{api}/commits/{commit}"},
        "verification": UNSIGNED,
    }
    return {"tag_sha": commit, "tag": tag}
