"""What lists hold and how they are ordered, chosen and refused."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
import requests

from .conftest import PLATFORM, Api

if TYPE_CHECKING:
    from sandbox.servers import Server

DETAIL_ONLY = {
    *("additions", "deletions", "changed_files", "commits", "comments", "review_comments"),
    *("merged", "merged_by", "mergeable", "rebaseable", "mergeable_state", "maintainer_can_modify"),
}


def test_the_list_of_pull_requests_lacks_what_only_the_detail_has(api: Api) -> None:
    """Everything else is the same in both."""
    for listed in api.all(f"{PLATFORM}/pulls", state="all")[:20]:
        detail = api.json(f"{PLATFORM}/pulls/{listed['number']}")
        assert detail.keys() - listed.keys() == DETAIL_ONLY
        assert {name: detail[name] for name in listed} == listed


@pytest.mark.parametrize("state", ["open", "closed"])
def test_pull_requests_by_state(api: Api, state: str) -> None:
    """`state` chooses; without it only open ones come."""
    chosen = api.all(f"{PLATFORM}/pulls", state=state)
    every = api.all(f"{PLATFORM}/pulls", state="all")
    assert chosen == [pull for pull in every if pull["state"] == state]
    assert 0 < len(chosen) < len(every)
    if state == "open":
        assert api.all(f"{PLATFORM}/pulls") == chosen


@pytest.mark.parametrize(
    ("asked", "key", "descending"),
    [
        ({}, "created_at", True),
        ({"sort": "updated"}, "updated_at", False),
        ({"sort": "updated", "direction": "desc"}, "updated_at", True),
        ({"direction": "asc"}, "created_at", False),
    ],
)
def test_pull_requests_in_order(api: Api, asked: dict[str, str], key: str, *, descending: bool) -> None:
    """The default direction is descending only for the default sort."""
    times = [pull[key] for pull in api.all(f"{PLATFORM}/pulls", state="all", **asked)]
    assert times == sorted(times, reverse=descending)
    assert times[0] != times[-1]


def test_pull_requests_by_head_and_base(api: Api) -> None:
    """`head` is owner:branch, `base` is a branch."""
    some = api.all(f"{PLATFORM}/pulls", state="all")[0]
    found = api.all(f"{PLATFORM}/pulls", state="all", head=some["head"]["label"])
    assert [pull["number"] for pull in found] == [some["number"]]
    assert api.all(f"{PLATFORM}/pulls", state="all", base="no-such-branch") == []


def test_what_was_shipped_comes_newest_first(api: Api) -> None:
    """Deployments, their statuses and releases; deployments can be chosen by environment."""
    deployments = api.all(f"{PLATFORM}/deployments")
    releases = api.all("/repos/lantern-works/cli/releases")
    statuses = api.all(deployments[-1]["statuses_url"])
    for rows in (deployments, releases, statuses):
        times = [row["created_at"] for row in rows]
        assert times == sorted(times, reverse=True)
        assert len(rows) > 1
    staging = api.all(f"{PLATFORM}/deployments", environment="staging")
    assert staging == [row for row in deployments if row["environment"] == "staging"]
    assert 0 < len(staging) < len(deployments)


def test_a_tag_leads_to_its_commit(api: Api) -> None:
    """At once, or through an object of its own where it is annotated; a draft has none."""
    path = "/repos/lantern-works/cli"
    commits = {tag["name"]: tag["commit"]["sha"] for tag in api.all(f"{path}/tags")}
    kinds = set()
    for release in api.all(f"{path}/releases"):
        name = release["tag_name"]
        if release["draft"]:
            assert release["published_at"] is None
            assert name not in commits
            assert api.get(f"{path}/git/ref/tags/{name}").status_code == 404
            assert api.get(f"{path}/releases/tags/{name}").status_code == 404
            continue
        named = api.json(f"{path}/git/ref/tags/{name}")["object"]
        kinds.add(named["type"])
        reached = api.json(named["url"])["object"]["sha"] if named["type"] == "tag" else named["sha"]
        assert reached == commits[name] == api.json(f"{path}/commits/{name}")["sha"]
    assert kinds == {"commit", "tag"}


def test_a_user_is_found_by_id(api: Api) -> None:
    """Whatever the login is now; an Enterprise Server says the name in LDAP, where there is one."""
    members = api.all("/orgs/lantern-works/members")
    assert api.json(f"/user/{members[1]['id']}")["login"] == members[1]["login"]
    assert api.get("/user/999999999").status_code == 404
    assert not any("ldap_dn" in member for member in members)
    profiles = [api.json(f"/users/{member['login']}") for member in members]
    names = [profile["ldap_dn"] for profile in profiles if "ldap_dn" in profile]
    assert len(names) == 1
    assert names[0].startswith("uid=")


def test_everything_below_a_repository_is_there_by_id(api: Api) -> None:
    """/repositories/{id}/... answers as /repos/{owner}/{repo}/... does."""
    by_id = f"/repositories/{api.json(PLATFORM)['id']}"
    for path in ("", "/pulls?state=all", "/commits", "/branches", "/deployments", "/git/ref/heads/main"):
        assert api.json(by_id + path) == api.json(PLATFORM + path)


def test_names_are_found_in_any_case(api: Api) -> None:
    """Owners and repositories are not told apart by case."""
    assert api.json("/repos/Lantern-Works/PLATFORM") == api.json(PLATFORM)
    assert api.json("/orgs/LANTERN-WORKS") == api.json("/orgs/lantern-works")


def test_urls_in_bodies_lead_back_to_the_server(api: Api) -> None:
    """A client that follows `url` fields stays here; what people wrote is left alone."""
    pull = api.json(f"{PLATFORM}/pulls?state=all&per_page=1")[0]
    assert api.json(pull["url"])["id"] == pull["id"]
    assert api.json(pull["_links"]["self"]["href"])["id"] == pull["id"]
    assert api.json(pull["base"]["repo"]["url"])["id"] == pull["base"]["repo"]["id"]


def test_a_user_is_found_by_login(api: Api) -> None:
    """Bots' logins have brackets; organisations are accounts too; nobody else is there."""
    assert api.json("/users/dependabot%5Bbot%5D")["type"] == "Bot"
    assert api.json("/users/lantern-works")["type"] == "Organization"
    assert api.get("/users/nobody-at-all").status_code == 404


