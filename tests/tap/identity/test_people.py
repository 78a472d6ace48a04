"""The people of an organisation, from every source over HTTP."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate
from sandbox.servers import TOKEN
from tap_github_custom.client import Client, ClientSettings
from tap_github_custom.credentials import Secret, TokenCredentials
from tap_github_custom.errors import RepositoryError
from tap_github_custom.identity import MappedPerson, Matches, people, read_mapping_file
from tap_github_custom.identity.single_sign_on import document

from tests.github_schema import published_schema
from tests.tap.answering import Asked, Told, answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.servers import Server

ORGANIZATION = "lantern-works"
MAPPED = (MappedPerson("mapped", 2, ldap="m"), MappedPerson("outside", 3, ldap="o"))


def client(url: str) -> Client:
    """Return a client that gives up soon."""
    settings = ClientSettings(api_url=url, retry_seconds=0.2)
    return Client(settings, TokenCredentials([Secret(TOKEN)]))


def test_members_and_mapped_logins_have_rows(github: Server, small: Path) -> None:
    """Each once, in order; the counts say how many are known, for one request per hundred members."""
    mapping = read(small)
    members = {each["login"]: each["id"] for each in lines_of(small, "members")}
    matches = Matches()
    rows = list(people(client(github.url), ORGANIZATION, mapping, matches=matches))
    logins = [row["github_login"] for row in rows]
    mapped = {person.login.lower() for person in mapped_of(mapping)}
    assert logins == sorted(logins, key=str.casefold)
    assert {login.lower() for login in logins} == {login.lower() for login in members} | mapped
    assert {row["github_login"]: row["github_user_id"] for row in rows if row["github_user_id"]} == members
    unmatched = [login for login in logins if login.lower() not in mapped]
    assert unmatched, "the generated organisation has members that nobody mapped"
    assert matches.summary() == {
        ORGANIZATION: {
            "logins": len(rows),
            "matched": len(rows) - len(unmatched),
            "unmatched": len(unmatched),
            "mapping_file": len(rows) - len(unmatched),
        }
    }
    assert len(github.requests()) == 1


def mapped_of(mapping: tuple[MappedPerson, ...]) -> list[MappedPerson]:
    """Return who has an LDAP login in the file."""
    return [person for person in mapping if person.ldap]


def test_twice_the_same_is_the_same(github: Server, small: Path) -> None:
    """A second run over unchanged data gives identical rows."""
    mapping = read(small)
    first, second = (list(people(client(github.url), ORGANIZATION, mapping)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("prefix", ["", "/api/v3"])
def test_the_directory_of_the_generated_organisation(github: Server, small: Path, prefix: str) -> None:
    """By REST and GraphQL together: who is in no mapping file is found as the data folder has it."""
    claimed = {
        each["user"]["login"]: (each["scimIdentity"]["username"], "saml" if each["samlIdentity"] else "scim")
        for each in lines_of(small, "external_identities")
        if each["user"]
    }
    named = {
        each["login"]: (each["ldap_dn"].partition(",")[0].removeprefix("uid="), "ldap_dn")
        for each in lines_of(small, "members")
        if each.get("ldap_dn")
    }
    asking = client(github.url + prefix)
    rows = {row["github_login"]: row for row in people(asking, ORGANIZATION, (), sources=("saml", "ldap_dn"))}
    found = {
        login: (row["ldap"], row["match_method"])
        for login, row in rows.items()
        if row["match_method"] != "none"
    }
    assert found == {**named, **claimed}
    assert named
    mapped = {
        row["github_login"]: row for row in people(asking, ORGANIZATION, read(small), sources=("saml",))
    }
    renamed = [login for login, row in mapped.items() if row["match_method"] == "scim" and row["team"]]
    assert renamed, "whom the mapping file has under a former login is found by the directory"


def lines_of(folder: Path, name: str) -> list[dict[str, Any]]:
    """Return the objects of a file of the organisation."""
    text = (folder / ORGANIZATION / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def read(folder: Path) -> tuple[MappedPerson, ...]:
    """Return the mapping file of a data folder."""
    return read_mapping_file(folder / "user_mapping.csv")


@pytest.mark.parametrize("status", [403, 404])
def test_without_members_the_mapping_file_goes_on(
    github: Server, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """A credential without members:read, a user's account: one warning."""
    github.add_fault(path="/members$", status=status, body='{"message": "no"}', times=None)
    with caplog.at_level(logging.WARNING):
        rows = list(people(client(github.url), ORGANIZATION, MAPPED))
    assert [row["github_login"] for row in rows] == ["mapped", "outside"]
    assert len([record for record in caplog.records if "members" in record.getMessage()]) == 1


