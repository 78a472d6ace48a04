"""Repositories and what belongs to them as GitHub's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.answers import API
from sandbox.github.generator.clock import iso
from sandbox.github.generator.node_ids import node_id

if TYPE_CHECKING:
    from sandbox.github.generator.named import Named
    from sandbox.github.generator.people import Person
    from sandbox.github.generator.settings import RepositorySettings
    from sandbox.github.lines import Json

REPOSITORY_IDS = 1_100_000_000  # below 2**31, as at GitHub: GraphQL has them as Int
LANGUAGES = {"py": "Python", "ts": "TypeScript", "go": "Go", "sql": None}
LABELS = (
    ("bug", "d73a4a"),
    ("enhancement", "a2eeef"),
    ("dependencies", "0366d6"),
    ("help wanted 🙏", "008672"),
)


def organization_object(login: str, identity: int) -> Json:
    """Return an organisation as the owner of repositories."""
    return {
        "login": login,
        "id": identity,
        "node_id": node_id("Organization", identity),
        "type": "Organization",
        "site_admin": False,
        "html_url": f"https://github.com/{login}",
        "url": f"{API}/users/{login}",
    }


def repository_object(settings: RepositorySettings, owner: Json, index: int, times: tuple[int, int]) -> Json:
    """Return a repository; TIMES are when it was made and when it was last pushed to."""
    identity = REPOSITORY_IDS + index * 7919
    full_name = f"{settings.organization}/{settings.name}"
    made_at, pushed_at = times
    return {
        "id": identity,
        "node_id": node_id("Repository", identity),
        "name": settings.name,
        "full_name": full_name,
        "private": settings.is_private,
        "visibility": "private" if settings.is_private else "public",
        "html_url": f"https://github.com/{full_name}",
        "description": f"Made up: {settings.name}",
        "fork": False,
        "url": f"{API}/repos/{full_name}",
        "default_branch": "main",
        "language": LANGUAGES[settings.extension] if settings.folders else None,
        "topics": ["made-up", settings.extension],
        "archived": settings.archived_on is not None,
        "disabled": False,
        "created_at": iso(made_at),
        "updated_at": iso(pushed_at + 3),
        "pushed_at": iso(pushed_at),
        "owner": owner,
    }


def fork(named: Named, owner: Person) -> Json:
    """Return somebody's fork of a repository."""
    identity = named.repository["id"] + owner.id
    full_name = f"{owner.login}/{named.repository['name']}"
    return {
        **named.repository,
        "id": identity,
        "node_id": node_id("Repository", identity),
        "full_name": full_name,
        "html_url": f"https://github.com/{full_name}",
        "url": f"{API}/repos/{full_name}",
        "fork": True,
        "owner": owner.user,
    }


def label(named: Named, name: str, color: str) -> Json:
    """Return a label."""
    identity = named.repository["id"] + len(name)
    return {
        "id": identity,
        "node_id": node_id("Label", identity),
        "url": f"{API}/repos/{named.full_name}/labels/{name.replace(' ', '%20')}",
        "name": name,
        "color": color,
        "default": name == "bug",
        "description": None,
    }


def milestone(named: Named) -> Json:
    """Return the repository's milestone."""
    identity = named.repository["id"] + 1
    url = f"{API}/repos/{named.full_name}/milestones/1"
    made_at = named.repository["created_at"]
    return {
        "url": url,
        "html_url": f"https://github.com/{named.full_name}/milestone/1",
        "labels_url": f"{url}/labels",
        "id": identity,
        "node_id": node_id("Milestone", identity),
        "number": 1,
        "state": "open",
        "title": "Summer release",
        "description": "",
        "creator": named.people.members[0].user,
        "open_issues": 3,
        "closed_issues": 5,
        "created_at": made_at,
        "updated_at": made_at,
        "closed_at": None,
        "due_on": "2026-08-31T07:00:00Z",
    }


def team(named: Named) -> Json:
    """Return the team that is asked for reviews."""
    organization = named.repository["owner"]
    url = f"{API}/organizations/{organization['id']}/team/77001"
    return {
        "id": 77001,
        "node_id": node_id("Team", 77001),
        "name": "Reviewers",
        "slug": "reviewers",
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "push",
        "url": url,
        "html_url": f"https://github.com/orgs/{organization['login']}/teams/reviewers",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "type": "organization",
        "organization_id": organization["id"],
        "parent": None,
    }
