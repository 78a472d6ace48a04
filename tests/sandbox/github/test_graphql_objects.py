"""What is no pull request is alike in GraphQL and REST: what was shipped, who is there, what has a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import PLATFORM

if TYPE_CHECKING:
    from .conftest import Api, GraphQL


def test_deployments_agree(api: Api, graphql: GraphQL) -> None:
    """Oldest first unless asked otherwise; statuses newest first; ids beyond 32 bits are null."""
    query = """query($order: OrderDirection!) { repository(owner: "lantern-works", name: "platform") {
      deployments(first: 100, environments: ["production"], orderBy: {field: CREATED_AT, direction: $order}) {
        totalCount nodes { id databaseId commitOid environment state task createdAt updatedAt
          creator { login } ref { name } latestStatus { state }
          statuses(first: 10) { nodes { id state environment createdAt creator { login } } } } } } }"""
    found = graphql.data(query, order="DESC")["repository"]["deployments"]
    listed = api.all(f"{PLATFORM}/deployments", environment="production")
    assert found["totalCount"] == len(listed)
    assert [node["id"] for node in found["nodes"]] == [row["node_id"] for row in listed[:100]]
    oldest = graphql.data(query, order="ASC")["repository"]["deployments"]["nodes"][0]
    assert oldest["id"] == listed[-1]["node_id"]
    for node, row in list(zip(found["nodes"], listed, strict=False))[:12]:
        statuses = api.all(row["statuses_url"])
        assert node["databaseId"] is None
        assert (node["commitOid"], node["environment"]) == (row["sha"], row["environment"])
        assert (node["createdAt"], node["updatedAt"]) == (row["created_at"], row["updated_at"])
        assert node["ref"] == {"name": "main"}
        assert [each["id"] for each in node["statuses"]["nodes"]] == [each["node_id"] for each in statuses]
        newest = statuses[0]["state"].upper()
        assert node["latestStatus"] == {"state": newest}
        assert node["state"] == ("ACTIVE" if newest == "SUCCESS" else newest)


def test_releases_agree(api: Api, graphql: GraphQL) -> None:
    """The commit of the tag is there, which REST's list of releases lacks."""
    query = """{ repository(owner: "lantern-works", name: "cli") { releases(first: 100) { nodes {
      databaseId tagName name isDraft isPrerelease createdAt publishedAt tagCommit { oid } } } } }"""
    found = graphql.data(query)["repository"]["releases"]["nodes"]
    path = "/repos/lantern-works/cli"
    commits = {tag["name"]: {"oid": tag["commit"]["sha"]} for tag in api.all(f"{path}/tags")}
    assert found == [
        {
            "databaseId": row["id"],
            "tagName": row["tag_name"],
            "name": row["name"],
            "isDraft": row["draft"],
            "isPrerelease": row["prerelease"],
            "createdAt": row["created_at"],
            "publishedAt": row["published_at"],
            "tagCommit": commits.get(row["tag_name"]),
        }
        for row in api.all(f"{path}/releases")
    ]


def test_members_and_their_identities(api: Api, graphql: GraphQL) -> None:
    """Members are REST's; an identity that nobody has claimed has no user; some are known to SCIM only."""
    query = """query($login: String!) { organization(login: $login) {
      membersWithRole(first: 100) { totalCount nodes { login databaseId } }
      samlIdentityProvider { externalIdentities(first: 100) { totalCount nodes {
        guid user { login databaseId } samlIdentity { nameId username emails { value } }
        scimIdentity { username } } } } } }"""
    organization = graphql.data(query, login="lantern-works")["organization"]
    members = {member["login"]: member["id"] for member in api.all("/orgs/lantern-works/members")}
    assert {each["login"]: each["databaseId"] for each in organization["membersWithRole"]["nodes"]} == members
    identities = organization["samlIdentityProvider"]["externalIdentities"]["nodes"]
    users = [each["user"] for each in identities]
    assert users.count(None) == 1
    assert {user["login"]: user["databaseId"] for user in users if user}.items() <= members.items()
    assert any(each["samlIdentity"] is None and each["scimIdentity"]["username"] for each in identities)
    assert any(each["samlIdentity"] and each["samlIdentity"]["emails"][0]["value"] for each in identities)
    without = graphql.data(query, login="lantern-labs")["organization"]
    assert without["samlIdentityProvider"] is None


def test_things_are_found_by_name(api: Api, graphql: GraphQL) -> None:
    """Users, owners, references, objects, single pull requests and releases."""
    pull = api.all(f"{PLATFORM}/pulls", state="all")[3]
    query = """query($number: Int!, $oid: GitObjectID!, $head: String!) {
      viewer { login } user(login: "AMBER-OTTER-demo") { login } repositoryOwner(login: "lantern-works") {
        __typename repository(name: "etl") { name } }
      repository(owner: "lantern-works", name: "platform") { isEmpty isDisabled owner { login }
        pullRequest(number: $number) { id } object(oid: $oid) { oid }
        ref(qualifiedName: $head) { prefix target { oid } }
        main: object(expression: "main") { oid }
        refs(refPrefix: "refs/heads/", first: 3) { totalCount } } }"""
    head = f"refs/pull/{pull['number']}/head"
    login = api.all("/orgs/lantern-works/members")[0]["login"]
    found = graphql.data(
        query.replace("AMBER-OTTER-demo", login.upper()),
        number=pull["number"],
        oid=pull["head"]["sha"],
        head=head,
    )
    assert found["user"] == {"login": login}
    assert found["repositoryOwner"] == {
        "__typename": "Organization",
        "repository": {"name": "data-pipelines"},
    }
    repository = found["repository"]
    assert repository["pullRequest"] == {"id": pull["node_id"]}
    assert repository["object"] == {"oid": pull["head"]["sha"]}
    assert repository["ref"] == {"prefix": "refs/pull/", "target": {"oid": pull["head"]["sha"]}}
    assert repository["main"] == {"oid": api.json(f"{PLATFORM}/commits")[0]["sha"]}
    assert repository["refs"]["totalCount"] == len(api.all(f"{PLATFORM}/branches"))
    assert not repository["isEmpty"]


@pytest.mark.parametrize("kind", ["reviews", "commits", "deployments", "releases"])
def test_everything_is_found_by_node_id(api: Api, graphql: GraphQL, kind: str) -> None:
    """What REST shows with a `node_id` is a node."""
    path = {
        "reviews": f"{PLATFORM}/pulls/{api.all(f'{PLATFORM}/pulls', state='closed')[5]['number']}/reviews"
    }
    repository = "/repos/lantern-works/cli" if kind == "releases" else PLATFORM
    row = api.all(path.get(kind, f"{repository}/{kind}"))[0]
    assert graphql.data("query($id: ID!) { node(id: $id) { id } }", id=row["node_id"]) == {
        "node": {"id": row["node_id"]}
    }