@pytest.mark.parametrize(
    ("headers", "is_warned"),
    [
        ({}, False),
        ({"x-oauth-scopes": "repo, read:org"}, False),
        ({"x-oauth-scopes": "repo"}, True),
        ({"x-oauth-scopes": ""}, True),
    ],
    ids=["no classic token", "read:org", "repo", "none"],
)
def test_a_classic_token_that_sees_public_members_only(
    caplog: pytest.LogCaptureFixture, headers: dict[str, str], *, is_warned: bool
) -> None:
    """GitHub answers with fewer, and says nothing."""
    with answering(lambda _: Told(body=members("a"), headers=headers)) as server:
        assert len(list(people(client(server.url), "acme", ()))) == 1
    assert ("only the public ones are read" in caplog.text) == is_warned


def test_a_bad_day_is_no_organization_without_members(github: Server) -> None:
    """No row: one without its id, or by another spelling of the login, would stand beside the right one."""
    github.add_fault(path="/members$", status=503, body='{"message": "no"}', times=None)
    with pytest.raises(RepositoryError, match="503"):
        next(people(client(github.url), ORGANIZATION, MAPPED))


def test_members_are_all_listed_or_none() -> None:
    """GitHub has shown the first page: it is not that the credential may not see the others."""

    def tell(asked: Asked) -> Told:
        if "page=2" in asked.path:
            return Told(404, {"message": "Not Found"})
        link = f'<{server.url}/orgs/acme/members?page=2>; rel="next"'
        return Told(body=members("Mapped"), headers={"link": link})

    with answering(tell) as server, pytest.raises(RepositoryError):
        next(people(client(server.url), "acme", MAPPED))


def identity(login: str, number: int, **attributes: Any) -> dict[str, Any]:
    """Return a node of `externalIdentities`."""
    user = {"login": login, "databaseId": number} if login else None
    return {"user": user, "samlIdentity": None, "scimIdentity": None, **attributes}


def members(*logins: str) -> list[dict[str, Any]]:
    """Return members as REST lists them."""
    return [{"login": login, "id": number, "type": "User"} for number, login in enumerate(logins, 1)]


