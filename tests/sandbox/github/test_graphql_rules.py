"""GraphQL's price, its bounds, its refusals and its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.github.graphql.connections import Connection, Order
from sandbox.servers import TOKEN, serve_github

from .conftest import PLATFORM, Api, GraphQL

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

REPOSITORIES = '{ organization(login: "lantern-works") { repositories%s } rateLimit { cost nodeCount } }'

DEEP = "pullRequests(first: %d) { nodes { reviews(first: %d) { totalCount } } }"
SHALLOW = "pullRequests(first: %d) { totalCount }"


@pytest.mark.parametrize(
    ("asked", "cost", "nodes"),
    [
        ("(first: 100) { nodes { name } }", 1, 100),
        (f"(first: 100) {{ nodes {{ {DEEP % (50, 60)} }} }}", 51, 305_100),
        ("(first: 100) { edges { node { pullRequests(last: 1) { nodes { updatedAt } } } } }", 1, 200),
        ("(first: 100) { nodes { pullRequests { totalCount } deployments { totalCount } } }", 1, 100),
    ],
)
def test_connections_are_the_price(graphql: GraphQL, asked: str, cost: int, nodes: int) -> None:
    """A request for each node of the parent, a point for a hundred; totals alone are free."""
    data = graphql.answer(REPOSITORIES % asked)["data"]
    assert data["rateLimit"] == {"cost": cost, "nodeCount": nodes}


def test_variables_and_fragments_are_priced_alike(api: Api, graphql: GraphQL) -> None:
    """However a query is spelled, its price is the same; ids multiply what lies below them."""
    ids = [pull["node_id"] for pull in api.all(f"{PLATFORM}/pulls", state="all")[:60]]
    query = """query($ids: [ID!]!, $size: Int = 10, $all: Boolean = false) {
        nodes(ids: $ids) { ...Children } rateLimit { cost nodeCount } }
      fragment Children on PullRequest {
        reviews(first: $size) { totalCount } ... { commits(last: 5) { totalCount } }
        labels(first: 100) @include(if: $all) { totalCount }
        comments(first: 50) @skip(if: true) { totalCount } }"""
    assert graphql.data(query, ids=ids)["rateLimit"] == {"cost": 1, "nodeCount": 60 + 60 * 15}
    assert graphql.data(query, ids=ids, size=100)["rateLimit"]["nodeCount"] == 60 + 60 * 105


def test_points_come_from_a_bucket_of_their_own(github: Server, api: Api, graphql: GraphQL) -> None:
    """Every answer says what it cost and what is left, as the query itself does; REST's points stay."""
    core = api.json("/rate_limit")["resources"]["core"]["used"]
    query = REPOSITORIES.replace("cost nodeCount", "cost remaining used limit resetAt")
    pulls = "pullRequests(first: 10) { nodes { reviews(first: 1) { totalCount } } }"
    response = graphql.post(query % f"(first: 50) {{ nodes {{ {pulls} }} }}")
    limit, headers = response.json()["data"]["rateLimit"], response.headers
    assert (limit["cost"], headers["x-sandbox-points"]) == (6, "6")
    assert (headers["x-ratelimit-resource"], headers["x-ratelimit-limit"]) == ("graphql", "5000")
    assert headers["x-ratelimit-remaining"] == str(limit["remaining"])
    assert headers["x-ratelimit-used"] == str(limit["used"])
    assert github.requests()[-1]["points"] == 6
    assert api.json("/rate_limit")["resources"]["core"]["used"] == core


def test_faults_can_name_a_query(github: Server, graphql: GraphQL) -> None:
    """The text of a query is in the log, and rules find it there."""
    github.add_fault(path="/graphql$", statement="query Second", status=502)
    named = (f"query {name} {{ viewer {{ login }} }}" for name in ("First", "Second"))
    assert [graphql.post(query).status_code for query in named] == [200, 502]
    assert github.requests()[-1]["statement"].startswith("query Second")


