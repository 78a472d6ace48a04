"""Each value that GitHub's OpenAPI description lets be null, or be missing, may be so in an answer."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

import jsonschema  # type: ignore[import-untyped] # its types are another package
import pytest
import requests
from githubkit_schemas.v2022_11_28 import models
from pydantic import BaseModel
from sandbox.servers import TOKEN
from tap_github_custom.head import Head
from tap_github_custom.repository import Repository
from tap_github_custom.rows.commit import commit_file_rows, commit_row
from tap_github_custom.rows.deployment import deployment_row, deployment_status_row
from tap_github_custom.rows.pull_request import Detail, pull_request_row
from tap_github_custom.rows.pull_request_commit import PullCommit
from tap_github_custom.rows.pull_request_review import pull_request_review_row
from tap_github_custom.rows.release import release_row
from tap_github_custom.rows.repository import repository_row
from tap_github_custom.schema_files import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.servers import Server

Json = dict[str, Any]
Path = tuple[str | int, ...]

ONE = Repository(7, "R_7", "made/one", "made", "made", "main")
DEPTH = 2
WORKS = "/repos/lantern-works"


def _of_repository(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "repository", repository_row(answer, Repository.of(answer, "made"))


def _of_pull(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "pull_request", pull_request_row(answer, Detail.from_rest(answer), ONE)


def _of_review(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "pull_request_review", pull_request_review_row(answer, {"id": 1, "number": 2}, ONE)


def _of_commit(answer: Json) -> Iterator[tuple[str, Json]]:
    assert Head.of_rest(answer).sha == PullCommit.from_rest(answer).sha
    yield "commit", commit_row(answer, ONE)
    for row in commit_file_rows(answer, answer.get("files") or [], ONE, with_patch=True, max_files=9):
        yield "commit_file", row


def _of_deployment(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "deployment", deployment_row(answer, [], ONE)


def _of_status(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "deployment_status", deployment_status_row(answer, {"id": 1}, ONE)
    yield "deployment", deployment_row({"id": 1}, [answer], ONE)


def _of_release(answer: Json) -> Iterator[tuple[str, Json]]:
    yield "release", release_row(answer, None, ONE)


ANSWERS: dict[str, tuple[type[BaseModel], Callable[[Json], Iterator[tuple[str, Json]]]]] = {
    "/orgs/lantern-works/repos": (models.MinimalRepository, _of_repository),
    f"{WORKS}/platform/pulls": (models.PullRequestSimple, _of_pull),
    f"{WORKS}/platform/pulls/1": (models.PullRequest, _of_pull),
    f"{WORKS}/platform/pulls/1/reviews": (models.PullRequestReview, _of_review),
    f"{WORKS}/platform/commits/main": (models.Commit, _of_commit),
    f"{WORKS}/platform/deployments": (models.Deployment, _of_deployment),
    f"{WORKS}/platform/deployments/*/statuses": (models.DeploymentStatus, _of_status),
    f"{WORKS}/cli/releases": (models.Release, _of_release),
}


@cache
def validator(stream: str) -> jsonschema.Draft7Validator:
    """Return what judges the rows of a stream; here they need not be whole."""
    return jsonschema.Draft7Validator({**schema_of(stream), "required": []})


def asked(github: Server, path: str) -> Any:
    """Return the first element of a list, or the object; a star stands for the first id of the list above."""
    above, star, below = path.partition("*")
    where = f"{above}{asked(github, above.rstrip('/'))['id']}{below}" if star else path
    answer = requests.get(github.url + where, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    answer.raise_for_status()
    body = answer.json()
    return body[0] if isinstance(body, list) else body


def changes(answer: Any, form: type[BaseModel], above: Path = ()) -> Iterator[tuple[Path, bool]]:
    """Yield where a value may be null (True) or missing (False)."""
    for field_name, field in form.model_fields.items():
        name = field.alias or field_name
        kinds = list(_kinds(field.annotation))
        if type(None) in kinds:
            yield (*above, name), True
        if not field.is_required():
            yield (*above, name), False
        value = answer.get(name)
        index: Path = (0,) if isinstance(value, list) else ()
        first = (value or [None])[0] if index else value
        for kind in kinds:
            is_form = isinstance(kind, type) and issubclass(kind, BaseModel)
            if is_form and isinstance(first, dict) and len(above) < DEPTH:
                yield from changes(first, kind, (*above, name, *index))


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield the types of an annotation: of a union, and of a list's elements."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for each in inner:
        yield from _kinds(each)


def changed(answer: Json, path: Path, *, is_null: bool) -> Json:
    """Return a copy of an answer with one value less."""
    found: Any = copy.deepcopy(answer)
    inner = found
    for part in path[:-1]:
        inner = inner[part]
    if is_null:
        inner[path[-1]] = None
    else:
        inner.pop(path[-1], None)
    return dict(found)


@pytest.mark.parametrize("path", ANSWERS)
def test_rows_come_whatever_is_null_or_missing(github: Server, path: str) -> None:
    """One value at a time; each row is as the stream's schema says."""
    form, rows_of = ANSWERS[path]
    answer = asked(github, path)
    variants = set(changes(answer, form))
    assert len(variants) > 5
    for where, is_null in variants:
        for stream, row in rows_of(changed(answer, where, is_null=is_null)):
            validator(stream).validate(row)
