"""The rows that the raw tables must hold, read from a data folder without any code of the product."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Row = dict[str, Any]
Table = dict[tuple[Any, ...], Row]

LISTED_COMMITS = 250
UNREADABLE_STATUSES = {403, 404, 410, 451}


def read_lines(folder: Path, name: str) -> list[Row]:
    """Return the objects of NAME.jsonl or NAME.jsonl.gz, or none where the file is missing."""
    for path, opener in ((folder / f"{name}.jsonl.gz", gzip.open), (folder / f"{name}.jsonl", open)):
        if path.exists():
            with opener(path, "rt", encoding="utf-8") as file:
                return [json.loads(line) for line in file.read().split("\n") if line]
    return []


def timestamp(value: str | None) -> str | None:
    """Return an API timestamp as the sandbox prints a TIMESTAMP_NTZ."""
    return value.removesuffix("Z") if value else None


def login(user: Row | None) -> str | None:
    """Return the login of a user object that may be null."""
    return user.get("login") if user else None


def identity(user: Row | None) -> int | None:
    """Return the id of a user object that may be null."""
    return user.get("id") if user else None


def repositories(data: Path) -> Iterator[tuple[str, Path, Row]]:
    """Yield (organisation, folder, repository object) of everything that can be read."""
    for organization_file in sorted(data.glob("*/organization.json")):
        organization = json.loads(organization_file.read_text(encoding="utf-8"))["login"]
        for repository_file in sorted(organization_file.parent.glob("*/repository.json")):
            repository = json.loads(repository_file.read_text(encoding="utf-8"))
            yield organization, repository_file.parent, repository


def is_readable(repository: Row) -> bool:
    """Tell whether the server answers the repository's paths."""
    return repository.get("_sandbox", {}).get("status") not in UNREADABLE_STATUSES


def repository_table(data: Path) -> Table:
    """Return the rows of REPOSITORY."""
    return {
        (organization, repository["id"]): {
            "NODE_ID": repository["node_id"],
            "NAME": repository["name"],
            "FULL_NAME": repository["full_name"],
            "OWNER_LOGIN": login(repository["owner"]),
            "PRIVATE": repository["private"],
            "VISIBILITY": repository.get("visibility"),
            "FORK": repository["fork"],
            "ARCHIVED": repository["archived"],
            "DEFAULT_BRANCH": repository["default_branch"],
            "LANGUAGE": repository.get("language"),
            "HTML_URL": repository["html_url"],
            "CREATED_AT": timestamp(repository["created_at"]),
            "UPDATED_AT": timestamp(repository["updated_at"]),
            "PUSHED_AT": timestamp(repository["pushed_at"]),
        }
        for organization, _, repository in repositories(data)
    }


def pull_request_table(data: Path) -> Table:
    """Return the rows of PULL_REQUEST."""
    table: Table = {}
    for organization, folder, repository in repositories(data):
        if not is_readable(repository):
            continue
        for pull in read_lines(folder, "pulls"):
            table[organization, pull["id"]] = {
                "NODE_ID": pull["node_id"],
                "NUMBER": pull["number"],
                "REPOSITORY_ID": repository["id"],
                "REPOSITORY_FULL_NAME": repository["full_name"],
                "TITLE": pull["title"],
                "BODY": pull.get("body"),
                "STATE": pull["state"],
                "DRAFT": pull.get("draft"),
                "LOCKED": pull["locked"],
                "HTML_URL": pull["html_url"],
                "AUTHOR_ASSOCIATION": pull["author_association"],
                "USER_ID": identity(pull.get("user")),
                "USER_LOGIN": login(pull.get("user")),
                "USER_TYPE": (pull.get("user") or {}).get("type"),
                "BASE_REF": pull["base"]["ref"],
                "BASE_SHA": pull["base"]["sha"],
                "DEFAULT_BRANCH": pull["base"]["repo"]["default_branch"],
                "HEAD_REF": pull["head"]["ref"],
                "HEAD_SHA": pull["head"]["sha"],
                "HEAD_REPOSITORY_ID": identity(pull["head"].get("repo")),
                "MERGED": pull["merged"],
                "MERGED_AT": timestamp(pull.get("merged_at")),
                "MERGED_BY_ID": identity(pull.get("merged_by")),
                "MERGED_BY_LOGIN": login(pull.get("merged_by")),
                "MERGE_COMMIT_SHA": pull.get("merge_commit_sha"),
                "CREATED_AT": timestamp(pull["created_at"]),
                "UPDATED_AT": timestamp(pull["updated_at"]),
                "CLOSED_AT": timestamp(pull.get("closed_at")),
                "ADDITIONS": pull["additions"],
                "DELETIONS": pull["deletions"],
                "CHANGED_FILES": pull["changed_files"],
                "COMMITS": pull["commits"],
                "COMMENTS": pull["comments"],
                "REVIEW_COMMENTS": pull["review_comments"],
            }
    return table


