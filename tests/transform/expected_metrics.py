"""The numbers of the facts, calculated from raw rows in plain Python, by the definitions."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .raw_rows import Row

Streams = dict[str, list["Row"]]
SERVICE_ACCOUNTS = {"web-flow"}
SERVICE_ACCOUNT_PREFIXES = ("svc-", "ci-")
GONE = "login ghost"
VERDICTS = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}


def moment(value: str | None) -> datetime | None:
    """Return a moment without its zone, which is UTC."""
    return datetime.fromisoformat(value.removesuffix("Z")) if value else None


def seconds(earlier: datetime | None, later: datetime | None) -> int | None:
    """Return the whole seconds from one moment to another, None where unknown or negative."""
    if earlier is None or later is None or later < earlier:
        return None
    return int((later - earlier).total_seconds())


def account_type(login: str | None, kind: str | None) -> str:
    """Return what kind of account it is."""
    name = (login or "").lower()
    if kind == "Bot" or name.endswith("[bot]"):
        return "bot"
    if name in SERVICE_ACCOUNTS or name.startswith(SERVICE_ACCOUNT_PREFIXES):
        return "service_account"
    return "human"


class People:
    """Who is behind a login."""

    def __init__(self, streams: Streams) -> None:
        """Learn from the lookup and from every login that was seen with an id."""
        self._ldap = {
            row["github_login"].lower(): row["ldap"] for row in streams["user_lookup"] if row["ldap"]
        }

    def person(self, login: str | None, identifier: int | None) -> str:
        """Return the directory name, else the id of the account, else the login."""
        name = (login or "ghost").lower()
        if name in self._ldap:
            return f"ldap {self._ldap[name].lower()}"
        return f"id {identifier}" if identifier and name != "ghost" else f"login {name}"


def pull_requests(streams: Streams) -> dict[int, Row]:
    """Return what the fact must hold of each pull request, by id."""
    people = People(streams)
    reviews, commits = defaultdict(list), defaultdict(list)
    for review in streams["pull_request_review"]:
        reviews[review["pull_request_id"]].append(review)
    for commit in streams["pull_request_commit"]:
        commits[commit["pull_request_id"]].append(moment(commit["authored_at"]))
    reverted = _reverted(streams["pull_request"])
    return {
        pull["id"]: {
            **_of_itself(pull, people),
            **_of_reviews(pull, reviews[pull["id"]], commits[pull["id"]], people),
            "IS_REVERTED": pull["id"] in reverted,
        }
        for pull in streams["pull_request"]
    }


def _of_itself(pull: Row, people: People) -> Row:
    merger = pull["merged_by_login"]
    author = people.person(pull["user_login"], pull["user_id"])
    return {
        "REPOSITORY_FULL_NAME": pull["repository_full_name"],
        "NUMBER": pull["number"],
        "AUTHOR_LOGIN": pull["user_login"],
        "AUTHOR_TYPE": account_type(pull["user_login"], pull["user_type"]),
        "IS_MERGED": pull["merged_at"] is not None,
        "CREATED_AT": moment(pull["created_at"]),
        "MERGED_AT": moment(pull["merged_at"]),
        "IS_SELF_MERGED": _are_one(people.person(merger, pull["merged_by_id"]), author)
        if pull["merged_at"] and merger
        else None,
        "IS_REVERT": _is_revert(pull),
        "ADDITIONS": pull["additions"],
        "DELETIONS": pull["deletions"],
        "CHANGED_FILES": pull["changed_files"],
    }


def _of_reviews(pull: Row, reviews: list[Row], commits: list[datetime | None], people: People) -> Row:
    author = people.person(pull["user_login"], pull["user_id"])
    counted = [
        (moment(review["submitted_at"]), review["state"], reviewer)
        for review in reviews
        if review["submitted_at"]
        and review["state"] != "PENDING"
        and account_type(review["user_login"], review["user_type"]) == "human"
        and _is_by_another(review, reviewer := people.person(review["user_login"], review["user_id"]), author)
    ]
    opened, merged = moment(pull["created_at"]), moment(pull["merged_at"])
    first_commit = min((each for each in commits if each), default=None)
    first_review = min((at for at, _, _ in counted if at), default=None)
    first_approval = min((at for at, state, _ in counted if at and state == "APPROVED"), default=None)
    in_time = first_review if merged and first_review and first_review <= merged else None
    coding = (
        max(int((opened - first_commit).total_seconds()), 0) if merged and opened and first_commit else None
    )
    return {
        "FIRST_COMMIT_AT": first_commit,
        "FIRST_REVIEW_AT": first_review,
        "FIRST_APPROVAL_AT": first_approval,
        "SECONDS_TO_FIRST_REVIEW": seconds(opened, first_review),
        "SECONDS_TO_FIRST_APPROVAL": seconds(opened, first_approval),
        "SECONDS_TO_MERGE": seconds(opened, merged),
        "CODING_SECONDS": coding,
        "PICKUP_SECONDS": seconds(opened, in_time),
        "REVIEW_SECONDS": seconds(in_time, merged),
        "REVIEW_COUNT": len(counted),
        "REVIEWER_COUNT": len({person for _, _, person in counted}),
        "APPROVER_COUNT": len({person for _, state, person in counted if state == "APPROVED"}),
    }


def _are_one(person: str, other: str) -> bool | None:
    """Tell whether two persons are the same, None where both accounts are gone."""
    return None if person == other == GONE else person == other


def _is_by_another(review: Row, reviewer: str, author: str) -> bool:
    """Tell whether a review is surely not the author's: GitHub takes no verdict on what is one's own."""
    return reviewer != author or (reviewer == GONE and review["state"] in VERDICTS)


def _is_revert(pull: Row) -> bool:
    head, title = pull["head_ref"] or "", pull["title"] or ""
    return bool(
        re.match(r"revert-\d+-", head, re.IGNORECASE) or re.match(r"revert(?![a-z])", title, re.IGNORECASE)
    )


def _reverted(pulls: Iterable[Row]) -> set[int]:
    """Return the ids of pull requests that a merged pull request takes back in their own branch."""
    found: set[int] = set()
    known = sorted((pull for pull in pulls if pull["merged_at"]), key=lambda each: str(each["merged_at"]))
    for revert in known:
        if not _is_revert(revert):
            continue
        number = re.match(r"revert-(\d+)-", revert["head_ref"] or "", re.IGNORECASE)
        quoted = re.match(r'revert "(.*)"$', revert["title"] or "", re.IGNORECASE | re.DOTALL)
        candidates = [
            pull
            for pull in known
            if pull["repository_id"] == revert["repository_id"]
            and pull["id"] != revert["id"]
            and (
                pull["number"] == int(number[1])
                if number
                else quoted and pull["title"] == quoted[1] and pull["merged_at"] <= revert["created_at"]
            )
        ]
        here = [pull for pull in candidates if pull["base_ref"] == revert["base_ref"]]
        found.update(pull["id"] for pull in here[-1:])
    return found


class History:
    """Which commits of a repository hold which."""

    def __init__(self, commits: Iterable[Row]) -> None:
        """Take the commits of one repository."""
        self._parents: Mapping[str, list[str]] = {row["sha"]: row["parent_shas"] for row in commits}
        self._held: dict[str, set[str]] = {}

    def knows(self, sha: str | None) -> bool:
        """Tell whether the commit was loaded."""
        return sha in self._parents

    def held_by(self, sha: str) -> set[str]:
        """Return a commit and all that it descends from."""
        if sha not in self._held:
            seen, waiting = {sha}, [sha]
            while waiting:
                for parent in self._parents.get(waiting.pop(), []):
                    if parent not in seen:
                        seen.add(parent)
                        waiting.append(parent)
            self._held[sha] = seen
        return self._held[sha]


def deployed(streams: Streams, environment: str) -> dict[int, tuple[str, datetime, str]]:
    """Return (method, moment, SHA) of the deployment that first held each merged pull request, by its id."""
    by_repository, histories = defaultdict(list), {}
    for deployment in streams["deployment"]:
        if deployment["environment"] == environment and deployment["succeeded_at"]:
            by_repository[deployment["repository_id"]].append(deployment)
    for repository in by_repository:
        histories[repository] = History(
            row for row in streams["commit"] if row["repository_id"] == repository
        )
    matches = {}
    for pull in streams["pull_request"]:
        if pull["merged_at"] and pull["base_ref"] == pull["default_branch"]:
            after = [
                each
                for each in by_repository[pull["repository_id"]]
                if each["succeeded_at"] >= pull["merged_at"]
            ]
            match = after and _match(pull["merge_commit_sha"], after, histories[pull["repository_id"]])
            if match:
                matches[pull["id"]] = match
    return matches


def _match(sha: str, after: list[Row], history: History) -> tuple[str, datetime, str] | None:
    after = sorted(after, key=lambda each: (each["succeeded_at"], each["sha"] != sha, each["id"]))
    holding = [each for each in after if sha in history.held_by(each["sha"])]
    unknown = [each for each in after if not (history.knows(sha) and history.knows(each["sha"]))]
    for found, method in ((holding, "contained"), (unknown, "time_after_merge")):
        if found:
            first = found[0]
            at = datetime.fromisoformat(first["succeeded_at"].removesuffix("Z"))
            return "sha" if first["sha"] == sha else method, at, first["sha"]
    return None
