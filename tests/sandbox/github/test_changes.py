"""Things that happen to the data while it is served: every API tells of them at once, and alike."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.servers import Server, serve_github

from .conftest import PLATFORM, Api, GraphQL
from .test_git import git, references

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "lantern-works/platform"
NOW = "2026-07-02T10:00:00Z"


@pytest.fixture(scope="module")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server for a copy of the data that may be changed."""
    folder = tmp_path_factory.mktemp("changing") / "data"
    shutil.copytree(data, folder)
    with serve_github(folder, points_per_hour=100_000) as started:
        yield started


@pytest.fixture(scope="module")
def own(server: Server) -> Api:
    """Return a client of it."""
    return Api(server.url)


def pulls(api: Api, **asked: Any) -> list[Any]:
    """Return pull requests, the last updated first."""
    return api.all(f"{PLATFORM}/pulls", state="all", sort="updated", direction="desc", **asked)


def test_a_pull_request_moves_while_pages_are_read(server: Server, own: Api) -> None:
    """Right after page 1 the oldest one is updated: page 2 begins with what page 1 ended with."""
    before = pulls(own)
    server.change(
        "update_pull_request",
        after_path="/pulls$",
        repository=NAME,
        number=before[-1]["number"],
        title="Moved",
        updated_at=NOW,
    )
    first = own.get(f"{PLATFORM}/pulls", state="all", sort="updated", direction="desc", per_page=20)
    second = own.get(first.links["next"]["url"])
    assert [pull["number"] for pull in first.json()] == [pull["number"] for pull in before[:20]]
    assert second.json()[0]["number"] == first.json()[-1]["number"]
    assert (pulls(own)[0]["number"], pulls(own)[0]["title"]) == (before[-1]["number"], "Moved")


def test_cursors_of_graphql_do_not_shift(server: Server) -> None:
    """The same in GraphQL: page 2 begins where page 1 ended."""
    query = """query($after: String) { repository(owner: "lantern-works", name: "platform") {
      pullRequests(first: 20, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
        pageInfo { endCursor } nodes { number } } } }"""
    graphql = GraphQL(server.url)
    expected = pulls(Api(server.url))
    server.change(
        "update_pull_request",
        after_path="/graphql$",
        repository=NAME,
        number=expected[-1]["number"],
        updated_at="2026-07-02T11:00:00Z",
    )
    first = graphql.data(query)["repository"]["pullRequests"]
    second = graphql.data(query, after=first["pageInfo"]["endCursor"])["repository"]["pullRequests"]
    numbers = [node["number"] for node in (*first["nodes"], *second["nodes"])]
    assert numbers == [pull["number"] for pull in expected[:40]]


def test_reviews_change_and_vanish_without_a_trace(server: Server, own: Api) -> None:
    """The pull request's `updated_at` stays."""
    pull = next(each for each in pulls(own) if len(own.json(f"{each['url']}/reviews")) > 1)
    first, second, *_ = own.json(f"{pull['url']}/reviews")
    server.change("edit_review", repository=NAME, review_id=first["id"], body="On second thoughts.")
    server.change("delete_review", repository=NAME, review_id=second["id"])
    reviews = own.json(f"{pull['url']}/reviews")
    assert reviews[0]["body"] == "On second thoughts."
    assert second["id"] not in [review["id"] for review in reviews]
    assert own.json(pull["url"])["updated_at"] == pull["updated_at"]
    query = "query($id: ID!) { node(id: $id) { ... on PullRequest { reviews { totalCount } } } }"
    found = GraphQL(server.url).data(query, id=pull["node_id"])["node"]
    assert found["reviews"]["totalCount"] == len(reviews)


def test_a_review_comes(server: Server, own: Api) -> None:
    """It is the last one, in both APIs, and moves the pull request."""
    pull = next(each for each in pulls(own) if own.json(f"{each['url']}/reviews"))
    earlier = own.json(f"{pull['url']}/reviews")
    login = next(review["user"]["login"] for review in earlier if review["user"])
    given: dict[str, Any] = {"state": "APPROVED", "submitted_at": NOW, "body": "Yes."}
    server.change("add_review", repository=NAME, number=pull["number"], login=login, **given)
    newest = own.json(f"{pull['url']}/reviews")[-1]
    assert (newest["body"], newest["submitted_at"], newest["user"]["login"]) == ("Yes.", NOW, login)
    assert own.json(pull["url"])["updated_at"] == NOW
    query = "query($id: ID!) { node(id: $id) { ... on PullRequestReview { body pullRequest { number } } } }"
    node = GraphQL(server.url).data(query, id=newest["node_id"])["node"]
    assert node == {"body": "Yes.", "pullRequest": {"number": pull["number"]}}