def test_members_of_recorded_data_are_those_called_so(corpus_api: Api) -> None:
    """Without a list of members they are the users whom pull requests and reviews call MEMBER or OWNER."""
    logins = {member["login"] for member in corpus_api.all("/orgs/bitcoin-core/members")}
    pulls = corpus_api.all("/repos/bitcoin-core/secp256k1/pulls", state="all")
    insiders = {pull["user"]["login"] for pull in pulls if pull["author_association"] in {"MEMBER", "OWNER"}}
    assert insiders <= logins
    assert logins


def test_bad_credentials(github: Server) -> None:
    """A wrong token is 401, in either scheme, and says so as GitHub does."""
    for scheme in ("Bearer", "token"):
        response = requests.get(
            f"{github.url}/orgs/lantern-works",
            headers={"Authorization": f"{scheme} wrong"},
            timeout=30,
        )
        assert response.status_code == 401
        assert response.json()["message"] == "Bad credentials"


def test_good_credentials_in_every_scheme(github: Server) -> None:
    """Bearer, token and Basic (as git and curl -u send it) open the door."""
    basic = base64.b64encode(b"x-access-token:sandbox-token").decode()
    for value in ("Bearer sandbox-token", "token sandbox-token", f"Basic {basic}"):
        response = requests.get(f"{github.url}/user", headers={"Authorization": value}, timeout=30)
        assert response.status_code == 200, value


@pytest.mark.parametrize(
    "path",
    [
        "/orgs/nobody",
        "/repos/lantern-works/nothing",
        f"{PLATFORM}/pulls/99999",
        f"{PLATFORM}/nothing",
        "/nothing",
    ],
)
def test_what_is_not_there_is_not_found(api: Api, path: str) -> None:
    """404 with GitHub's message."""
    response = api.get(path)
    assert (response.status_code, response.json()["message"]) == (404, "Not Found")


@pytest.mark.parametrize(("name", "status"), [("vault", 403), ("taken-down", 451)])
def test_a_repository_that_must_not_be_read(api: Api, name: str, status: int) -> None:
    """It is listed, but everything below it is refused, by name and by id."""
    listed = {each["name"]: each for each in api.all("/orgs/lantern-works/repos")}
    for path in (f"/repos/lantern-works/{name}", f"/repositories/{listed[name]['id']}"):
        for below in ("", "/pulls", "/commits"):
            assert api.get(path + below).status_code == status


def test_an_empty_repository(api: Api) -> None:
    """It can be read, has no pull requests, and answers 409 where commits are asked for."""
    path = "/repos/lantern-works/fresh-start"
    assert api.json(path)["name"] == "fresh-start"
    assert api.json(f"{path}/pulls") == []
    response = api.get(f"{path}/commits")
    assert (response.status_code, response.json()["message"]) == (409, "Git Repository is empty.")


def test_a_renamed_repository_is_found_by_its_id(api: Api) -> None:
    """The former name answers 301 to the same path by id, query included."""
    response = api.get("/repos/lantern-works/etl/pulls", state="all", per_page=5)
    identity = api.json("/repos/lantern-works/data-pipelines")["id"]
    assert response.status_code == 301
    assert response.headers["location"] == f"{api.url}/repositories/{identity}/pulls?state=all&per_page=5"
    assert len(api.json(response.headers["location"])) == 5
