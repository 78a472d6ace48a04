"""Names and e-mail addresses stay, become digests, or go, as personal_data says."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import serve_secrets
from tap_github_custom.errors import ConfigurationError
from tap_github_custom.personal_data import ADDRESS, PersonalData

from tests.pipeline.expected import read_lines, repositories

from .made import ADA, LOGIN, Made
from .running import Output, run_tap

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

KEY = "k" * 16
MESSAGE = (
    "Fix\n\nAsk o'hara@example.org or <x.y+z@mail.example.co.uk>; see https://example.com/@team\n"
    "Co-authored-by: Jane Doe <jane@example.com>\nSigned-off-by: J. Doe <not an address>\n"
)
HASHING = {"personal_data": "hash", "personal_data_key": KEY}


def ask(config: dict[str, Any]) -> PersonalData:
    """Return what a configuration means."""
    return PersonalData.from_config({"personal_data": "keep", **config})


@pytest.fixture
def one(made: Made) -> Made:
    """Return a folder whose commit and pull request hold addresses wherever somebody can write one."""
    made.add("app", 1, pulls=1)
    with made.lines("app", "commits") as commits:
        for each in commits:
            each["commit"]["message"] = MESSAGE
    with made.lines("app", "pulls") as pulls:
        pulls[0] |= {"title": "Mail jane@example.com", "body": MESSAGE}
        pulls[0]["assignees"] = [{**ADA, "name": "Ada L", "email": "ada@example.com"}]
    with made.lines("app", "reviews") as reviews:
        reviews[0]["body"] = MESSAGE
    (made.folder / "user_mapping.csv").write_text(
        "github_login,ldap,name,email,manager_ldap\nada,ada@corp.example,Ada L,ADA@example.com,boss\n"
    )
    return made


def run(github: Server, one: Made, folder: Path, **config: Any) -> Output:
    """Run the tap over the folder with its mapping file."""
    output = run_tap(
        github,
        folder,
        organizations=[LOGIN],
        user_mapping_file=str(one.folder / "user_mapping.csv"),
        commit_source="api",
        **config,
    )
    assert output.error is None
    return output


@pytest.mark.parametrize("config", [HASHING, {"personal_data": "drop"}], ids=["hash", "drop"])
def test_no_address_and_no_name_leaves_the_tap(
    made_github: Server, one: Made, tmp_path: Path, config: dict[str, str]
) -> None:
    """In all that is written there is no address, nor a name that was said to be one."""
    text = run(made_github, one, tmp_path, **config).text.decode()
    assert "Somebody" not in text
    for name in ("Somebody", "Jane Doe", "Ada L", "J. Doe", "not an address"):
        assert name not in text
    assert not ADDRESS.findall(text)
    assert "example.com/@team" in text


def test_by_default_all_of_it_stays(made_github: Server, one: Made, tmp_path: Path) -> None:
    """Nobody loses data by an upgrade."""
    output = run(made_github, one, tmp_path)
    assert {row["author_email"] for row in output.of("commit")} == {"somebody@example.com"}
    assert {row["message"] for row in output.of("commit")} == {MESSAGE}
    assert output.of("pull_request")[0]["title"] == "Mail jane@example.com"


def test_digests_still_tell_people_apart(made_github: Server, one: Made, tmp_path: Path) -> None:
    """One address has one digest in every stream, whatever its case; another key gives others."""
    output = run(made_github, one, tmp_path, **HASHING)
    (person,) = (row for row in output.of("user_lookup") if row["github_login"] == "ada")
    (assignee,) = output.of("pull_request")[0]["assignees"]
    assert (
        person["email"]
        == assignee["email"]
        == ask(HASHING).clean("user_lookup", {"email": "ada@example.com"})["email"]
    )
    assert person["ldap"] not in (None, "ada@corp.example")
    assert person["manager_ldap"] == "boss"
    other = ask({**HASHING, "personal_data_key": "another key of 16"})
    assert other.clean("user_lookup", {"email": "ada@example.com"})["email"] != person["email"]


@pytest.mark.parametrize("mark", ["", "+", "-", " ", "> ", "> > ", "\t* "])
def test_a_trailer_counts_behind_a_mark(mark: str) -> None:
    """In a patch, in a list of squashed commits, in what somebody quotes."""
    row = {"patch": f"@@ -1 +1 @@\n{mark}Co-authored-by: Jane Doe <jane@example.com>\n"}
    cleaned = ask({"personal_data": "drop"}).clean("commit_file", row)
    assert cleaned["patch"] == f"@@ -1 +1 @@\n{mark}Co-authored-by: [removed] <[removed]>\n"


def test_a_missing_value_stays_missing() -> None:
    """NULL gets no digest: it would look like a person."""
    assert ask(HASHING).clean("commit", {"author_name": None, "message": None}) == {
        "author_name": None,
        "message": None,
    }


@pytest.mark.parametrize(
    ("config", "named"),
    [({"personal_data": "hash"}, "personal_data_key"), ({**HASHING, "personal_data_key": "short"}, "16")],
)
def test_a_key_that_does_not_do_is_named(config: dict[str, str], named: str) -> None:
    """Without a real key digests could be reversed by trying names; the key is not shown."""
    with pytest.raises(ConfigurationError, match=named) as error:
        ask(config)
    assert "short" not in str(error.value)


def test_the_key_may_lie_in_secret_manager(tmp_path: Path) -> None:
    """A reference is resolved as those of credentials are."""
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"projects/p/secrets/s": [KEY]}))
    with serve_secrets(file) as server:
        config = {
            **HASHING,
            "personal_data_key": "projects/p/secrets/s/versions/latest",
            "secret_manager_endpoint": server.url,
        }
        assert ask(config) == ask(HASHING)


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000 + "@", "@" * 100_000, ("x-by: " + "a" * 300 + "\n") * 500 + "@", "-" * 200_000 + "@"],
)
def test_no_text_keeps_it_busy(text: str) -> None:
    """Whatever somebody writes into a pull request is looked through in no time."""
    began = time.perf_counter()
    ask(HASHING).clean("pull_request", {"body": text})
    assert time.perf_counter() - began < 5


def test_what_the_generated_organisation_holds_is_covered(
    github: Server, small: Path, tmp_path: Path
) -> None:
    """No author's name or address of a whole organisation is left in any column."""
    output = run_tap(
        github, tmp_path, organizations=sorted({org for org, *_ in repositories(small)}), personal_data="drop"
    )
    authors = {
        value
        for _, folder, _ in repositories(small)
        for commit in read_lines(folder, "commits")
        for value in (commit["commit"]["author"]["name"], commit["commit"]["author"]["email"])
    }
    assert output.of("commit")
    assert not {row[name] for row in output.of("commit") for name in ("author_name", "author_email")} - {None}
    assert not [value for value in authors if "@" in value and value in output.text.decode()]