def test_a_deployment_reaches_another_state_later(server: Server, own: Api) -> None:
    """Its newest status is the new one."""
    deployment = own.all(f"{PLATFORM}/deployments")[-1]
    server.change(
        "add_deployment_status", repository=NAME, deployment_id=deployment["id"], state="error", at=NOW
    )
    newest, older, *_ = own.json(deployment["statuses_url"])
    assert (newest["state"], newest["created_at"]) == ("error", NOW)
    assert newest.keys() == older.keys()
    assert own.json(deployment["url"])["updated_at"] == NOW


LONG_AGO = ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"]


@pytest.mark.parametrize(
    ("change", "lost", "gained"),
    [
        ({"change": "push"}, 0, 1),
        ({"change": "force_push", "dropped": 3}, 3, 1),
        ({"change": "merge_late", "committed_at": LONG_AGO}, 0, 3),
    ],
)
def test_the_default_branch_moves(
    server: Server, tmp_path: Path, change: dict[str, Any], *, lost: int, gained: int
) -> None:
    """REST, GraphQL and git list the same commits; what the branch lost is still known by its SHA."""
    api, path = Api(server.url), "/repos/lantern-works/web-app"
    before = [row["sha"] for row in api.all(f"{path}/commits")]
    server.change(repository="lantern-works/web-app", at=NOW, **change)
    after = [row["sha"] for row in api.all(f"{path}/commits")]
    assert len(after) == len(before) - lost + gained
    if lost:
        assert not set(before[:lost]) & set(after)
        assert api.json(f"{path}/commits/{before[0]}")["sha"] == before[0]
    assert git("clone", "-q", "--mirror", f"{server.url}/lantern-works/web-app.git", tmp_path).returncode == 0
    assert git("-C", tmp_path, "rev-list", "main").stdout.split() == after
    query = """{ repository(owner: "lantern-works", name: "web-app") {
      pushedAt defaultBranchRef { target { oid } } } }"""
    assert GraphQL(server.url).data(query)["repository"] == {
        "pushedAt": NOW,
        "defaultBranchRef": {"target": {"oid": after[0]}},
    }
    assert set(references(tmp_path)) >= {"refs/heads/main"}


def test_a_history_comes_back_is_held_by_a_branch_and_is_forgotten(server: Server, tmp_path: Path) -> None:
    """Another root has nothing in common with it; what nothing holds is gone once garbage is collected."""
    api, name = Api(server.url), "lantern-works/web-app"
    path = f"/repos/{name}"
    before = api.all(f"{path}/commits")
    old = before[0]["sha"]
    server.change("force_push", repository=name, at=NOW, dropped=None)
    (root,) = api.all(f"{path}/commits")
    assert not root["parents"]
    assert api.get(f"{path}/compare/{root['sha']}...{old}").status_code == 404
    server.change("move_branch", repository=name, at=NOW, to=old)
    assert api.all(f"{path}/commits") == before
    server.change("add_branch", repository=name, name="kept")
    server.change("force_push", repository=name, at=NOW, dropped=1)
    lost = api.all(f"{path}/commits")[0]["sha"]
    server.change("force_push", repository=name, at="2026-07-03T10:00:00Z", dropped=1)
    server.change("collect_garbage", repository=name)
    assert ("kept", old) in [(row["name"], row["commit"]["sha"]) for row in api.all(f"{path}/branches")]
    assert api.json(f"{path}/commits/{old}")["sha"] == old
    for forgotten in (lost, root["sha"]):
        assert api.get(f"{path}/commits/{forgotten}").status_code == 422
    assert git("clone", "-q", "--mirror", f"{server.url}/{name}.git", tmp_path).returncode == 0
    assert references(tmp_path)["refs/heads/kept"] == old
    assert git("-C", tmp_path, "fetch", "-q", "origin", lost).returncode != 0


def test_pages_of_a_history_go_on_after_a_force_push(server: Server) -> None:
    """A cursor belongs to the history from which it came: what the branch lost meanwhile is listed too."""
    api, graphql = Api(server.url), GraphQL(server.url)
    before = [row["sha"] for row in api.all("/repos/lantern-labs/experiments/commits")]
    query = """query($after: String) { repository(owner: "lantern-labs", name: "experiments") {
      defaultBranchRef { target { ... on Commit { history(first: 5, after: $after) {
        pageInfo { endCursor } nodes { oid } } } } } } }"""

    def page(after: str | None) -> Any:
        repository = graphql.data(query, after=after)["repository"]
        return repository["defaultBranchRef"]["target"]["history"]

    first = page(None)
    server.change("force_push", repository="lantern-labs/experiments", at=NOW, dropped=4)
    second = page(first["pageInfo"]["endCursor"])
    assert [node["oid"] for node in (*first["nodes"], *second["nodes"])] == before[:10]
    assert page(None)["nodes"][0]["oid"] not in before


