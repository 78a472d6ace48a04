"""Pull requests with their commits, reviews and threads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.graphql.commits import Commit
from sandbox.github.graphql.connections import Connection, Total, listed
from sandbox.github.graphql.rows import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.github.graphql.repositories import Ref, Repository
    from sandbox.github.lines import Json

MAX_COMMITS = 250
COMMENTS_PER_THREAD = 3


class PullRequest(Row):
    """A pull request."""

    typename = "PullRequest"

    def __init__(self, repository: Repository, row: Json) -> None:
        """Take the pull request as `GET .../pulls/{number}` shows it."""
        super().__init__(row)
        self.repository = repository

    @property
    def permalink(self) -> str:
        """Return the address of the page for people."""
        return self.url

    @property
    def state(self) -> str:
        """Return OPEN, CLOSED or MERGED: REST calls what was merged closed."""
        return "MERGED" if self.row["merged"] else str(self.row["state"]).upper()

    @property
    def closed(self) -> bool:
        """Tell whether it is closed, be it by merging."""
        return bool(self.row["state"] == "closed")

    @property
    def body(self) -> str:
        """Return the description: REST says null of an empty one."""
        return self.row["body"] or ""

    @property
    def body_text(self) -> str:
        """Return the description."""
        return self.body

    @property
    def is_draft(self) -> bool:
        """Tell whether it is a draft."""
        return bool(self.row.get("draft"))

    @property
    def author(self) -> Row | None:
        """Return who opened it, or None for who has been deleted: REST then says ghost."""
        return self.repository.graph.actor(self.row["user"])

    @property
    def merged_by(self) -> Row | None:
        """Return who merged it."""
        return self.repository.graph.actor(self.row.get("merged_by"))

    @property
    def merge_commit(self) -> Commit | None:
        """Return the commit by which it came to its base, or None before that."""
        sha = self.row.get("merge_commit_sha") if self.row["merged"] else None
        return Commit(self.repository, sha) if sha else None

    # Both ends

    @property
    def base_ref(self) -> Ref | None:
        """Return the branch that it is for."""
        return self.repository.ref(self.base_ref_name)

    @property
    def base_ref_name(self) -> str:
        """Return the name of that branch."""
        return str(self.row["base"]["ref"])

    @property
    def base_ref_oid(self) -> str:
        """Return the SHA of that branch."""
        return str(self.row["base"]["sha"])

    @property
    def base_repository(self) -> Repository:
        """Return the repository that it is for."""
        return self.repository

    @property
    def head_ref_name(self) -> str:
        """Return the name of the branch that it brings."""
        return str(self.row["head"]["ref"])

    @property
    def head_ref_oid(self) -> str:
        """Return the SHA of that branch."""
        return str(self.row["head"]["sha"])

    @property
    def head_repository(self) -> Repository | None:
        """Return the repository that it comes from, or None where that was deleted."""
        return self.repository.graph.fork(self.row["head"].get("repo"))

    @property
    def head_repository_owner(self) -> Row | None:
        """Return the owner of that repository."""
        owner = self.row["head"].get("user")
        return self.repository.graph.owner(owner) if owner else None

    @property
    def is_cross_repository(self) -> bool:
        """Tell whether it comes from another repository."""
        return bool((self.row["head"].get("repo") or {}).get("id") != self.repository.row["id"])

    # What lies below it

    def labels(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of labels."""
        return listed([Label(row) for row in self.row["labels"]], lambda label: label.id, **bounds)

    @property
    def total_comments_count(self) -> int:
        """Return the number of comments, those on lines of code included."""
        return int(self.row["comments"] + self.row["review_comments"])

    def comments(self, **_: Any) -> Total:  # noqa: ANN401
        """Return the number of comments outside the code."""
        return Total(self.row["comments"])

    def commits(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of commits: of more than 250 the first ones, as in REST."""
        found = self.repository.found
        known = found.history.commits if found else {}
        shas = found.pull_commits.get(self.row["number"], []) if found else []
        listable = [PullRequestCommit(self, sha) for sha in shas[:MAX_COMMITS] if sha in known]
        return listed(listable, lambda each: each.commit.oid, total=self.row["commits"], **bounds)

    def reviews(
        self,
        states: Sequence[str] | None = None,
        author: str | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of reviews, oldest first."""
        chosen = [
            review
            for review in self.every_review
            if (states is None or review.row["state"] in states)
            and (author is None or (review.row.get("user") or {}).get("login") == author)
        ]
        return listed(chosen, lambda review: review.full_database_id, **bounds)

    @property
    def every_review(self) -> list[Review]:
        """Return all reviews, in REST's order."""
        found = self.repository.found
        rows = found.reviews.get(self.row["number"], []) if found else []
        return [Review(self, row) for row in rows]

    def review_threads(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of threads; their comments add up to REST's review_comments."""
        total: int = self.row["review_comments"]
        sizes = [min(COMMENTS_PER_THREAD, total - begun) for begun in range(0, total, COMMENTS_PER_THREAD)]
        threads = [ReviewThread(self, place, size) for place, size in enumerate(sizes)]
        return listed(threads, lambda thread: thread.id, **bounds)


class PullRequestCommit(Row):
    """A commit in its place in a pull request."""

    typename = "PullRequestCommit"

    def __init__(self, pull_request: PullRequest, sha: str) -> None:
        """Take the commit's SHA."""
        super().__init__({"node_id": f"PURC_{pull_request.row['id']}_{sha}"})
        self.pull_request = pull_request
        self.commit = Commit(pull_request.repository, sha)

    @property
    def url(self) -> str:
        """Return the address of the page for people."""
        return f"{self.pull_request.url}/commits/{self.commit.oid}"


class Review(Row):
    """A review."""

    typename = "PullRequestReview"

    def __init__(self, pull_request: PullRequest, row: Json) -> None:
        """Take the review as `GET .../pulls/{number}/reviews` shows it."""
        super().__init__(row)
        self.pull_request = pull_request
        self.repository = pull_request.repository

    @property
    def author(self) -> Row | None:
        """Return the reviewer, or None for who has been deleted."""
        return self.repository.graph.actor(self.row.get("user"))

    @property
    def body_text(self) -> str:
        """Return the body."""
        return str(self.row["body"])

    @property
    def commit(self) -> Commit | None:
        """Return the commit that was reviewed."""
        sha = self.row.get("commit_id")
        return Commit(self.repository, sha) if sha else None

    @property
    def created_at(self) -> str:
        """Return when it was begun: when it was submitted, or when the pull request was opened."""
        return str(self.row.get("submitted_at") or self.pull_request.row["created_at"])

    @property
    def updated_at(self) -> str:
        """Return the same time: the data folder knows no other."""
        return self.created_at

    def comments(self, **_: Any) -> Total:  # noqa: ANN401
        """Return this review's share of the comments on lines of code: REST knows only their sum."""
        siblings = [review.full_database_id for review in self.pull_request.every_review]
        share, rest = divmod(self.pull_request.row["review_comments"], len(siblings))
        return Total(share + (siblings.index(self.full_database_id) < rest))


class ReviewThread(Row):
    """A conversation on lines of code."""

    typename = "PullRequestReviewThread"

    def __init__(self, pull_request: PullRequest, place: int, size: int) -> None:
        """Take the thread's place among the others, and the number of its comments."""
        super().__init__({"node_id": f"PRRT_{pull_request.row['id']}_{place:06}"})
        self.pull_request = pull_request
        self.repository = pull_request.repository
        self._size = size

    def comments(self, **_: Any) -> Total:  # noqa: ANN401
        """Return the number of comments."""
        return Total(self._size)


class Label(Row):
    """A label."""

    typename = "Label"

    @property
    def is_default(self) -> bool:
        """Tell whether new repositories have it."""
        return bool(self.row.get("default"))
