"""GraphQL tells of the same data as REST, in its own words."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from .conftest import PLATFORM, Api, GraphQL

SECP = "/repos/bitcoin-core/secp256k1"
BATCH = 25
ACTOR = "login __typename ... on User { databaseId } ... on Bot { databaseId }"
PULLS = f"""query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on PullRequest {{
  id fullDatabaseId number state title body isDraft locked url createdAt updatedAt closedAt mergedAt merged
  additions deletions changedFiles authorAssociation baseRefName baseRefOid headRefName headRefOid
  author {{ {ACTOR} }} mergedBy {{ {ACTOR} }} mergeCommit {{ oid }}
  headRepository {{ databaseId nameWithOwner }} repository {{ nameWithOwner }}
  labels(first: 100) {{ nodes {{ name color }} }}
  comments {{ totalCount }} totalCommentsCount
  reviewThreads(first: 100) {{ totalCount pageInfo {{ hasNextPage }} nodes {{ comments {{ totalCount }} }} }}
  commits(first: 100) {{ totalCount nodes {{ commit {{ oid authoredDate committedDate }} }} }}
  reviews(first: 100) {{ totalCount nodes {{
    id fullDatabaseId state body submittedAt authorAssociation url
    commit {{ oid }} author {{ {ACTOR} }} comments {{ totalCount }} }} }}
}} }} }}"""


@pytest.fixture(scope="module", params=["generated", "recorded"])
def both(request: pytest.FixtureRequest) -> tuple[Api, GraphQL, str]:
    """Return clients of both APIs, and a repository: a made-up one and a real one."""
    name, path = {"generated": ("api", PLATFORM), "recorded": ("corpus_api", SECP)}[request.param]
    api: Api = request.getfixturevalue(name)
    return api, GraphQL(api.url), path


class Told(NamedTuple):
    """A pull request as both APIs tell of it, with REST's reviews and commits."""

    pull: Any
    node: Any
    reviews: list[Any]
    commits: list[Any]


@pytest.fixture(scope="module")
def told(both: tuple[Api, GraphQL, str]) -> list[Told]:
    """Return pull requests; of a long history some."""
    api, graphql, path = both
    chosen = api.all(f"{path}/pulls", state="all")[:: 2 if path == PLATFORM else 19]
    found = []
    for start in range(0, len(chosen), BATCH):
        pulls = [api.json(pull["url"]) for pull in chosen[start : start + BATCH]]
        nodes = graphql.data(PULLS, ids=[pull["node_id"] for pull in pulls])["nodes"]
        for pull, node in zip(pulls, nodes, strict=True):
            below = (api.all(f"{pull['url']}/{kind}") for kind in ("reviews", "commits"))
            found.append(Told(pull, node, *below))
    return found


def actor(user: Any) -> Any:
    """Return a user of REST as GraphQL shows an actor."""
    if user is None or user["login"] == "ghost":
        return None
    login = user["login"].removesuffix("[bot]")
    return {"login": login, "__typename": user["type"], "databaseId": user["id"]}


def test_pull_requests_agree(told: list[Told]) -> None:
    """Ids, states, times, sums, people and both ends are the same in both APIs."""
    for pull, node, _, _ in told:
        head_repository = pull["head"]["repo"]
        expected = {
            "id": pull["node_id"],
            "fullDatabaseId": str(pull["id"]),
            "number": pull["number"],
            "state": "MERGED" if pull["merged"] else pull["state"].upper(),
            "title": pull["title"],
            "body": pull["body"] or "",
            "isDraft": pull["draft"],
            "locked": pull["locked"],
            "url": pull["html_url"],
            "createdAt": pull["created_at"],
            "updatedAt": pull["updated_at"],
            "closedAt": pull["closed_at"],
            "mergedAt": pull["merged_at"],
            "merged": pull["merged"],
            "additions": pull["additions"],
            "deletions": pull["deletions"],
            "changedFiles": pull["changed_files"],
            "authorAssociation": pull["author_association"],
            "baseRefName": pull["base"]["ref"],
            "baseRefOid": pull["base"]["sha"],
            "headRefName": pull["head"]["ref"],
            "headRefOid": pull["head"]["sha"],
            "author": actor(pull["user"]),
            "mergedBy": actor(pull["merged_by"]),
            "mergeCommit": {"oid": pull["merge_commit_sha"]}
            if pull["merged"] and pull["merge_commit_sha"]
            else None,
            "headRepository": head_repository
            and {"databaseId": head_repository["id"], "nameWithOwner": head_repository["full_name"]},
            "repository": {"nameWithOwner": pull["base"]["repo"]["full_name"]},
            "labels": {
                "nodes": [{name: each[name] for name in ("name", "color")} for each in pull["labels"]]
            },
            "comments": {"totalCount": pull["comments"]},
            "totalCommentsCount": pull["comments"] + pull["review_comments"],
        }
        assert {name: node[name] for name in expected} == expected


