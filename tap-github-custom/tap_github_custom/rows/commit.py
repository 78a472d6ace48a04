"""Rows of the streams `commit` and `commit_file`, which come from one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_github_custom.rows.account import id_of, login_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_github_custom.repository import Json, Repository, Row

FILE_SAME_NAME = ("filename", "previous_filename", "status", "additions", "deletions", "changes")


def commit_row(commit: Json, repository: Repository) -> Row:
    """Return the row of a commit from an answer of `GET .../commits/{sha}`."""
    written = commit["commit"]
    author, committer = written.get("author") or {}, written.get("committer") or {}
    stats = commit.get("stats") or {}
    return {
        **repository.named_columns,
        "sha": commit["sha"],
        "message": written.get("message"),
        "author_id": id_of(commit.get("author")),
        "author_login": login_of(commit.get("author")),
        "author_name": author.get("name"),
        "author_email": author.get("email"),
        "authored_at": author.get("date"),
        "committer_login": login_of(commit.get("committer")),
        "committed_at": committer.get("date"),
        "parent_shas": [parent["sha"] for parent in commit["parents"]],
        "parent_count": len(commit["parents"]),
        "additions": stats.get("additions"),
        "deletions": stats.get("deletions"),
    }


def commit_file_rows(
    commit: Json, files: list[Json], repository: Repository, *, with_patch: bool, max_files: int | None
) -> Iterator[Row]:
    """Yield the rows of a commit's files, which may have come on several pages; MAX_FILES cuts them off."""
    written = commit["commit"]
    shared = {
        **repository.named_columns,
        "commit_sha": commit["sha"],
        "author_login": login_of(commit.get("author")),
        "authored_at": (written.get("author") or {}).get("date"),
        "committed_at": (written.get("committer") or {}).get("date"),
        "parent_count": len(commit["parents"]),
        "files_truncated": max_files is not None and len(files) >= max_files,
    }
    for file in files:
        row = {**shared, **{name: file.get(name) for name in FILE_SAME_NAME}, "blob_sha": file.get("sha")}
        if with_patch:
            row["patch"] = file.get("patch")
        yield row