def test_a_repository_gets_another_name(server: Server, own: Api) -> None:
    """The former name leads to it, the id stays, and no address shows the former name."""
    before = own.json("/repos/lantern-works/cli")
    server.change("rename_repository", repository="lantern-works/cli", name="tool")
    after = own.json("/repos/lantern-works/tool")
    assert (after["id"], after["full_name"]) == (before["id"], "lantern-works/tool")
    assert own.get("/repos/lantern-works/cli").headers["location"].endswith(f"/repositories/{before['id']}")
    assert own.json(after["url"])["id"] == before["id"]
    pull = own.all("/repos/lantern-works/tool/pulls", state="all")[0]
    assert "lantern-works/cli" not in str(pull)
    assert own.json(pull["url"])["base"]["repo"]["full_name"] == "lantern-works/tool"
    query = '{ repository(owner: "lantern-works", name: "cli") { nameWithOwner } }'
    assert GraphQL(server.url).data(query)["repository"]["nameWithOwner"] == "lantern-works/tool"


def test_a_repository_gets_another_owner(server: Server, own: Api) -> None:
    """It is listed by the new organisation only, with what belongs to it."""
    before = own.json("/repos/lantern-works/data-pipelines")
    server.change(
        "transfer_repository", repository="lantern-works/data-pipelines", organization="lantern-labs"
    )
    after = own.json("/repos/lantern-labs/data-pipelines")
    assert (after["id"], after["owner"]["login"]) == (before["id"], "lantern-labs")
    assert before["id"] not in [row["id"] for row in own.all("/orgs/lantern-works/repos")]
    assert before["id"] in [row["id"] for row in own.all("/orgs/lantern-labs/repos")]
    pull = own.all("/repos/lantern-labs/data-pipelines/pulls", state="all")[0]
    assert pull["base"]["label"] == "lantern-labs:main"
    for name in ("lantern-works/data-pipelines", "lantern-works/etl"):
        assert own.get(f"/repos/{name}").status_code == 301


def test_a_repository_is_deleted(server: Server, own: Api) -> None:
    """It is not found, by name nor by id."""
    gone = own.json("/repos/lantern-works/legacy-portal")
    server.change("delete_repository", repository="lantern-works/legacy-portal")
    for path in ("/repos/lantern-works/legacy-portal", f"/repositories/{gone['id']}"):
        assert own.get(path).status_code == 404


def test_a_user_gets_another_login(server: Server, own: Api) -> None:
    """The id stays; nothing shows the former login."""
    member = own.all("/orgs/lantern-works/members")[2]
    server.change("rename_user", login=member["login"], new_login="somebody-new")
    renamed = next(row for row in own.all("/orgs/lantern-works/members") if row["id"] == member["id"])
    assert renamed["login"] == "somebody-new"
    assert own.get(f"/users/{member['login']}").status_code == 404
    assert {pull["user"]["login"] for pull in pulls(own) if pull["user"]["id"] == member["id"]} <= {
        "somebody-new"
    }


def test_a_user_is_deleted(server: Server, own: Api) -> None:
    """Pull requests are the ghost's, reviews and commits nobody's; GraphQL says null."""
    login = own.all(f"{PLATFORM}/pulls", state="closed")[0]["user"]["login"]
    theirs = [pull for pull in pulls(own) if pull["user"]["login"] == login]
    server.change("delete_user", login=login)
    after = own.json(theirs[0]["url"])
    assert after["user"]["login"] == "ghost"
    assert login not in {(row["author"] or {}).get("login") for row in own.all(f"{PLATFORM}/commits")}
    assert login not in {row["login"] for row in own.all("/orgs/lantern-works/members")}
    query = "query($id: ID!) { node(id: $id) { ... on PullRequest { author { login } } } }"
    assert GraphQL(server.url).data(query, id=after["node_id"])["node"]["author"] is None


@pytest.mark.parametrize(
    ("change", "arguments", "words"),
    [
        ("explode", {}, "There is no change 'explode'"),
        (
            "push",
            {"repository": "lantern-works/nothing", "at": NOW},
            "has no repository lantern-works/nothing",
        ),
        ("delete_review", {"repository": NAME, "review_id": 1}, "has none of reviews with"),
        ("delete_review", {"repository": NAME}, "review_id"),
    ],
)
def test_what_cannot_happen_is_told(
    server: Server, change: str, arguments: dict[str, Any], words: str
) -> None:
    """A mistake in a test is an error, not a change that never comes."""
    with pytest.raises(requests.HTTPError) as raised:
        server.change(change, **arguments)
    assert words in raised.value.response.json()["error"]
