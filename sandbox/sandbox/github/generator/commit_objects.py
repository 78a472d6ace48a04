"""Commits as GitHub's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.answers import API
from sandbox.github.generator.node_ids import node_id_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.github.git import LoggedCommit
    from sandbox.github.lines import Json


def commit_object(
    repository: Json,
    user_of: Callable[[str], Json | None],
    commit: LoggedCommit,
    *,
    on_default_branch: bool,
) -> Json:
    """Return one answer of `GET .../commits/{sha}`, and whether the default branch has the commit.

    Whoever's e-mail address belongs to no account is no user.
    """
    api = f"{API}/repos/{repository['full_name']}"
    html_url = f"https://github.com/{repository['full_name']}/commit"
    additions = sum(file["additions"] for file in commit.files)
    deletions = sum(file["deletions"] for file in commit.files)
    author, committer = (
        {"name": who.name, "email": who.email, "date": who.at} for who in (commit.author, commit.committer)
    )
    return {
        "sha": commit.sha,
        "node_id": node_id_in(repository["id"], "C", commit.sha),
        "commit": {
            "author": author,
            "committer": committer,
            "message": commit.message,
            "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
            "url": f"{api}/git/commits/{commit.sha}",
            "comment_count": 0,
            "verification": UNSIGNED,
        },
        "url": f"{api}/commits/{commit.sha}",
        "html_url": f"{html_url}/{commit.sha}",
        "comments_url": f"{api}/commits/{commit.sha}/comments",
        "author": user_of(commit.author.email),
        "committer": user_of(commit.committer.email),
        "parents": [
            {"sha": sha, "url": f"{api}/commits/{sha}", "html_url": f"{html_url}/{sha}"}
            for sha in commit.parents
        ],
        "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
        "files": commit.files,
        "on_default_branch": on_default_branch,
    }


UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