def single_sign_on(pages: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the GraphQL data of each page by the cursor that leads there."""
    found: dict[str, Any] = {}
    for number, nodes in enumerate(pages):
        info = {"hasNextPage": number + 1 < len(pages), "endCursor": str(number + 1)}
        connection = {"nodes": nodes, "pageInfo": info}
        provider = {"samlIdentityProvider": {"externalIdentities": connection}}
        found[str(number) if number else "None"] = {"data": {"organization": provider}}
    return found


def serving(
    member_list: list[dict[str, Any]], graphql: Callable[[dict[str, Any]], Told]
) -> Callable[[Asked], Told]:
    """Return what answers members by REST, and GraphQL by a function of the variables."""

    def tell(asked: Asked) -> Told:
        if asked.path == "/graphql":
            return graphql(json.loads(asked.body)["variables"])
        if asked.path.startswith("/users/"):
            login = asked.path.rpartition("/")[2]
            return Told(
                body={"login": login, "name": f"{login} by profile", "ldap_dn": f"uid=dn-{login},ou=x"}
            )
        return Told(body=member_list)

    return tell


def test_every_source_has_its_turn() -> None:
    """File, SAML, SCIM, ldap_dn: each says what the former do not; unclaimed identities are left out."""
    pages = [
        [
            identity("mapped", 1, samlIdentity={"nameId": "not this"}),
            identity("", 0, samlIdentity={"nameId": "unclaimed"}),
            identity("by-saml", 2, samlIdentity={"nameId": "s@example.com", "username": "sam", "emails": []}),
        ],
        [identity("by-scim", 3, scimIdentity={"username": "scim-name", "emails": [{"value": "x@y.z"}]})],
    ]
    data = single_sign_on(pages)
    listed = members("mapped", "by-saml", "by-scim", "by-dn")
    with answering(serving(listed, lambda variables: Told(body=data[str(variables["after"])]))) as server:
        rows = list(people(client(server.url), "acme", MAPPED, sources=("saml", "ldap_dn")))
    found = {row["github_login"]: (row["ldap"], row["match_method"], row["email"]) for row in rows}
    assert found == {
        "by-dn": ("dn-by-dn", "ldap_dn", None),
        "by-saml": ("sam", "saml", "s@example.com"),
        "by-scim": ("scim-name", "scim", "x@y.z"),
        "mapped": ("m", "mapping_file", None),
        "outside": ("o", "mapping_file", None),
    }
    assert [asked.path for asked in server.asked if "/users/" in asked.path] == ["/users/by-dn"]


UNKNOWN_FIELD = {
    "path": ["query ExternalIdentities", "organization", "samlIdentityProvider"],
    "extensions": {
        "code": "undefinedField",
        "typeName": "Organization",
        "fieldName": "samlIdentityProvider",
    },
    "locations": [{"line": 6, "column": 5}],
    "message": "Field 'samlIdentityProvider' doesn't exist on type 'Organization'",
}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told(404, {"message": "Not Found"}), "GraphQL is not to be had"),
        (
            Told(body={"data": {"organization": None}, "errors": [{"type": "FORBIDDEN", "message": "no!"}]}),
            "no!",
        ),
        (
            Told(body={"data": {"organization": {"samlIdentityProvider": None}}}),
            "there is no SAML to be seen",
        ),
        (Told(body={"errors": [UNKNOWN_FIELD]}), "Field 'samlIdentityProvider' doesn't exist"),
    ],
)
def test_without_single_sign_on_the_others_go_on(
    told: Told, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No SAML, no rights, no GraphQL, a server too old for it: a warning that says which."""
    with answering(serving(members("mapped"), lambda _: told)) as server, caplog.at_level(logging.WARNING):
        rows = list(people(client(server.url), "acme", MAPPED, sources=("saml",)))
    assert [row["match_method"] for row in rows] == ["mapping_file", "mapping_file"]
    assert words in caplog.text


PARTIAL = {"type": "SOMETHING", "message": "a bad moment"}
ONE_PAGE = single_sign_on([[identity("a", 1, samlIdentity={"username": "sam"})]])["None"]
FIRST_PAGE = single_sign_on([[identity("a", 1, samlIdentity={"username": "sam"})], []])["None"]
NO_PROVIDER = {"data": {"organization": {"samlIdentityProvider": None}}}


@pytest.mark.parametrize(
    "answers",
    [
        [Told(502, b"<html></html>")],
        [Told(500, {"message": "no"})],
        [Told(body={"errors": [{"message": "Something went wrong while executing your query."}]})],
        [Told(body={"data": {"organization": None}, "errors": [PARTIAL]})],
        [Told(body={**ONE_PAGE, "errors": [PARTIAL]})],
        [Told(body=FIRST_PAGE), Told(body=NO_PROVIDER)],
        [Told(body=FIRST_PAGE), Told(404, {"message": "Not Found"})],
    ],
    ids=["502", "500", "out of time", "all by an error", "some by an error", "no second page", "404 there"],
)
def test_a_bad_moment_of_graphql_makes_nobody_unknown(answers: list[Told]) -> None:
    """No row would be better than those without names that would replace the right ones."""
    following = iter([*answers[:-1], *[answers[-1]] * 100])
    with answering(serving(members("a", "b"), lambda _: next(following))) as server:
        rows = people(client(server.url), "acme", MAPPED, sources=("saml",))
        with pytest.raises(RepositoryError, match="identities of acme"):
            next(rows)


def test_an_identity_that_github_does_not_show_is_no_failure() -> None:
    """What GitHub has decided stays so: the others are found."""
    hidden = {"type": "FORBIDDEN", "message": "no!"}
    told = Told(body={**ONE_PAGE, "errors": [hidden]})
    with answering(serving(members("a"), lambda _: told)) as server:
        (row,) = people(client(server.url), "acme", (), sources=("saml",))
    assert row["match_method"] == "saml"


@pytest.mark.parametrize("status", [403, 404])
def test_profiles_that_github_refuses_say_nothing(github: Server, status: int) -> None:
    """Somebody may be gone since the members were listed."""
    github.add_fault(path="^/users/", status=status, body='{"message": "no"}', times=None)
    rows = list(people(client(github.url), ORGANIZATION, (), sources=("ldap_dn",)))
    assert {row["match_method"] for row in rows} == {"none"}


def test_a_bad_moment_of_a_profile_makes_nobody_unknown(github: Server) -> None:
    """The row of the person would lose its names."""
    github.add_fault(path="^/users/", status=503, body='{"message": "no"}', times=None)
    with pytest.raises(RepositoryError, match="503"):
        next(people(client(github.url), ORGANIZATION, (), sources=("ldap_dn",)))


def test_the_query_is_one_that_github_understands() -> None:
    """By its published schema."""
    assert validate(published_schema(), parse(document())) == []


def test_a_page_that_is_too_large_is_halved() -> None:
    """GraphQL gives up on 100 at a time, not on 25."""
    asked_for: list[int] = []
    nodes = [identity("a", 1, samlIdentity={"username": "sam"})]

    def tell(variables: dict[str, Any]) -> Told:
        asked_for.append(variables["first"])
        if variables["first"] > 25:
            return Told(body={"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many"}]})
        return Told(body=single_sign_on([nodes])["None"])

    with answering(serving(members("a"), tell)) as server:
        (row,) = people(client(server.url), "acme", (), sources=("saml",))
    assert row["ldap"] == "sam"
    assert asked_for == [100, 50, 25]
