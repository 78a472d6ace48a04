"""Pull requests and reviews as GitHub's objects."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

from sandbox.github.answers import API
from sandbox.github.generator.clock import iso
from sandbox.github.generator.node_ids import node_id_in
from sandbox.github.generator.people import GHOST
from sandbox.github.generator.repository_objects import LABELS, fork, label, milestone, team

if TYPE_CHECKING:
    from sandbox.github.generator.named import Named
    from sandbox.github.generator.people import Person
    from sandbox.github.generator.plan import PlannedReview
    from sandbox.github.generator.records import Pull
    from sandbox.github.lines import Json

PULL_IDS = 3_000_000_000  # all beyond 32 bits, as at GitHub today
REVIEW_IDS = 4_200_000_000


def pull_object(named: Named, pull: Pull, totals: tuple[int, int, int]) -> Json:
    """Return one answer of `GET .../pulls/{number}`."""
    api = f"{API}/repos/{named.full_name}"
    html_url = f"https://github.com/{named.full_name}/pull/{pull.number}"
    number = pull.number
    additions, deletions, changed_files = totals
    identity = PULL_IDS + number * 1000 + named.index
    return {
        "url": f"{api}/pulls/{number}",
        "id": identity,
        "node_id": node_id_in(named.repository["id"], "PR", identity),
        "html_url": html_url,
        "diff_url": f"{html_url}.diff",
        "patch_url": f"{html_url}.patch",
        "issue_url": f"{api}/issues/{number}",
        "commits_url": f"{api}/pulls/{number}/commits",
        "review_comments_url": f"{api}/pulls/{number}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{api}/issues/{number}/comments",
        "statuses_url": f"{api}/statuses/{named.shas[pull.head]}",
        "number": number,
        **_state(named, pull),
        **_people(named, pull),
        "head": _head(named, pull),
        "base": _base(named, pull),
        "_links": _links(api, html_url, number, named.shas[pull.head]),
        "author_association": pull.plan.author.association,
        "additions": additions,
        "deletions": deletions,
        "changed_files": changed_files,
        "commits": len(pull.marks),
    }


def _state(named: Named, pull: Pull) -> Json:
    oddity, closed_at = pull.plan.oddity, pull.closed_at
    later = 1 if oddity == "closed_after_merge" and closed_at else 0
    is_draft = oddity == "draft"
    rng = pull.plan.random
    test_merge = sha1(f"{pull.plan.key}/{pull.head}".encode(), usedforsecurity=False).hexdigest()
    return {
        "state": "closed" if closed_at else "open",
        "locked": False,
        "active_lock_reason": None,
        "title": pull.title,
        "body": pull.plan.body,
        "draft": is_draft,
        "created_at": iso(pull.plan.opened_at),
        "updated_at": iso(pull.updated_at + later),
        "closed_at": iso(closed_at + later) if closed_at else None,
        "merged": pull.merged is not None,
        "merged_at": iso(closed_at) if pull.merged and closed_at else None,
        "merge_commit_sha": named.shas[pull.merged] if pull.merged else test_merge,
        "mergeable": None if closed_at else True,
        "rebaseable": None if closed_at else True,
        "mergeable_state": "unknown" if closed_at else ("draft" if is_draft else "clean"),
        "maintainer_can_modify": False,
        "comments": rng.randrange(6),
        "review_comments": sum(len(review.body) > 0 for _, review in pull.reviews) * rng.randrange(1, 4),
    }


def _people(named: Named, pull: Pull) -> Json:
    plan, rng = pull.plan, pull.plan.random
    merger = plan.merger if pull.merged and plan.oddity != "merged_by_missing" else None
    assignees = [plan.author.user] if rng.random() < 0.2 and plan.author.type == "User" else []  # noqa: PLR2004
    given = {review.reviewer for _, review in pull.reviews}
    asked = {
        review.reviewer: None
        for review in plan.reviews
        if review.reviewer not in {*given, plan.author, GHOST}
    }
    is_open = not pull.closed_at
    labels = rng.sample(LABELS, rng.choice((0, 0, 1, 2)))
    auto_merge = {
        "enabled_by": plan.author.user,
        "merge_method": "squash",
        "commit_title": None,
        "commit_message": None,
    }
    return {
        "user": plan.author.user,
        "merged_by": merger.user if merger else None,
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [person.user for person in asked] if is_open else [],
        "requested_teams": [team(named)] if is_open and rng.random() < 0.4 else [],  # noqa: PLR2004 - a share
        "labels": [label(named, *each) for each in labels],
        "milestone": milestone(named) if rng.random() < 0.15 else None,  # noqa: PLR2004 - a share
        "auto_merge": auto_merge if is_open and plan.oddity == "auto_merge" else None,
    }


def _head(named: Named, pull: Pull) -> Json:
    author, oddity = pull.plan.author, pull.plan.oddity
    owner = named.repository["owner"]
    end = {"ref": pull.plan.branch, "sha": named.shas[pull.head]}
    if oddity == "deleted_fork_owner":
        return {"label": None, "user": None, "repo": None, **end}
    if oddity == "deleted_fork":
        return {"label": f"{author.login}:{pull.plan.branch}", "user": author.user, "repo": None, **end}
    if author.is_outside:
        copy = fork(named, author)
        return {"label": f"{author.login}:{pull.plan.branch}", "user": author.user, "repo": copy, **end}
    return {"label": f"{owner['login']}:{pull.plan.branch}", "user": owner, "repo": named.repository, **end}


def _base(named: Named, pull: Pull) -> Json:
    owner, branch = named.repository["owner"], named.repository["default_branch"]
    return {
        "label": f"{owner['login']}:{branch}",
        "ref": branch,
        "sha": named.shas[pull.target],
        "user": owner,
        "repo": named.repository,
    }


def _links(api: str, html_url: str, number: int, head_sha: str) -> Json:
    hrefs = {
        "self": f"{api}/pulls/{number}",
        "html": html_url,
        "issue": f"{api}/issues/{number}",
        "comments": f"{api}/issues/{number}/comments",
        "review_comments": f"{api}/pulls/{number}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{api}/pulls/{number}/commits",
        "statuses": f"{api}/statuses/{head_sha}",
    }
    return {name: {"href": href} for name, href in hrefs.items()}


def review_object(named: Named, pull: Pull, number: int, review: PlannedReview) -> Json:
    """Return one review of a pull request, with the number of that pull request.

    A review of somebody who left GitHub has no user; one that is not submitted has no time.
    """
    identity = REVIEW_IDS + number * 1000 + named.index
    pull_url = f"{API}/repos/{named.full_name}/pulls/{pull.number}"
    html_url = f"https://github.com/{named.full_name}/pull/{pull.number}#pullrequestreview-{identity}"
    made = [mark for mark in pull.marks if named.committed_at(mark) <= review.at]
    return {
        "id": identity,
        "node_id": node_id_in(named.repository["id"], "PRR", identity),
        "user": _user_unless_gone(review.reviewer),
        "body": review.body,
        "state": review.state,
        "html_url": html_url,
        "pull_request_url": pull_url,
        "author_association": review.reviewer.association,
        "_links": {"html": {"href": html_url}, "pull_request": {"href": pull_url}},
        **({} if review.state == "PENDING" else {"submitted_at": iso(review.at)}),
        "commit_id": named.shas[(made or pull.marks)[-1]],
        "pull_request_number": pull.number,
    }


def _user_unless_gone(person: Person) -> Json | None:
    return None if person == GHOST else person.user