def review_table(data: Path) -> Table:
    """Return the rows of PULL_REQUEST_REVIEW."""
    table: Table = {}
    for organization, folder, repository in repositories(data):
        if not is_readable(repository):
            continue
        pulls = {pull["number"]: pull["id"] for pull in read_lines(folder, "pulls")}
        for review in read_lines(folder, "reviews"):
            number = review["pull_request_number"]
            table[organization, review["id"]] = {
                "NODE_ID": review["node_id"],
                "PULL_REQUEST_ID": pulls[number],
                "PULL_REQUEST_NUMBER": number,
                "REPOSITORY_ID": repository["id"],
                "USER_ID": identity(review.get("user")),
                "USER_LOGIN": login(review.get("user")),
                "USER_TYPE": (review.get("user") or {}).get("type"),
                "STATE": review["state"],
                "BODY": review.get("body"),
                "COMMIT_SHA": review.get("commit_id"),
                "SUBMITTED_AT": timestamp(review.get("submitted_at")),
                "AUTHOR_ASSOCIATION": review["author_association"],
                "HTML_URL": review["html_url"],
            }
    return table


def default_branch_commits(data: Path) -> Iterator[tuple[str, Row, Row]]:
    """Yield (organisation, repository, commit) of the commits on default branches."""
    for organization, folder, repository in repositories(data):
        if is_readable(repository):
            for commit in read_lines(folder, "commits"):
                if commit["on_default_branch"]:
                    yield organization, repository, commit


def commit_table(data: Path) -> Table:
    """Return the rows of COMMIT."""
    return {
        (organization, repository["id"], commit["sha"]): {
            "REPOSITORY_FULL_NAME": repository["full_name"],
            "MESSAGE": commit["commit"]["message"],
            "AUTHOR_ID": identity(commit.get("author")),
            "AUTHOR_LOGIN": login(commit.get("author")),
            "AUTHOR_NAME": commit["commit"]["author"]["name"],
            "AUTHOR_EMAIL": commit["commit"]["author"].get("email"),
            "AUTHORED_AT": timestamp(commit["commit"]["author"]["date"]),
            "COMMITTER_LOGIN": login(commit.get("committer")),
            "COMMITTED_AT": timestamp(commit["commit"]["committer"]["date"]),
            "PARENT_SHAS": [parent["sha"] for parent in commit["parents"]],
            "PARENT_COUNT": len(commit["parents"]),
            "ADDITIONS": commit["stats"]["additions"],
            "DELETIONS": commit["stats"]["deletions"],
        }
        for organization, repository, commit in default_branch_commits(data)
    }


def commit_file_table(data: Path) -> Table:
    """Return the rows of COMMIT_FILE."""
    return {
        (organization, repository["id"], commit["sha"], file["filename"]): {
            "REPOSITORY_FULL_NAME": repository["full_name"],
            "PREVIOUS_FILENAME": file.get("previous_filename"),
            "STATUS": file["status"],
            "ADDITIONS": file["additions"],
            "DELETIONS": file["deletions"],
            "CHANGES": file["changes"],
            "BLOB_SHA": file["sha"],
            "AUTHOR_LOGIN": login(commit.get("author")),
            "AUTHORED_AT": timestamp(commit["commit"]["author"]["date"]),
            "COMMITTED_AT": timestamp(commit["commit"]["committer"]["date"]),
            "PARENT_COUNT": len(commit["parents"]),
            "FILES_TRUNCATED": False,
        }
        for organization, repository, commit in default_branch_commits(data)
        for file in commit["files"]
    }


def readable(data: Path) -> Iterator[tuple[str, Path, Row]]:
    """Yield (organisation, folder, repository object) of what the server lets read."""
    return (found for found in repositories(data) if is_readable(found[2]))


def pull_request_commit_table(data: Path) -> Table:
    """Return the rows of PULL_REQUEST_COMMIT; the API lists 250 commits of a pull request."""
    table: Table = {}
    for organization, folder, repository in readable(data):
        pulls = {pull["number"]: pull["id"] for pull in read_lines(folder, "pulls")}
        commits = {commit["sha"]: commit["commit"] for commit in read_lines(folder, "commits")}
        for line in read_lines(folder, "pull_commits"):
            number = line["number"]
            known = [sha for sha in line["shas"][:LISTED_COMMITS] if sha in commits]
            for position, sha in enumerate(known, start=1):
                table[organization, pulls[number], sha] = {
                    "PULL_REQUEST_NUMBER": number,
                    "REPOSITORY_ID": repository["id"],
                    "POSITION": position,
                    "AUTHORED_AT": timestamp(commits[sha]["author"]["date"]),
                    "COMMITTED_AT": timestamp(commits[sha]["committer"]["date"]),
                }
    return table