def test_reviews_agree(told: list[Told]) -> None:
    """The same reviews in the same order; who was deleted is null in both."""
    for _, node, reviews, _ in told:
        expected = [
            {
                "id": review["node_id"],
                "fullDatabaseId": str(review["id"]),
                "state": review["state"],
                "body": review["body"],
                "submittedAt": review.get("submitted_at"),
                "authorAssociation": review["author_association"],
                "url": review["html_url"],
                "commit": {"oid": review["commit_id"]},
                "author": actor(review["user"]),
            }
            for review in reviews
        ]
        found = node["reviews"]["nodes"]
        assert [{name: each[name] for name in each if name != "comments"} for each in found] == expected
        assert node["reviews"]["totalCount"] == len(expected)


def test_comments_on_code_add_up(told: list[Told]) -> None:
    """REST has one sum: threads add up to it, and reviews too, where there are some."""
    with_comments = 0
    for pull, node, _, _ in told:
        threads, reviews = node["reviewThreads"], node["reviews"]["nodes"]
        if not threads["pageInfo"]["hasNextPage"]:
            assert sum(each["comments"]["totalCount"] for each in threads["nodes"]) == pull["review_comments"]
        if reviews:
            assert sum(each["comments"]["totalCount"] for each in reviews) == pull["review_comments"]
        with_comments += pull["review_comments"] > 0
    assert with_comments


def test_commits_of_pull_requests_agree(told: list[Told]) -> None:
    """The same commits in the same order."""
    for pull, node, _, commits in told:
        expected = [
            {
                "oid": commit["sha"],
                "authoredDate": commit["commit"]["author"]["date"],
                "committedDate": commit["commit"]["committer"]["date"],
            }
            for commit in commits
        ]
        assert [each["commit"] for each in node["commits"]["nodes"]] == expected
        assert node["commits"]["totalCount"] == pull["commits"]


def test_the_probe_agrees(both: tuple[Api, GraphQL, str]) -> None:
    """What tells whether a repository has changed is what REST says."""
    api, graphql, path = both
    login = path.split("/")[2]
    query = """query($login: String!) { organization(login: $login) {
      repositories(first: 100) { totalCount nodes {
        id databaseId nameWithOwner pushedAt updatedAt createdAt isArchived isPrivate isFork visibility
        primaryLanguage { name } repositoryTopics(first: 20) { nodes { topic { name } } } } } } }"""
    found = graphql.data(query, login=login)["organization"]["repositories"]
    listed = api.all(f"/orgs/{login}/repos")
    assert found["totalCount"] == len(listed)
    for node, row in zip(found["nodes"], sorted(listed, key=lambda row: int(row["id"])), strict=True):
        assert node == {
            "id": row["node_id"],
            "databaseId": row["id"],
            "nameWithOwner": row["full_name"],
            "pushedAt": row["pushed_at"],
            "updatedAt": row["updated_at"],
            "createdAt": row["created_at"],
            "isArchived": row["archived"],
            "isPrivate": row["private"],
            "isFork": row["fork"],
            "visibility": row["visibility"].upper(),
            "primaryLanguage": row["language"] and {"name": row["language"]},
            "repositoryTopics": {"nodes": [{"topic": {"name": name}} for name in row["topics"]]},
        }


def test_the_history_agrees(both: tuple[Api, GraphQL, str]) -> None:
    """The default branch lists the same commits, with the same people, parents and sums."""
    api, graphql, path = both
    _, _, owner, name = path.split("/")
    query = """query($owner: String!, $name: String!, $after: String) {
      repository(owner: $owner, name: $name) {
        defaultBranchRef { name target { oid ... on Commit { history(first: 100, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { oid message additions deletions changedFiles authoredDate committedDate
          author { name email user { login databaseId } } committer { user { login } }
          parents(first: 10) { totalCount nodes { oid } } } } } } } } }"""
    first = graphql.data(query, owner=owner, name=name)["repository"]["defaultBranchRef"]
    second = graphql.data(
        query, owner=owner, name=name, after=first["target"]["history"]["pageInfo"]["endCursor"]
    )
    nodes = (
        first["target"]["history"]["nodes"]
        + second["repository"]["defaultBranchRef"]["target"]["history"]["nodes"]
    )
    listed = api.all(f"{path}/commits")
    assert first["target"]["history"]["totalCount"] == len(listed)
    assert first["target"]["oid"] == listed[0]["sha"]
    assert len(nodes) == min(len(listed), 200) > 100
    for node, row in zip(nodes, listed, strict=False):
        user, committer = row["author"], row["committer"]
        assert (node["oid"], node["message"]) == (row["sha"], row["commit"]["message"])
        assert node["committedDate"] == row["commit"]["committer"]["date"]
        assert node["author"]["user"] == (
            user and {"login": user["login"].removesuffix("[bot]"), "databaseId": user["id"]}
        )
        assert node["committer"]["user"] == (
            committer and {"login": committer["login"].removesuffix("[bot]")}
        )
        assert [each["oid"] for each in node["parents"]["nodes"]] == [each["sha"] for each in row["parents"]]
    sample = nodes[7]
    stats = api.json(f"{path}/commits/{sample['oid']}")["stats"]
    assert (sample["additions"], sample["deletions"]) == (stats["additions"], stats["deletions"])