def test_without_points_it_says_so_with_status_200(github: Server) -> None:
    """GraphQL's limits are errors in an answer of status 200; the headers say until when."""
    github.add_token("spent", graphql_points_per_hour=0)
    response = GraphQL(github.url, "spent").post("{ viewer { login } }")
    assert (response.status_code, response.headers["x-ratelimit-remaining"]) == (200, "0")
    assert response.json()["errors"][0]["type"] == "RATE_LIMITED"
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        (
            " { nodes { name } }",
            "MISSING_PAGINATION_BOUNDARIES",
            "a `first` or `last` value to properly paginate",
        ),
        (
            "(first: 101) { totalCount }",
            "EXCESSIVE_PAGINATION",
            "Requesting 101 records on the `repositories`",
        ),
        ("(last: 500) { totalCount }", "EXCESSIVE_PAGINATION", "exceeds the `last` limit of 100 records"),
        ("(first: -1) { totalCount }", "ARGUMENT_LIMIT", "cannot be less than zero"),
        ("(first: 2, last: 2) { totalCount }", "EXCESSIVE_PAGINATION", "both `first` and `last`"),
        (
            '(first: 2, after: "?") { totalCount }',
            "INVALID_CURSOR_ARGUMENTS",
            "`?` does not appear to be a valid",
        ),
        (
            f"(first: 100) {{ nodes {{ {DEEP % (100, 50)} }} }}",
            "MAX_NODE_LIMIT_EXCEEDED",
            "up to 510,100 possible nodes which exceeds the maximum limit of 500,000",
        ),
    ],
)
def test_bounds(graphql: GraphQL, asked: str, kind: str, words: str) -> None:
    """What asks for too much, or does not say for how much, is refused in GitHub's words."""
    answer = graphql.answer(REPOSITORIES % asked)
    assert answer["data"] is None or answer["data"]["organization"] is None
    assert [error["type"] for error in answer["errors"]] == [kind]
    assert words in answer["errors"][0]["message"]


def test_a_hundred_ids_at_once(graphql: GraphQL) -> None:
    """One more is refused."""
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert len(graphql.answer(query, ids=["x"] * 100)["data"]["nodes"]) == 100
    (error,) = graphql.errors(query, ids=["x"] * 101)
    assert error["message"] == "You may not provide more than 100 node ids; you provided 101."


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("{ viewer { shoeSize } }", "Field 'shoeSize' doesn't exist on type 'User'"),
        ("{ viewer { login }", "Parse error"),
        ("{ repository(owner: 1, name: 2) { id } }", "String cannot represent"),
        ("query A { viewer { id } } query B { viewer { id } }", "operation name is required"),
        ('query($n: Int!) { repository(owner: "a", name: "b") { pullRequest(number: $n) { id } } }', "$n"),
    ],
)
def test_a_query_that_makes_no_sense(graphql: GraphQL, query: str, words: str) -> None:
    """Status 200, errors, no data."""
    answer = graphql.answer(query)
    assert words in answer["errors"][0]["message"]
    assert not answer.get("data")


@pytest.mark.parametrize(
    ("body", "words"), [(b"{", "Problems parsing JSON"), (b"{}", "A query attribute must be")]
)
def test_a_body_that_is_no_query(github: Server, body: bytes, words: str) -> None:
    """Status 400."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = requests.post(f"{github.url}/graphql", data=body, headers=headers, timeout=30)
    assert response.status_code == 400
    assert words in response.json()["message"]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_everybody_must_show_a_token(github: Server, token: str) -> None:
    """401 as JSON, anonymous clients included."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"query": "{ viewer { login } }"}
    response = requests.post(f"{github.url}/graphql", json=body, headers=headers, timeout=30)
    assert response.status_code == 401
    assert "message" in response.json()


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ('repository(owner: "a", name: "b") { id }', "repository", "a Repository with the name 'a/b'."),
        (
            'organization(login: "nobody") { id }',
            "organization",
            "an Organization with the login of 'nobody'.",
        ),
        ('user(login: "nobody") { id }', "user", "a User with the login of 'nobody'."),
        ('node(id: "nothing") { id }', "node", "a node with the global id of 'nothing'"),
    ],
)
def test_what_is_not_there_is_null(graphql: GraphQL, query: str, field: str, words: str) -> None:
    """The rest of the answer is there all the same; the error names the place."""
    answer = graphql.answer(f"{{ {query} viewer {{ login }} }}")
    assert answer["data"] == {field: None, "viewer": {"login": "sandbox-user"}}
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", [field])
    assert error["message"] == f"Could not resolve to {words}"


