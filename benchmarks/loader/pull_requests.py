"""A Singer file of pull requests: made up, the same for the same number of records, about 2 KB each."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STREAM = "pull_request"
KEYS = ["_source_org", "id"]
TEXT = {"type": ["string", "null"]}
INTEGER = {"type": ["integer", "null"]}
FLAG = {"type": ["boolean", "null"]}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
LIST = {"type": ["array", "null"], "items": {"type": "object", "properties": {}}}
OBJECT = {"type": ["object", "null"], "properties": {}}
PROPERTIES: dict[str, Any] = {
    "_source_org": {"type": "string"},
    "id": {"type": "integer"},
    **dict.fromkeys(("number", "repository_id", "user_id", "head_repository_id", "merged_by_id"), INTEGER),
    **dict.fromkeys(("additions", "deletions", "changed_files", "commits", "comments"), INTEGER),
    "review_comments": INTEGER,
    **dict.fromkeys(("node_id", "repository_full_name", "title", "body", "state", "html_url"), TEXT),
    **dict.fromkeys(("author_association", "user_login", "user_type", "base_ref", "base_sha"), TEXT),
    **dict.fromkeys(("default_branch", "head_ref", "head_sha", "merged_by_login", "merge_commit_sha"), TEXT),
    **dict.fromkeys(("draft", "locked", "merged"), FLAG),
    **dict.fromkeys(("created_at", "updated_at", "closed_at", "merged_at"), MOMENT),
    **dict.fromkeys(("labels", "assignees", "requested_reviewers", "requested_teams"), LIST),
    **dict.fromkeys(("milestone", "auto_merge"), OBJECT),
}
SCHEMA = {
    "type": "SCHEMA",
    "stream": STREAM,
    "schema": {"type": "object", "properties": PROPERTIES},
    "key_properties": KEYS,
    "bookmark_properties": ["updated_at"],
}
STATE_EVERY = 10_000
WORDS = [
    "fix",
    "add",
    "remove",
    "refactor",
    "the",
    "a",
    "parser",
    "cache",
    "index",
    "client",
    "retry",
    "when",
    "while",
    "without",
    "before",
    "after",
    "merge",
    "review",
    "branch",
    "commit",
    "wallet",
    "test",
    "node",
    "peer",
    "block",
    "query",
    "column",
    "row",
    "table",
]
BEYOND_ASCII = 0.05  # of the bodies: in the organisation bitcoin-core it is 3 %
BEGINNING = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def write(path: Path, count: int) -> None:
    """Write SCHEMA, COUNT records with a STATE after each 10,000, and a last STATE."""
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(SCHEMA) + "\n")
        for number, record in enumerate(records(count), 1):
            message = {"type": "RECORD", "stream": STREAM, "record": record}
            file.write(json.dumps(message, ensure_ascii=False) + "\n")
            if number % STATE_EVERY == 0 or number == count:
                file.write(json.dumps({"type": "STATE", "value": {"bookmarks": {STREAM: number}}}) + "\n")


def records(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield pull requests."""
    chance = random.Random(seed)  # noqa: S311 - the same data in each run
    for number in range(1, count + 1):
        created = BEGINNING + dt.timedelta(minutes=3 * number)
        closed = created + dt.timedelta(minutes=chance.randrange(50_000))
        user, repository = chance.randrange(2_000), chance.randrange(200)
        name = f"acme/repository-{repository}"
        body = words(chance, chance.randrange(60, 180))
        if chance.random() < BEYOND_ASCII:
            body += " – zürich, 測試 🚀"  # noqa: RUF001 - a dash that people write
        is_merged = chance.random() < 0.7  # noqa: PLR2004
        yield {
            "_source_org": "acme",
            "id": 1_000_000_000 + number,
            "node_id": f"PR_kwDO{chance.randrange(16**12):012x}",
            "number": number,
            "repository_id": 500_000 + repository,
            "repository_full_name": name,
            "title": words(chance, 8),
            "body": body,
            "state": "closed",
            "draft": chance.random() < 0.1,  # noqa: PLR2004
            "locked": False,
            "html_url": f"https://github.com/{name}/pull/{number}",
            "author_association": chance.choice(("MEMBER", "CONTRIBUTOR", "NONE")),
            "user_id": 10_000 + user,
            "user_login": f"user-{user}",
            "user_type": "User",
            "base_ref": "main",
            "base_sha": f"{chance.randrange(16**40):040x}",
            "default_branch": "main",
            "head_ref": f"feature/{chance.randrange(10**6)}",
            "head_sha": f"{chance.randrange(16**40):040x}",
            "head_repository_id": 500_000 + repository,
            "merged": is_merged,
            "merged_at": text(closed) if is_merged else None,
            "merged_by_id": 10_000 + chance.randrange(2_000) if is_merged else None,
            "merged_by_login": f"user-{chance.randrange(2_000)}" if is_merged else None,
            "merge_commit_sha": f"{chance.randrange(16**40):040x}",
            "created_at": text(created),
            "updated_at": text(closed),
            "closed_at": text(closed),
            "additions": chance.randrange(5_000),
            "deletions": chance.randrange(5_000),
            "changed_files": chance.randrange(100),
            "commits": chance.randrange(30),
            "comments": chance.randrange(30),
            "review_comments": chance.randrange(30),
            "labels": [
                {"id": label, "name": f"label {label}", "color": "ededed"}
                for label in range(chance.randrange(4))
            ],
            "assignees": [{"id": 10_000 + user, "login": f"user-{user}", "type": "User"}],
            "requested_reviewers": [],
            "requested_teams": [],
            "milestone": {"number": 3, "title": "Version 3", "state": "open"} if is_merged else None,
            "auto_merge": None,
        }


def words(chance: random.Random, count: int) -> str:
    """Return some text."""
    return " ".join(chance.choices(WORDS, k=count))


def text(moment: dt.datetime) -> str:
    """Return a moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
