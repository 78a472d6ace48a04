"""GraphQL answers badly, or not at all: REST tells the same."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.servers import TOKEN, serve_github
from tap_github_custom.documents import document

from .made import LOGIN
from .running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
HTML = "<html>Bad gateway</html>"
PARTIAL = {
    "data": {"nodes": [None, None]},
    "errors": [{"type": "FORBIDDEN", "path": ["nodes", 0], "message": "No"}],
}
NO_DATA = {"errors": [{"message": "Something went wrong while executing your query."}]}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404, "body": "{}"},
        {"status": 500, "body": HTML},
        {"status": 502, "body": HTML},
        {"status": 403, "body": '{"message": "Resource not accessible by integration"}'},
        {"status": 200, "body": json.dumps(PARTIAL)},
        {"status": 200, "body": json.dumps(NO_DATA)},
        {"status": 200, "body": '{"data": null}'},
    ],
    ids=["404", "500", "502", "403", "partial", "error", "null"],
)
def test_where_graphql_fails_rest_tells_the_same(
    three: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """Whatever becomes of GraphQL, every row comes, and is equal."""
    del three
    expected = run_tap(made_github, tmp_path, **RUN)
    made_github.add_fault(path="/graphql", times=None, **fault)
    output = run_tap(made_github, tmp_path, **RUN)
    assert output.error is None
    assert not output.skipped
    for stream in expected.streams:
        assert output.in_order(stream) == expected.in_order(stream)


def ask_for_pull_requests(server: Server, ids: list[str]) -> dict[str, Any]:
    """Return what GraphQL answers to the tap's question about pull requests."""
    variables = {"ids": ids, "reviews": 100, "withReviews": True, "commits": 100}
    answer = requests.post(
        f"{server.url}/graphql",
        json={"query": document("pull_requests"), "variables": variables},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    ).json()
    assert [node["id"] for node in answer["data"]["nodes"]] == ids
    return dict(answer)


def answer_graphql(server: Server, statement: str, answer: dict[str, Any], times: int | None = 1) -> None:
    """Let questions of a name be answered so."""
    server.add_fault(
        path="/graphql",
        statement=f"query {statement}",
        times=times,
        status=200,
        headers={"content-type": "application/json"},
        body=json.dumps(answer),
    )


@pytest.mark.parametrize(
    ("kind", "hole"),
    list(product(("reviews", "commits"), ("a node", "all nodes", "the page", "an empty list", "a member"))),
)
def test_where_an_answer_has_holes_rest_tells_the_same(
    made: Made, made_github: Server, tmp_path: Path, kind: str, hole: str
) -> None:
    """What GraphQL leaves out without an error is not taken for what there is, nor for a broken answer."""
    made.add("one", 1, pulls=3)
    expected = run_tap(made_github, tmp_path, **RUN)
    ids = ["PR_1003", "PR_1002", "PR_1001"]  # as the list of pull requests has them
    answer = ask_for_pull_requests(made_github, ids)
    spoilt = answer["data"]["nodes"][1]
    if hole == "a node":
        spoilt[kind]["nodes"].append(None)
    elif hole == "a member":  # the schema lets the number of a review be null
        spoilt[kind]["nodes"][0][{"reviews": "fullDatabaseId", "commits": "commit"}[kind]] = None
    else:
        nodes: list[Any] | None = [] if hole == "an empty list" else None
        spoilt[kind] = None if hole == "the page" else {**spoilt[kind], "nodes": nodes}
    answer_graphql(made_github, "PullRequests", answer)
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    for stream in expected.streams:
        assert output.in_order(stream) == expected.in_order(stream)
    asked = {each["path"] for each in made_github.requests()}
    assert "/repos/made/one/pulls/2/reviews" in asked


@pytest.mark.parametrize("cursor", [None, "c"])
def test_a_list_that_leads_back_to_itself_has_an_end(
    made: Made, made_github: Server, tmp_path: Path, cursor: str | None
) -> None:
    """A page that names itself as the next one is not asked for for ever: REST tells the same."""
    made.add("one", 1, pulls=1)
    expected = run_tap(made_github, tmp_path, **RUN)
    endless = {"pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": []}
    answer = ask_for_pull_requests(made_github, ["PR_1001"])
    answer["data"]["nodes"][0]["reviews"] = endless
    answer_graphql(made_github, "PullRequests", answer)
    answer_graphql(made_github, "MoreReviews", {"data": {"node": {"reviews": endless}}}, times=20)
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    assert output.in_order("pull_request_review") == expected.in_order("pull_request_review")
    asked = made_github.requests()
    assert "/repos/made/one/pulls/1/reviews" in {each["path"] for each in asked}
    assert len([each for each in asked if "MoreReviews" in (each["statement"] or "")]) <= 1