def test_unknown_ids_among_others(api: Api, graphql: GraphQL) -> None:
    """Each has a null of its own, and an error that names its place."""
    known = api.json(PLATFORM)["node_id"]
    answer = graphql.answer("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["x", known, "y"])
    assert answer["data"]["nodes"] == [None, {"id": known}, None]
    assert [error["path"] for error in answer["errors"]] == [["nodes", 0], ["nodes", 2]]


def test_repositories_that_must_not_be_read_are_null_among_others(api: Api, graphql: GraphQL) -> None:
    """The others are there; the errors name the places."""
    answer = graphql.answer(
        REPOSITORIES % "(first: 100) { nodes { name pullRequests(first: 1) { totalCount } } }"
    )
    nodes = answer["data"]["organization"]["repositories"]["nodes"]
    listed = sorted(api.all("/orgs/lantern-works/repos"), key=lambda row: int(row["id"]))
    refused = [row["name"] for row, node in zip(listed, nodes, strict=True) if node is None]
    assert refused == ["vault", "taken-down"]
    assert [(error["type"], error["path"][3]) for error in answer["errors"]] == [
        ("FORBIDDEN", place) for place, node in enumerate(nodes) if node is None
    ]


def test_an_empty_repository_has_no_default_branch(graphql: GraphQL) -> None:
    """It says that it is empty, without an error."""
    query = (
        '{ repository(owner: "lantern-works", name: "fresh-start") { isEmpty defaultBranchRef { name } } }'
    )
    assert graphql.data(query)["repository"] == {"isEmpty": True, "defaultBranchRef": None}


def test_it_can_be_switched_off_and_time_out(data: Path) -> None:
    """404 as on old servers; 502 with HTML for what would bring too many nodes."""
    with serve_github(data, graphql=False) as server:
        assert GraphQL(server.url).post("{ viewer { login } }").status_code == 404
    with serve_github(data, graphql_max_nodes=500) as server:
        heavy, light = (
            GraphQL(server.url).post(REPOSITORIES % f"(first: 50) {{ nodes {{ {SHALLOW % size} }} }}")
            for size in (10, 9)
        )
    assert (heavy.status_code, heavy.headers["content-type"].partition(";")[0]) == (502, "text/html")
    assert light.status_code == 200


def test_an_enterprise_server_has_both_below_api(github: Server) -> None:
    """REST below /api/v3 with links and redirects that stay there, GraphQL at /api/graphql."""
    api = Api(f"{github.url}/api/v3")
    assert len(api.all("/orgs/lantern-works/repos", per_page=2)) > 4
    page = api.get(f"{PLATFORM}/pulls", state="all", per_page=2)
    assert page.links["next"]["url"].startswith(f"{api.url}/repositories/")
    assert page.json()[0]["url"].startswith(f"{api.url}/repos/")
    moved = api.get("/repos/lantern-works/etl/pulls", state="all").headers["location"]
    assert moved.startswith(f"{api.url}/repositories/")
    assert api.get(moved).status_code == 200
    assert GraphQL(f"{github.url}/api").data("{ viewer { login } }")


@pytest.mark.parametrize("bound", ["first", "last"])
def test_pages_bring_everything_once(graphql: GraphQL, bound: str) -> None:
    """Forwards and backwards, in the order that was asked for."""
    query = """query($first: Int, $last: Int, $after: String, $before: String) {
      repository(owner: "lantern-works", name: "platform") {
        pullRequests(first: $first, last: $last, after: $after, before: $before,
                     orderBy: {field: UPDATED_AT, direction: DESC}) {
          totalCount nodes { updatedAt number }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    nodes: list[Any] = []
    bounds: dict[str, Any] = {bound: 13}
    while bounds:
        page = graphql.data(query, **bounds)["repository"]["pullRequests"]
        nodes = [*nodes, *page["nodes"]] if bound == "first" else [*page["nodes"], *nodes]
        info = page["pageInfo"]
        following = {
            "first": ("hasNextPage", "after", "endCursor"),
            "last": ("hasPreviousPage", "before", "startCursor"),
        }
        more, name, cursor = following[bound]
        bounds = {bound: 13, name: info[cursor]} if info[more] else {}
    assert len({node["number"] for node in nodes}) == len(nodes) == page["totalCount"]
    times = [node["updatedAt"] for node in nodes]
    assert times == sorted(times, reverse=True)


def test_a_cursor_holds_on_to_its_place() -> None:
    """Items that come or go before a cursor neither repeat nor hide what follows."""
    order = Order(lambda item: [item], descending=True)
    cursor = Connection([9, 7, 5, 3, 1], order, first=2).page_info.end_cursor
    assert Connection([11, 9, 8, 7, 5, 3, 1], order, first=2, after=cursor).nodes == [5, 3]
    assert Connection([5, 3, 1], order, first=2, after=cursor).nodes == [5, 3]
