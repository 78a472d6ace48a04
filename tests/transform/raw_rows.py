"""The rows that the tap emits for a data folder, by stream; written without any code of the product."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from tests.pipeline.expected import default_branch_commits, is_readable, read_lines, repositories

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]


def raw_rows(data: Path) -> dict[str, list[Row]]:
    """Return the rows of every stream."""
    readable = [each for each in repositories(data) if is_readable(each[2])]
    streams: dict[str, list[Row]] = {
        "repository": [_repository(org, repository) for org, _, repository in repositories(data)],
        "user_lookup": list(_people(data)),
    }
    for org, folder, repository in readable:
        shared = {"_source_org": org, "repository_id": repository["id"]}
        named = {**shared, "repository_full_name": repository["full_name"]}
        pulls = read_lines(folder, "pulls")
        ids = {pull["number"]: pull["id"] for pull in pulls}
        commits = {commit["sha"]: commit for commit in read_lines(folder, "commits")}
        parts = {
            "pull_request": [{**named, **_pull(pull)} for pull in pulls],
            "pull_request_review": [
                {**shared, **_review(each, ids)} for each in read_lines(folder, "reviews")
            ],
            "pull_request_commit": [
                {**shared, **row}
                for line in read_lines(folder, "pull_commits")
                for row in _pull_commits(line, ids, commits)
            ],
            "deployment": list(_deployments(folder, shared)),
            "deployment_status": [
                {**shared, **_status(each)} for each in read_lines(folder, "deployment_statuses")
            ],
            "release": [{**shared, **_release(each)} for each in read_lines(folder, "releases")],
        }
        for stream, rows in parts.items():
            streams.setdefault(stream, []).extend(rows)
    streams["commit"] = [_commit(*each) for each in default_branch_commits(data)]
    streams["commit_file"] = [row for each in default_branch_commits(data) for row in _files(*each)]
    return streams


def user(owner: Row | None, prefix: str = "user") -> Row:
    """Return the columns of a user object that may be null."""
    found = owner or {}
    return {f"{prefix}_id": found.get("id"), f"{prefix}_login": found.get("login")}


def _repository(org: str, repository: Row) -> Row:
    names = (
        *("id", "node_id", "name", "full_name", "private", "visibility", "fork", "archived"),
        *("default_branch", "language", "topics", "html_url", "created_at", "updated_at", "pushed_at"),
    )
    values = {name: repository.get(name) for name in names}
    return {"_source_org": org, "owner_login": repository["owner"]["login"], **values}


def _pull(pull: Row) -> Row:
    names = (
        *("id", "node_id", "number", "title", "body", "state", "draft", "locked", "html_url"),
        *("author_association", "merged", "merged_at", "merge_commit_sha", "created_at", "updated_at"),
        *("closed_at", "additions", "deletions", "changed_files", "commits", "comments", "review_comments"),
        *("labels", "assignees", "requested_reviewers", "requested_teams", "milestone", "auto_merge"),
    )
    return {
        **{name: pull.get(name) for name in names},
        **user(pull.get("user")),
        "user_type": (pull.get("user") or {}).get("type"),
        **user(pull.get("merged_by"), "merged_by"),
        "base_ref": pull["base"]["ref"],
        "base_sha": pull["base"]["sha"],
        "default_branch": pull["base"]["repo"]["default_branch"],
        "head_ref": pull["head"]["ref"],
        "head_sha": pull["head"]["sha"],
        "head_repository_id": (pull["head"].get("repo") or {}).get("id"),
    }


def _review(review: Row, ids: dict[int, int]) -> Row:
    number = review["pull_request_number"]
    names = ("id", "node_id", "state", "body", "submitted_at", "author_association", "html_url")
    return {
        **{name: review.get(name) for name in names},
        **user(review.get("user")),
        "user_type": (review.get("user") or {}).get("type"),
        "commit_sha": review.get("commit_id"),
        "pull_request_id": ids[number],
        "pull_request_number": number,
    }


def _pull_commits(line: Row, ids: dict[int, int], commits: dict[str, Row]) -> Iterator[Row]:
    for position, sha in enumerate(line["shas"], start=1):
        commit = commits.get(sha)
        yield {
            "pull_request_id": ids[line["number"]],
            "pull_request_number": line["number"],
            "commit_sha": sha,
            "position": position,
            "authored_at": commit and commit["commit"]["author"]["date"],
            "committed_at": commit and commit["commit"]["committer"]["date"],
        }


def _commit(org: str, repository: Row, commit: Row) -> Row:
    return {
        "_source_org": org,
        "repository_id": repository["id"],
        "repository_full_name": repository["full_name"],
        "sha": commit["sha"],
        "message": commit["commit"]["message"],
        **user(commit.get("author"), "author"),
        "author_name": commit["commit"]["author"]["name"],
        "author_email": commit["commit"]["author"].get("email"),
        "authored_at": commit["commit"]["author"]["date"],
        "committer_login": user(commit.get("committer"))["user_login"],
        "committed_at": commit["commit"]["committer"]["date"],
        "parent_shas": [parent["sha"] for parent in commit["parents"]],
        "parent_count": len(commit["parents"]),
        "additions": commit["stats"]["additions"],
        "deletions": commit["stats"]["deletions"],
    }


def _files(org: str, repository: Row, commit: Row) -> Iterator[Row]:
    for file in commit["files"]:
        yield {
            "_source_org": org,
            "repository_id": repository["id"],
            "repository_full_name": repository["full_name"],
            "commit_sha": commit["sha"],
            **{
                name: file.get(name)
                for name in ("filename", "previous_filename", "status", "additions", "deletions", "changes")
            },
            "blob_sha": file["sha"],
            "author_login": user(commit.get("author"))["user_login"],
            "authored_at": commit["commit"]["author"]["date"],
            "committed_at": commit["commit"]["committer"]["date"],
            "parent_count": len(commit["parents"]),
            "files_truncated": False,
        }


def _deployments(folder: Path, shared: Row) -> Iterator[Row]:
    statuses = sorted(read_lines(folder, "deployment_statuses"), key=lambda each: each["created_at"])
    names = (
        *("id", "sha", "ref", "task", "environment", "production_environment", "transient_environment"),
        *("created_at", "updated_at"),
    )
    for deployment in read_lines(folder, "deployments"):
        own = [each for each in statuses if each["deployment_id"] == deployment["id"]]
        successes = [each["created_at"] for each in own if each["state"] == "success"]
        yield {
            **shared,
            **{name: deployment.get(name) for name in names},
            "creator_login": user(deployment.get("creator"))["user_login"],
            "state": own[-1]["state"] if own else None,
            "succeeded_at": successes[0] if successes else None,
        }


def _status(status: Row) -> Row:
    names = ("id", "deployment_id", "state", "environment", "created_at")
    return {
        **{name: status.get(name) for name in names},
        "creator_login": user(status.get("creator"))["user_login"],
    }


def _release(release: Row) -> Row:
    names = ("id", "tag_name", "name", "draft", "prerelease", "created_at", "published_at")
    sha = release.get("_sandbox", {}).get("tag_sha")
    return {**{name: release.get(name) for name in names}, "tag_sha": sha}


def _people(data: Path) -> Iterator[Row]:
    mapping = _mapping(data)
    for organization_file in sorted(data.glob("*/organization.json")):
        folder = organization_file.parent
        members = {each["login"].lower(): each for each in read_lines(folder, "members")}
        for login in sorted(mapping.keys() | members.keys()):
            person, member = mapping.get(login), members.get(login)
            yield {
                "_source_org": folder.name,
                "github_login": login,
                "github_user_id": member and member["id"],
                "github_type": member and member["type"],
                **{
                    name: (person or {}).get(name) or None
                    for name in ("name", "email", "ldap", "team", "title", "manager_ldap")
                },
                "is_active": person and person["is_active"] == "true",
                "match_method": "mapping_file" if person else "none",
            }


def _mapping(data: Path) -> dict[str, Row]:
    path = data / "user_mapping.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["github_login"].lower(): row for row in csv.DictReader(file)}
