"""What happens to pull requests and their reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.changes.recording import ChangeError
from sandbox.github.generator.node_ids import node_id_in

if TYPE_CHECKING:
    from sandbox.github.changes.recording import Recording


def update_pull_request(recording: Recording, repository: str, number: int, **fields: Any) -> None:  # noqa: ANN401
    """Give fields of a pull request other values, `updated_at` among them where it shall move."""
    found = recording.repository(repository)
    rows, pull = found.row("pulls", number=number)
    pull.update(fields)
    found.write("pulls", rows)


def add_review(
    recording: Recording,
    repository: str,
    number: int,
    login: str,
    **fields: Any,  # noqa: ANN401
) -> None:
    """Let somebody who has reviewed before review again: FIELDS are `state`, `body` and `submitted_at`.

    The pull request's `updated_at` moves to the same time.
    """
    found = recording.repository(repository)
    pulls, pull = found.row("pulls", number=number)
    reviews = found.rows("reviews")
    earlier = [row for row in reviews if (row.get("user") or {}).get("login") == login]
    if not earlier:
        message = f"{login} has reviewed nothing in {repository}."
        raise ChangeError(message)
    identity = max(row["id"] for row in reviews) + 1
    html_url = f"{pull['html_url']}#pullrequestreview-{identity}"
    review = {
        **earlier[-1],
        "id": identity,
        "node_id": node_id_in(found.recorded["id"], "PRR", identity),
        "html_url": html_url,
        "commit_id": pull["head"]["sha"],
        "pull_request_url": pull["url"],
        "_links": {"html": {"href": html_url}, "pull_request": {"href": pull["url"]}},
        "pull_request_number": number,
        **fields,
    }
    pull["updated_at"] = review["submitted_at"]
    found.write("reviews", [*reviews, review])
    found.write("pulls", pulls)


def edit_review(recording: Recording, repository: str, review_id: int, **fields: Any) -> None:  # noqa: ANN401
    """Give fields of a review other values; as at GitHub, its pull request's `updated_at` does not move."""
    found = recording.repository(repository)
    rows, review = found.row("reviews", id=review_id)
    review.update(fields)
    found.write("reviews", rows)


def delete_review(recording: Recording, repository: str, review_id: int) -> None:
    """Delete a review; as at GitHub, its pull request's `updated_at` does not move."""
    found = recording.repository(repository)
    rows, review = found.row("reviews", id=review_id)
    found.write("reviews", [row for row in rows if row is not review])
