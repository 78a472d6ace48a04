"""Whatever GitHub's OpenAPI description allows to be null or missing may be so, and the row still comes."""

from __future__ import annotations

from typing import Any

import pytest
from tap_github_custom.head import Head
from tap_github_custom.repository import Repository
from tap_github_custom.rows.commit import commit_file_rows, commit_row
from tap_github_custom.rows.deployment import deployment_row, deployment_status_row
from tap_github_custom.rows.pull_request import Detail, pull_request_row
from tap_github_custom.rows.pull_request_commit import PullCommit
from tap_github_custom.rows.pull_request_review import pull_request_review_row
from tap_github_custom.rows.release import release_row
from tap_github_custom.rows.repository import repository_row

Json = dict[str, Any]

ONE = Repository(7, "R_7", "made/one", "made", "made", "main")
SHA = "0" * 40
WHO = {"name": "Ada", "email": "ada@example.com", "date": "2026-03-01T12:00:00Z"}


@pytest.mark.parametrize("who", [None, {}, {"name": "Ada"}, {"date": None}, "missing", WHO], ids=str)
@pytest.mark.parametrize("account", [None, {}, "missing"], ids=str)
def test_commits_of_nobody(who: Any, account: Any) -> None:
    """Authors and committers are null, empty objects, without a date, or not there."""
    written = {"message": "", "author": who, "committer": who}
    commit = {"sha": SHA, "commit": written, "author": account, "committer": account, "parents": []}
    commit = {name: value for name, value in commit.items() if value != "missing"}
    commit["commit"] = {name: value for name, value in written.items() if value != "missing"}
    at = WHO["date"] if who == WHO else None
    row = commit_row(commit, ONE)
    assert (row["author_login"], row["authored_at"], row["committed_at"]) == (None, at, at)
    assert (row["additions"], row["deletions"]) == (None, None)
    assert Head.of_rest(commit).sha == PullCommit.from_rest(commit).sha == SHA
    file = {"sha": None, "filename": "a", "status": "added", "additions": 1, "deletions": 0, "changes": 1}
    (told,) = commit_file_rows(commit, [file], ONE, with_patch=True, max_files=None)
    assert (told["blob_sha"], told["patch"], told["author_login"]) == (None, None, None)


NOTHING: dict[str, Json] = {
    "pull request": pull_request_row({}, Detail.from_rest({}), ONE),
    "pull request of a deleted fork": pull_request_row(
        {"user": None, "base": None, "head": {"repo": None, "user": None}},
        Detail.from_rest({"merged_by": None}),
        ONE,
    ),
    "review": pull_request_review_row({"user": None, "commit_id": None}, {"id": 1, "number": 2}, ONE),
    "deployment": deployment_row({"id": 1, "creator": None}, [], ONE),
    "status": deployment_status_row({"id": 1, "creator": None}, {"id": 1}, ONE),
    "release": release_row({"id": 1, "author": None, "name": None}, None, ONE),
    "repository": repository_row({"id": 1, "owner": None}, ONE),
}
OURS = {
    *("repository_id", "repository_full_name", "_source_org", "id", "merged"),
    *("pull_request_id", "pull_request_number", "deployment_id"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_not_said_is_null(name: str) -> None:
    """A row has all its columns, and no value that GitHub has not told."""
    assert not {column: value for column, value in NOTHING[name].items() if value and column not in OURS}


def test_statuses_of_several_time_zones_are_put_in_order() -> None:
    """The newest status and the first success are told by the moments, not by the texts."""
    texts = [("success", "2026-03-01T10:00:00Z"), ("inactive", "2026-03-01T13:00:00Z")]
    texts += [("success", "2026-03-01T11:30:00+02:00"), ("failure", "2026-03-01T12:00:00-02:00")]
    statuses = [{"id": index, "state": state, "created_at": at} for index, (state, at) in enumerate(texts)]
    row = deployment_row({"id": 1}, statuses, ONE)
    assert (row["state"], row["succeeded_at"]) == ("failure", "2026-03-01T11:30:00+02:00")
