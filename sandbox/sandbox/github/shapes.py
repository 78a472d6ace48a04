"""Objects made whole: what a recording or a generator left out is filled as GitHub's OpenAPI says."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from sandbox.github.answers import API

Json = dict[str, Any]

_FOLDER = Path(__file__).parent / "shapes"
DETAIL_ONLY = frozenset(
    (
        *("additions", "deletions", "changed_files", "commits", "comments", "review_comments"),
        *("merged", "merged_by", "mergeable", "rebaseable", "mergeable_state", "maintainer_can_modify"),
    ),
)
"""What the detail of a pull request has and its place in a list has not."""
LDAP_DN = "ldap_dn"
_LABEL = {"description": None, "default": False, "archived_at": None, "archived_by": None}


@cache
def _template(shape: str) -> Template:
    return Template((_FOLDER / f"{shape}.json").read_text(encoding="utf-8"))


@cache
def _filled(shape: str, /, **values: str) -> Json:
    filled: Json = json.loads(_template(shape).substitute(values))
    return filled


def user(given: Json | None) -> Json | None:
    """Return a user (`simple-user`), or None where GitHub has none."""
    if given is None:
        return None
    shown = {name: value for name, value in given.items() if name != LDAP_DN}
    return {**_filled("user", login=quote(given["login"]), id=str(given["id"])), **shown}


def profile(given: Json) -> Json:
    """Return a user as `GET /users/{login}` shows it (`public-user`); an Enterprise Server adds `ldap_dn`."""
    name = {LDAP_DN: given[LDAP_DN]} if LDAP_DN in given else {}
    return {**_filled("profile"), **(user(given) or {}), **name}


def organization(given: Json, public_repos: int) -> Json:
    """Return an organisation (`organization-full`)."""
    filled = _filled("organization", login=quote(given["login"]), id=str(given["id"]))
    return {**filled, "public_repos": public_repos, **given}


def repository(given: Json | None) -> Json | None:
    """Return a repository (`repository`), or None where it was deleted."""
    if given is None:
        return None
    names = {"name": given["name"], "full_name": given["full_name"]}
    return {**_filled("repository", **names), **given, "owner": user(given["owner"])}


def full_repository(given: Json) -> Json:
    """Return a repository as `GET /repos/{owner}/{repo}` shows it (`full-repository`)."""
    return {"network_count": 0, "subscribers_count": 0, **(repository(given) or {})}


def pull_request(given: Json) -> Json:
    """Return a pull request in full (`pull-request`)."""
    return {
        **given,
        "user": user(given["user"]),
        "merged_by": user(given.get("merged_by")),
        "merge_commit_sha": given.get("merge_commit_sha"),
        "labels": [{**_LABEL, **label} for label in given["labels"]],
        "milestone": _milestone(given.get("milestone")),
        "auto_merge": _auto_merge(given.get("auto_merge")),
        "assignee": user(given.get("assignee")),
        "assignees": [user(assignee) for assignee in given["assignees"]],
        "requested_reviewers": [user(reviewer) for reviewer in given["requested_reviewers"]],
        "head": _end(given["head"]),
        "base": _end(given["base"]),
    }


def _milestone(given: Json | None) -> Json | None:
    if given is None:
        return None
    missing = {"description": None, "closed_at": None, "due_on": None}
    return {**missing, **given, "creator": user(given.get("creator"))}


def _auto_merge(given: Json | None) -> Json | None:
    return None if given is None else {**given, "enabled_by": user(given["enabled_by"])}


def listed_pull_request(given: Json) -> Json:
    """Return a pull request as lists show it (`pull-request-simple`)."""
    return {name: value for name, value in pull_request(given).items() if name not in DETAIL_ONLY}


def _end(given: Json) -> Json:
    return {"label": None, **given, "user": user(given.get("user")), "repo": repository(given.get("repo"))}


def review(given: Json) -> Json:
    """Return a review (`pull-request-review`)."""
    shown = {name: value for name, value in given.items() if name != "pull_request_number"}
    return {**shown, "commit_id": given.get("commit_id"), "user": user(given.get("user"))}


def commit(given: Json) -> Json:
    """Return a commit as lists show it: without its files and sums."""
    left_out = ("files", "stats", "on_default_branch")
    return {
        **{name: value for name, value in given.items() if name not in left_out},
        "author": user(given.get("author")),
        "committer": user(given.get("committer")),
    }


def file(given: Json, full_name: str, sha: str) -> Json:
    """Return a file of a commit or of a comparison whose newer end is SHA (`diff-entry`)."""
    path = quote(given["filename"], safe="")
    return {
        "blob_url": f"https://github.com/{full_name}/blob/{sha}/{path}",
        "raw_url": f"https://github.com/{full_name}/raw/{sha}/{path}",
        "contents_url": f"{API}/repos/{full_name}/contents/{path}?ref={sha}",
        **given,
    }