def test_commits_whose_authors_graphql_leaves_open_are_asked_for(github: Server, tmp_path: Path) -> None:
    """An object that is null without an error is not nobody's commit."""
    run: dict[str, Any] = {
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "catalog": selecting("commit"),
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    assert any(row["author_id"] for row in expected.of("commit"))
    nothing = {"data": {"repository": {"commit0": None}, "rateLimit": {"cost": 1}}}
    answer_graphql(github, "CommitAccounts", nothing, times=None)
    output = run_tap(github, tmp_path / "output", **run)
    assert output.in_order("commit") == expected.in_order("commit")


def test_a_commit_that_github_has_lost_is_in_nobodys_way(github: Server, tmp_path: Path) -> None:
    """It is in the clone; whose its address is stays open."""
    run: dict[str, Any] = {
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "catalog": selecting("commit"),
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    github.add_fault(path="/graphql", statement="query CommitAccounts", times=None, status=502, body=HTML)
    github.add_fault(path="/commits$", times=1, status=422, body='{"message": "No commit found"}')
    output = run_tap(github, tmp_path / "output", **run)
    assert output.skipped.keys() == expected.skipped.keys()
    assert len(output.of("commit")) == len(expected.of("commit"))


def test_graphql_that_may_not_be_asked_is_not(github: Server, tmp_path: Path) -> None:
    """Nor for whose commits they are that git has brought; REST knows it, too."""
    run: dict[str, Any] = {
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "catalog": selecting("commit"),
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    github.clear_requests()
    output = run_tap(github, tmp_path / "output", **run, use_graphql=False)
    assert output.in_order("commit") == expected.in_order("commit")
    assert "/graphql" not in {each["path"] for each in github.requests()}


def test_graphql_is_given_up_if_it_never_answers(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Lasting 502s are not tried for each pull request, and every row comes all the same."""
    made.add("one", 7, pulls=12)
    made_github.add_fault(path="/graphql", times=None, status=502, body=HTML)
    output = run_tap(made_github, tmp_path, **RUN)
    assert len(output.of("pull_request_review")) == 12
    asked = [each for each in made_github.requests() if each["path"] == "/graphql"]
    assert len(asked) < 40


def test_questions_that_are_too_large_are_halved(made: Made, tmp_path: Path) -> None:
    """What GraphQL answers with 502 is asked for in smaller parts, and REST need not help."""
    made.add("one", 7, pulls=60)
    with serve_github(made.folder, points_per_hour=1_000_000, graphql_max_nodes=5_000) as server:
        output = run_tap(server, tmp_path, **RUN)
        assert len(output.of("pull_request_review")) == len(output.of("pull_request")) == 60
        paths = [each["path"] for each in server.requests()]
        assert [path for path in paths if path.endswith("/reviews")] == []


def test_what_the_probe_was_refused_is_read(three: Made, made_github: Server, tmp_path: Path) -> None:
    """A default branch that is null beside an error is not an empty repository."""
    del three
    node = {"nameWithOwner": "made/one", "pushedAt": None, "defaultBranchRef": None}
    repositories = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [node]}
    path = ["organization", "repositories", "nodes", 0, "defaultBranchRef"]
    body = {
        "data": {"organization": {"repositories": repositories}},
        "errors": [{"type": "FORBIDDEN", "path": path, "message": "Resource not accessible"}],
    }
    made_github.add_fault(path="/graphql", status=200, body=json.dumps(body))
    assert len(run_tap(made_github, tmp_path, **RUN).of("commit")) == 3


def test_a_probe_that_is_not_understood_is_no_end_of_graphql(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """An older Enterprise Server lacks a field of it: all is read, and reviews come by GraphQL."""
    del three
    body = json.dumps({"errors": [{"message": "Field 'releases' doesn't accept argument 'orderBy'"}]})
    made_github.add_fault(path="/graphql", status=200, body=body)
    output = run_tap(made_github, tmp_path, **RUN)
    assert len(output.of("pull_request_review")) == 6
    assert not [each for each in made_github.requests() if each["path"].endswith("/reviews")]


@pytest.mark.parametrize(
    ("query", "status"),
    [("ProbeOrganization", 403), ("PullRequests", 403), ("PullRequests", 401)],
)
def test_where_one_organisation_is_refused_the_next_is_not(
    github: Server, tmp_path: Path, query: str, status: int
) -> None:
    """With the credential of the other everything goes on by GraphQL, and no row is missing."""
    github.add_token("own-token", organization="lantern-works")
    run: dict[str, Any] = {
        "organizations": ["lantern-works", "lantern-labs"],
        "organization_credentials": {"lantern-works": {"auth_token": "own-token"}},
        "concurrency": 1,
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    github.clear_requests()
    github.add_fault(path="/graphql", statement=f"query {query}", status=status, body="{}")
    output = run_tap(github, tmp_path / "output", **run)
    asked = [each for each in github.requests() if query in (each["statement"] or "")]
    assert {each["status"] for each in asked} == {status, 200}
    if status == 403:
        assert output.skipped == expected.skipped
        for stream in expected.streams:
            assert output.in_order(stream) == expected.in_order(stream)