def deployment_table(data: Path) -> Table:
    """Return the rows of DEPLOYMENT, each with what its statuses say of it."""
    table: Table = {}
    for organization, folder, repository in readable(data):
        statuses: dict[int, list[Row]] = {}
        for status in read_lines(folder, "deployment_statuses"):
            statuses.setdefault(status["deployment_id"], []).append(status)
        for deployment in read_lines(folder, "deployments"):
            own = sorted(
                statuses.get(deployment["id"], []), key=lambda each: (each["created_at"], each["id"])
            )
            successes = [each["created_at"] for each in own if each["state"] == "success"]
            table[organization, deployment["id"]] = {
                "REPOSITORY_ID": repository["id"],
                "SHA": deployment["sha"],
                "REF": deployment["ref"],
                "TASK": deployment["task"],
                "ENVIRONMENT": deployment["environment"],
                "PRODUCTION_ENVIRONMENT": deployment.get("production_environment"),
                "TRANSIENT_ENVIRONMENT": deployment.get("transient_environment"),
                "CREATOR_LOGIN": login(deployment.get("creator")),
                "CREATED_AT": timestamp(deployment["created_at"]),
                "UPDATED_AT": timestamp(deployment["updated_at"]),
                "STATE": own[-1]["state"] if own else None,
                "SUCCEEDED_AT": timestamp(successes[0]) if successes else None,
            }
    return table


def deployment_status_table(data: Path) -> Table:
    """Return the rows of DEPLOYMENT_STATUS."""
    return {
        (organization, status["id"]): {
            "DEPLOYMENT_ID": status["deployment_id"],
            "REPOSITORY_ID": repository["id"],
            "STATE": status["state"],
            "ENVIRONMENT": status.get("environment"),
            "CREATOR_LOGIN": login(status.get("creator")),
            "CREATED_AT": timestamp(status["created_at"]),
        }
        for organization, folder, repository in readable(data)
        for status in read_lines(folder, "deployment_statuses")
    }


def release_table(data: Path) -> Table:
    """Return the rows of RELEASE; a draft has no tag yet."""
    return {
        (organization, release["id"]): {
            "REPOSITORY_ID": repository["id"],
            "TAG_NAME": release["tag_name"],
            "TAG_SHA": None if release["draft"] else release["_sandbox"]["tag_sha"],
            "NAME": release.get("name"),
            "DRAFT": release["draft"],
            "PRERELEASE": release["prerelease"],
            "CREATED_AT": timestamp(release["created_at"]),
            "PUBLISHED_AT": timestamp(release.get("published_at")),
        }
        for organization, folder, repository in readable(data)
        for release in read_lines(folder, "releases")
    }


def mapped_logins(data: Path) -> set[str]:
    """Return the logins of the mapping file, in lower case."""
    path = data / "user_mapping.csv"
    if not path.exists():
        return set()
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["github_login"].lower() for row in csv.DictReader(file)}


KEYS = {
    "REPOSITORY": ("_SOURCE_ORG", "ID"),
    "PULL_REQUEST": ("_SOURCE_ORG", "ID"),
    "PULL_REQUEST_REVIEW": ("_SOURCE_ORG", "ID"),
    "PULL_REQUEST_COMMIT": ("_SOURCE_ORG", "PULL_REQUEST_ID", "COMMIT_SHA"),
    "COMMIT": ("_SOURCE_ORG", "REPOSITORY_ID", "SHA"),
    "COMMIT_FILE": ("_SOURCE_ORG", "REPOSITORY_ID", "COMMIT_SHA", "FILENAME"),
    "DEPLOYMENT": ("_SOURCE_ORG", "ID"),
    "DEPLOYMENT_STATUS": ("_SOURCE_ORG", "ID"),
    "RELEASE": ("_SOURCE_ORG", "ID"),
}

EXPECTED = {
    "REPOSITORY": repository_table,
    "PULL_REQUEST": pull_request_table,
    "PULL_REQUEST_REVIEW": review_table,
    "PULL_REQUEST_COMMIT": pull_request_commit_table,
    "COMMIT": commit_table,
    "COMMIT_FILE": commit_file_table,
    "DEPLOYMENT": deployment_table,
    "DEPLOYMENT_STATUS": deployment_status_table,
    "RELEASE": release_table,
}
